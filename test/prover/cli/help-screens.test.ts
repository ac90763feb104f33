import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const CHILD = fileURLToPath(new URL("../../support/screens-child.ts", import.meta.url));
const run = spawnSync(process.execPath, [CHILD], { encoding: "utf8", env: { PATH: process.env.PATH } });
const screens: Record<string, string> = JSON.parse(run.stdout);

it("there is help for every command", () => {
  expect(Object.keys(screens)).toEqual(
    expect.arrayContaining(["plimsoll", "init", "doctor", "epoch", "verify"]),
  );
});

// After a change that is meant: npx vitest run --project quick test/prover/cli/help-screens.test.ts -u
it.each(Object.entries(screens))("the help of %s is as it was reviewed", async (group, text) => {
  await expect(text).toMatchFileSnapshot(`screens/help-${group}.txt`);
});
