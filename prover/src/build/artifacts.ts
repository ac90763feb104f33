import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { circuitId, parseVerificationKey, type VerificationKey } from "@plimsoll/verifier/groth16/key.ts";
import { cachedFolder } from "./cached-folder.ts";
import { type CompiledCircuit, compiledFiles, compileProgram } from "./compile.ts";
import { DEVELOPMENT_KEY_VERSION, developmentKeyFiles, makeDevelopmentKey } from "./development-key.ts";
import { findInstance, instanceProgram } from "./instances.ts";
import { CACHE } from "./paths.ts";
import { parseR1csHeader } from "./r1cs.ts";

/** Everything that proves and verifies one instance: paths of files, and the key as data. */
export interface InstanceArtifacts {
  readonly name: string;
  readonly r1cs: string;
  readonly wasm: string;
  readonly zkey: string;
  readonly vkey: VerificationKey;
  /** keccak256 of the packed verification key. */
  readonly circuitId: bigint;
  /** Whether the key's secrets are public. This repository makes no other keys. */
  readonly development: true;
  readonly constraints: number;
}

/** Compiles and makes the key of an instance on first use; later calls and other processes take both from the cache. */
export async function instanceArtifacts(name: string): Promise<InstanceArtifacts> {
  return keyedArtifacts(await compileInstance(name));
}

/** The same without making anything: undefined where the circuit or its key is not in the cache yet. */
export async function cachedArtifacts(name: string): Promise<InstanceArtifacts | undefined> {
  const compiled = compiledFiles(instanceProgram(findInstance(name)));
  if (!existsSync(compiled.folder)) return undefined;
  if (!existsSync(keyFolder(name, await readFile(compiled.r1cs)))) return undefined;
  return keyedArtifacts(compiled);
}

export function compileInstance(name: string): Promise<CompiledCircuit> {
  return compileProgram(instanceProgram(findInstance(name)));
}

/** The artefacts of a compiled circuit. The key depends on the constraints alone: a comment changes no circuit id. */
export async function keyedArtifacts({ name, r1cs, wasm }: CompiledCircuit): Promise<InstanceArtifacts> {
  const bytes = await readFile(r1cs);
  const folder = keyFolder(name, bytes);
  await cachedFolder(folder, (unfinished) => makeDevelopmentKey(name, r1cs, unfinished));
  const files = developmentKeyFiles(folder, name);
  const vkey = parseVerificationKey(JSON.parse(await readFile(files.vkey, "utf8")));
  return {
    name,
    r1cs,
    wasm,
    zkey: files.zkey,
    vkey,
    circuitId: circuitId(vkey),
    development: true,
    constraints: parseR1csHeader(bytes).constraints,
  };
}

function keyFolder(name: string, r1cs: Uint8Array): string {
  const hash = createHash("sha256").update(DEVELOPMENT_KEY_VERSION).update(r1cs).digest("hex");
  return join(CACHE, "keys", `${name}-${hash.slice(0, 16)}`);
}
