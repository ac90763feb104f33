import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { screenOf } from "../../support/screens.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-screens-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const config = join(folder, "x/plimsoll.jsonc");
const CONFIG = ["--config", config];
const EPOCH = join(folder, "x/epochs/1");

// In this order: each needs what the ones before it made. After a change that is meant: run with -u, and read the difference.
it.each<[string, readonly string[], number]>([
  ["usage", ["epoch", "prove"], 2],
  ["unknown-command", ["epohc"], 2],
  ["no-configuration", ["epoch", "prove", ...CONFIG], 2],
  ["init", ["init", join(folder, "x"), "--sample", "tiny"], 0],
  ["init-again", ["init", join(folder, "x"), "--sample", "tiny"], 2],
  ["doctor", ["doctor", ...CONFIG], 0],
  ["plan", ["epoch", "plan", ...CONFIG], 0],
  ["status-before", ["epoch", "status", ...CONFIG], 0],
  ["prove", ["epoch", "prove", ...CONFIG], 0],
  ["status", ["epoch", "status", ...CONFIG], 0],
  ["resume", ["epoch", "resume", ...CONFIG], 0],
  ["verify-epoch", ["verify", "epoch", EPOCH], 0],
  ["verify-bundle", ["verify", "bundle", join(EPOCH, "private/bundles/saver.json"), "--epoch", EPOCH], 0],
  ["verify-failed", ["verify", "bundle", join(EPOCH, "private/bundles/saver.json"), "--user", "trader"], 1],
  ["unreachable", ["epoch", "status", EPOCH, "--rpc", "http://127.0.0.1:1/key-of-an-endpoint"], 2],
])("the screen of %s is as it was reviewed", async (name, args, code) => {
  const { text, exitCode } = screenOf(args, folder);
  expect(exitCode, text).toBe(code);
  expect(text).not.toMatch(/key-of-an-endpoint(?!\n)/);
  await expect(text).toMatchFileSnapshot(`screens/${name}.txt`);
});

it("the screen of a plan that would fail is as it was reviewed", async () => {
  writeFileSync(
    join(folder, "x/exchange/reserves.json"),
    JSON.stringify({ format: "plimsoll.reserves.1", insurance: "0", held: { ETH: "9.5" } }),
  );
  const { text, exitCode } = screenOf(["epoch", "plan", ...CONFIG], folder);
  expect(exitCode).toBe(1);
  await expect(text).toMatchFileSnapshot("screens/plan-fails.txt");
});
