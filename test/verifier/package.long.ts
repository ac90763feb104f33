import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../prover/src/build/paths.ts";
import type { Attestation } from "../../verifier/src/check/attestation.ts";
import { bundleToJson } from "../../verifier/src/formats/bundle.ts";
import { ADA_REGISTRY, adaBundle, adaChain } from "../support/ada.ts";
import { NODE_FIRST } from "../support/fresh-clone.ts";
import { tinyMarks, tinyRiskParameters } from "../support/policies.ts";
import { type RpcStandIn, rpcStandIn } from "../support/rpc-stand-in.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-package-"));
const packed = join(folder, "node_modules/@plimsoll/verifier");
const env = { ...process.env, PATH: NODE_FIRST };
let endpoints: RpcStandIn[];

function run(command: string, args: readonly string[], cwd = folder): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  expect(status, stdout + stderr).toBe(0);
  return stdout;
}

/** Links a package of the repository into the folder, as an installation without a network. */
function link(name: string): void {
  const home = ["verifier/node_modules", "node_modules"].map((at) => join(ROOT, at, name)).find(existsSync);
  if (home === undefined) throw new Error(`expected ${name} among the repository's packages, came none`);
  const to = join(folder, "node_modules", name);
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(home, to);
}

beforeAll(async () => {
  run("node", [join(ROOT, "verifier/package/build.ts")], ROOT);
  const tarball = run(
    "npm",
    ["pack", "--silent", "--pack-destination", folder],
    join(ROOT, "build/package"),
  ).trim();
  mkdirSync(packed, { recursive: true });
  run("tar", ["-xzf", join(folder, tarball), "--strip-components=1", "-C", packed]);
  const { dependencies } = JSON.parse(readFileSync(join(packed, "package.json"), "utf8"));
  // Without snarkjs: whatever loads it fails, and nothing here may.
  for (const name of Object.keys(dependencies)) if (name !== "snarkjs") link(name);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');

  const readme = readFileSync(join(packed, "README.md"), "utf8");
  writeFileSync(join(folder, "check-bundle.ts"), /```ts\n([\s\S]*?)```/.exec(readme)![1]!);
  mkdirSync(join(folder, "public/policy"), { recursive: true });
  writeFileSync(join(folder, "ada.json"), bundleToJson(adaBundle()));
  writeFileSync(join(folder, "public/policy/risk-parameters.json"), JSON.stringify(tinyRiskParameters));
  writeFileSync(join(folder, "public/policy/marks.json"), JSON.stringify(tinyMarks));
  const record = (await adaChain().attestation(7n))!;
  endpoints = await Promise.all([rpcStandIn(record), rpcStandIn(record)]);
});
afterAll(async () => {
  for (const endpoint of endpoints ?? []) await endpoint.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The example as its first line says to call it; the endpoints answer from this process. */
function check(bundle = "ada.json"): Promise<{ status: number | null; said: string }> {
  const registry = `0x${ADA_REGISTRY.toString(16).padStart(40, "0")}`;
  const args = ["check-bundle.ts", bundle, "public", registry, ...endpoints.map(({ url }) => url)];
  const child = spawn("node", args, { cwd: folder, env });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (said += text));
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, said })));
}

describe("the packed package, in an empty folder", () => {
  it("refuses, by its README's example, a bundle that was edited and one that the chain does not attest", async () => {
    writeFileSync(join(folder, "edited.json"), bundleToJson(adaBundle({ free: adaBundle().free + 1n })));
    const edited = await check("edited.json");
    expect(edited.status).toBe(1);
    expect(edited.said).toMatch(/^failed +free collateral: /m);
    const [{ attestation }] = endpoints as [RpcStandIn];
    for (const endpoint of endpoints)
      endpoint.attestation = { ...(attestation as Attestation), accountsRoot: 1n };
    const elsewhere = await check();
    for (const endpoint of endpoints) endpoint.attestation = attestation;
    expect(elsewhere.status).toBe(1);
    expect(elsewhere.said).toMatch(/^failed +attestation: /m);
  });

  it("accepts an honest one, without snarkjs", async () => {
    const { status, said } = await check();
    expect(status, said).toBe(0);
    expect(said).not.toMatch(/failed/);
    expect(said.match(/^passed/gm)!.length).toBeGreaterThanOrEqual(7);
    expect(said).toMatch(/^epoch 7 was attested at \d{4}-\d\d-\d\dT/m);
  });

  it("has what it needs to be read and passed on, and nothing else", () => {
    const files = run("tar", ["-tzf", join(folder, "plimsoll-verifier-0.1.0.tgz")])
      .trim()
      .split("\n");
    const outside = files.filter((name) => !name.startsWith("package/lib/")).sort();
    expect(outside).toEqual(["package/LICENSE", "package/README.md", "package/package.json"]);
    expect(files.filter((name) => !/\.(js|d\.ts)$/.test(name)).sort()).toEqual(outside);
  });

  it.each([
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ])(
    "is typed under module %s and resolution %s, strictly and with its own declarations checked",
    (module, resolution) => {
      if (!existsSync(join(folder, "node_modules/@types/node"))) link("@types/node");
      const all = ["@plimsoll/verifier", "@plimsoll/verifier/publication", "@plimsoll/verifier/statement"];
      writeFileSync(
        join(folder, "entries.ts"),
        `${all.map((name, i) => `import * as entry${i} from "${name}";`).join("\n")}
import type { Bundle, Report } from "@plimsoll/verifier";
export const used: readonly object[] = [entry0, entry1, entry2];
export const checked: (bundle: Bundle) => Promise<Report> = entry0.checkBundle;
// @ts-expect-error an epoch is a bigint
export const epoch: (bundle: Bundle) => number = ({ epoch }) => epoch;
`,
      );
      const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
      const target = ["--target", "es2024", "--lib", "es2024,dom", "--types", "node"];
      const modules = ["--module", module, "--moduleResolution", resolution];
      const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
      run("node", [tsc, ...options, ...target, ...modules, "check-bundle.ts", "entries.ts"]);
    },
  );
});
