import { join } from "node:path";
import { toSnarkjsKey } from "@plimsoll/verifier/groth16/key.ts";
import { toBeHex } from "ethers";
import { type InstanceArtifacts, instanceArtifacts } from "../build/artifacts.ts";
import { listInstances } from "../build/instances.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { writePublic } from "../pipeline/files.ts";
import { EXIT, type Outcome } from "./outcome.ts";

export interface KeysOptions {
  /** Folder for `NAME.development.vkey.json`; made where it isn't there. */
  readonly out: string;
}

/**
 * `keys`: verification keys of circuits of this repository as files for a deployment. They are made on first use. Throws
 * ConfigError for a name that is no instance's, before anything is written.
 */
export async function keysCommand(
  names: readonly string[],
  { out }: KeysOptions,
  artifactsOf: (name: string) => Promise<InstanceArtifacts> = instanceArtifacts,
): Promise<Outcome> {
  const known = listInstances().map(({ name }) => name);
  for (const name of names) {
    if (!known.includes(name))
      throw new ConfigError(`expected circuits among ${known.join(", ")}, came "${name}"`);
  }
  const lines: string[] = [];
  for (const name of new Set(names)) {
    const { vkey, circuitId } = await artifactsOf(name);
    const file = join(out, `${name}.development.vkey.json`);
    await writePublic(file, `${JSON.stringify(toSnarkjsKey(vkey), null, 2)}\n`);
    lines.push(`${name}: circuit id ${toBeHex(circuitId, 32)}, ${file}`);
  }
  const text = [
    ...lines,
    "DEVELOPMENT KEYS: their secrets are public, so that anybody can forge proofs under them. Registries refuse them but on local chains",
    "next: name the files in a deployment: plimsoll deploy --config FILE",
    "",
  ].join("\n");
  return { text, exitCode: EXIT.done };
}
