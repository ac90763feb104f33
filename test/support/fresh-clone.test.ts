import { existsSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { ROOT } from "../../prover/src/build/paths.ts";
import { documentCommands, runScript } from "./document-commands.ts";
import { freshClone } from "./fresh-clone.ts";

const clone = freshClone();
afterAll(() => clone.remove());

it("a fresh clone runs its own workspaces on the packages that are installed here", async () => {
  expect(realpathSync(join(clone.folder, "node_modules/@plimsoll/verifier"))).toBe(
    realpathSync(join(clone.folder, "verifier")),
  );
  const run = await runScript("npm run -s plimsoll -- --help", { cwd: clone.folder });
  expect(run.status, run.all).toBe(0);
  expect(run.stdout).toContain("Usage: plimsoll");
  expect(run.all).not.toContain("installing");
});

it("nothing that a script removes in a clone is missing here", () => {
  rmSync(join(clone.folder, "node_modules"), { recursive: true });
  expect(existsSync(join(ROOT, "node_modules/ethers/package.json"))).toBe(true);
});

it("a script stops at its first command that fails, and says how", async () => {
  const run = await runScript("echo before\nfalse\necho after", { cwd: clone.folder });
  expect(run).toMatchObject({ status: 1, stdout: "before\n" });
});

it("a document's section starts behind its heading, and one that isn't there is an error", () => {
  expect(() => documentCommands("docs/contracts.md", "### No such heading")).toThrow(/expected the heading/);
  const { background, script } = documentCommands("docs/contracts.md", "### Try it");
  expect(background).toEqual(["npx hardhat node\n"]);
  expect(script.at(-1)).toContain("epoch status");
});
