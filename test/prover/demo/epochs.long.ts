import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";

const DEMO = fileURLToPath(new URL("../../../prover/src/demo/demo.ts", import.meta.url));

let run: ReturnType<typeof spawnSync>;
let output: string;
beforeAll(() => {
  run = spawnSync(process.execPath, [DEMO, "--epochs"], { encoding: "utf8" });
  output = String(run.stdout);
});

it("`npm run demo -- --epochs` ends well", () => {
  expect(run.status, output + run.stderr).toBe(0);
  expect(output).not.toMatch(/SUCCEEDED|WRONGLY REFUSED|NOT AS IT SHOULD BE/);
});

it("refuses every cheat, most of them in transactions that a block has", () => {
  const [, tried, refused, mined] = output.match(/(\d+) ways to cheat, (\d+) refused, (\d+) of them/)!;
  expect(refused).toBe(tried);
  expect(output.match(/^ +refused: [A-Za-z_]+: /gm)).toHaveLength(Number(tried));
  expect(Number(mined)).toBeGreaterThan(100);
});

it("attests one epoch in one transaction, one in parts, one after two lost machines, and goes on after losing everything", () => {
  expect(output).toMatch(/Epoch 1: one transaction[\s\S]*attested: 2 batches, 2 assets read on chain/);
  expect(output).toMatch(/Epoch 2: in parts[\s\S]*5 of 5 batches proved[\s\S]*attested: 5 batches/);
  expect(output).toMatch(/Epoch 3: [\s\S]*1 accounts root on chain, 5 batches proved there, none twice/);
  expect(output).toMatch(/attested: epoch 6; epoch 5 is void, epoch 7 has expired/);
});

it("prints what each step took", () => {
  expect(output).toMatch(/attest epoch 1: 2 batches in one transaction +\d{3},\d{3}\n/);
  expect(output).toMatch(/sample 2 tokens in 2 accounts +\d{2},\d{3}\n/);
});
