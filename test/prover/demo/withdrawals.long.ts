import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";

const DEMO = fileURLToPath(new URL("../../../prover/src/demo/demo.ts", import.meta.url));

let run: ReturnType<typeof spawnSync>;
let output: string;
beforeAll(() => {
  run = spawnSync(process.execPath, [DEMO, "--withdrawals"], { encoding: "utf8" });
  output = String(run.stdout);
});

it("`npm run demo -- --withdrawals` ends well", () => {
  expect(run.status, output + run.stderr).toBe(0);
  expect(output).not.toMatch(/SUCCEEDED|WRONGLY REFUSED|NOT AS IT SHOULD BE|NOT below/);
});

it("refuses every cheat, most of them in transactions that a block has", () => {
  const [, tried, refused, mined] = output.match(/(\d+) ways to cheat, (\d+) refused, (\d+) of them/)!;
  expect(refused).toBe(tried);
  expect(output.match(/^ +refused: [A-Za-z_]+/gm)).toHaveLength(Number(tried));
  expect(Number(mined)).toBeGreaterThan(60);
});

it("pays what is proved for less than 400,000 gas, and leaves in the vault what margin locks", () => {
  expect(output).toMatch(/an instant withdrawal takes [23]\d\d,\d{3} gas, less than 400,000/);
  expect(output).toMatch(/\d[\d.]* % each; second class nothing/);
  expect(output).toMatch(/[\d.]+ are left, which margin locks/);
});
