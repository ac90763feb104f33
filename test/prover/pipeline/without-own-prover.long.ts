import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { instanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import { epochFolder } from "../../../prover/src/pipeline/epoch-folder.ts";
import { checkEpoch } from "../../../verifier/src/check/epoch.ts";

const CHILD = fileURLToPath(new URL("../../support/proving-child.ts", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "plimsoll-without-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A process in which the prover's sources are as if they were not there, or their self-test as if it failed. */
const GONE = `resolve(specifier, context, next) {
  const found = next(specifier, context);
  if (found.url.includes("/prover/src/groth16/")) throw new Error("there is no " + specifier);
  return found;
}`;
const FAILING = `load(url, context, next) {
  const { source, ...loaded } = next(url, context);
  if (!url.endsWith("/groth16/self-test.ts")) return { source, ...loaded };
  return { ...loaded, source: 'export const selfTest = async () => { throw new Error("broken for a test"); };' };
}`;

it.each([
  [
    "the prover's module is gone",
    GONE,
    /the fast prover is not used: there is no \.\.\/groth16\/\S+; snarkjs proves/,
  ],
  ["its self-test fails", FAILING, /the fast prover is not used: broken for a test; snarkjs proves/],
])("where %s, an epoch is proved all the same, by snarkjs, which is said once", async (name, hook, words) => {
  const root = join(scratch, name.replaceAll(/\W+/g, "-"));
  const hooks = `import { registerHooks } from "node:module"; registerHooks({ ${hook} });`;
  const args = ["--import", `data:text/javascript,${encodeURIComponent(hooks)}`, CHILD, root];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(words);
  expect(stderr.match(/is not used/g)).toHaveLength(1);

  const folder = epochFolder(root);
  const text = (path: string): string => readFileSync(path, "utf8");
  const names = ["batch-4-8", "epoch-tiny"];
  const keys = new Map(
    await Promise.all(names.map(async (of) => [of, (await instanceArtifacts(of)).vkey] as const)),
  );
  const { steps } = await checkEpoch({
    record: text(folder.record),
    riskParameters: text(folder.riskParameters),
    marks: text(folder.marks),
    keys,
  });
  expect(steps.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  expect(steps.some(({ outcome }) => outcome === "passed")).toBe(true);
});
