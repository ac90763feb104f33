import { cpSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "../../prover/src/build/paths.ts";
import { documentCommands, type Ran, runScript } from "../support/document-commands.ts";
import { type FreshClone, freshClone } from "../support/fresh-clone.ts";

let clone: FreshClone;
let ran: Ran;

beforeAll(async () => {
  clone = freshClone();
  // Compiling the contracts takes minutes. Where the clone's are others than this tree's, it does so all the same.
  for (const name of ["artifacts", "contracts.sha256"])
    cpSync(join(ROOT, "build", name), join(clone.folder, "build", name), { recursive: true });
  const { script } = documentCommands("docs/guide-integrator.md");
  ran = await runScript(script.join("\n"), { cwd: clone.folder });
});
afterAll(() => clone?.remove());

it("the integrator's guide works as it is written, from top to bottom", () => {
  expect(ran.status, ran.all).toBe(0);
});

it("checks the bundle of an epoch that was just proved, and says that no chain was asked", () => {
  expect(ran.stdout).toMatch(/^passed +free collateral: /m);
  expect(ran.stdout).toMatch(/^not run +attestation: /m);
  expect(ran.stdout).not.toMatch(/^failed/m);
});

it("runs the contract's own test, with nothing left out", () => {
  expect(stripVTControlCharacters(ran.stdout)).toMatch(/Tests +1 passed \(1\)/);
});
