import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { isDevelopmentKey, isReleased } from "../../../verifier/src/check/release.ts";
import { circuitId, parseVerificationKey } from "../../../verifier/src/groth16/key.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-keys-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("plimsoll keys", () => {
  it("writes the release's verification keys, and says loudly what they are", async () => {
    const out = join(folder, "keys");
    const { text, exitCode } = await runCommand(["keys", "batch-4-8", "epoch-tiny", "--out", out]);
    expect(exitCode, text).toBe(0);
    expect(text).toContain("DEVELOPMENT KEYS: their secrets are public");
    expect((await readdir(out)).sort()).toEqual([
      "batch-4-8.development.vkey.json",
      "epoch-tiny.development.vkey.json",
    ]);
    const key = parseVerificationKey(
      JSON.parse(await readFile(join(out, "batch-4-8.development.vkey.json"), "utf8")),
    );
    expect(isReleased(circuitId(key), "batch")).toBe(true);
    expect(isDevelopmentKey(key)).toBe(true);
    expect(text).toContain(`0x${circuitId(key).toString(16).padStart(64, "0")}`);
  });

  it("refuses a name that is no circuit's before it writes anything", async () => {
    const out = join(folder, "none");
    const { text, exitCode } = await runCommand(["keys", "batch-4-8", "../x", "--out", out]);
    expect([exitCode, text]).toEqual([
      2,
      expect.stringMatching(/expected circuits among .*, came "\.\.\/x"/),
    ]);
    await expect(readdir(out)).rejects.toThrow("ENOENT");
  });
});

it("help loads no command's own modules and libraries: nobody waits for it", () => {
  const hooks = `import { registerHooks } from "node:module";
registerHooks({ load: (url, context, next) => (process.stderr.write(url + "\\n"), next(url, context)) });`;
  const { stderr, stdout } = spawnSync(
    process.execPath,
    [
      "--import",
      `data:text/javascript,${encodeURIComponent(hooks)}`,
      fileURLToPath(new URL("../../../prover/src/cli/plimsoll.ts", import.meta.url)),
      "--help",
    ],
    { encoding: "utf8" },
  );
  expect(stdout).toContain("Usage: plimsoll");
  const loaded = stderr.split("\n").filter((url) => url.startsWith("file:"));
  expect(loaded.length).toBeGreaterThan(5);
  expect(loaded.filter((url) => !/\/commander\/|\/prover\/src\/(cli\/|pipeline\/errors)/.test(url))).toEqual(
    [],
  );
});
