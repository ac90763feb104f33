import { afterAll, beforeAll, expect, it } from "vitest";
import { asOneScript, documentBlocks, freePort, type Ran, runScript } from "../support/document-commands.ts";
import { type FreshClone, freshClone } from "../support/fresh-clone.ts";

const blocks = documentBlocks("docs/guide-operator.md");
let clone: FreshClone;
let run: Ran;

beforeAll(async () => {
  clone = freshClone();
  const port = await freePort();
  // The guide's port may be another program's here.
  run = await runScript(asOneScript(blocks, port).replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`), {
    cwd: clone.folder,
  });
});
afterAll(() => clone?.remove());

it("the operator's guide works as written on a fresh clone, to its last command", () => {
  expect(run.status, run.all).toBe(0);
});

it("it leads from a sample to proofs that verify and to bundles that pass, served and exported", () => {
  expect(run.stdout).toMatch(/nothing would fail; nothing was written/);
  expect(run.stdout).toMatch(/epoch 1: 123 accounts in 7 batches proved/);
  expect(run.stdout.match(/^nothing failed: \d+ of \d+ steps were run$/gm)).toHaveLength(3);
  expect(run.stdout).toMatch(/123 bundles of epoch 1, \d+ bytes each: epochs\/first\/upload/);
  expect(run.stdout).toMatch(/epoch 1 of own, policy "tiny"/);
  expect(run.all).not.toMatch(/^(FAILED|wrong|would fail)/m);
});
