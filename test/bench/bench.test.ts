import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { isMet, TARGETS } from "./targets.ts";

const BENCH = new URL("./bench.ts", import.meta.url).pathname;

const bench = (...args: string[]) => spawnSync(process.execPath, [BENCH, ...args], { encoding: "utf8" });

test("an unknown section is refused, and nothing is printed as a result", () => {
  const { status, stdout, stderr } = bench("--json", "--only", "costs");
  expect(status).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toBe(
    'plimsoll: expected --only constraints, rates, prover, withdrawal, page, risk, gas, came "costs"\n',
  );
});

test("--json --only constraints prints one JSON object, every figure within its target", () => {
  const { status, stdout, stderr } = bench("--json", "--only", "constraints");
  expect(status, stderr).toBe(0);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  const printed = JSON.parse(stdout);
  expect(Object.keys(printed)).toEqual(["constraints"]);
  const figures: Record<string, number> = printed.constraints;
  expect(Object.keys(figures)).toEqual(Object.keys(TARGETS.constraints));
  for (const [name, target] of Object.entries(TARGETS.constraints)) {
    expect(figures[name], name).toBeGreaterThan(0);
    expect(isMet(figures[name]!, target), `${name}: ${figures[name]}`).toBe(true);
  }
});

test("the tables for people name the machine and judge each figure", () => {
  const { stdout } = bench("--only", "constraints");
  expect(stdout).toMatch(/\d+ x .+, \d+ GiB, .+, Node \d+\.\d+\.\d+/);
  expect(stdout).not.toContain("MISSED");
  expect(stdout.match(/met: at most [\d,]+/g)).toHaveLength(Object.keys(TARGETS.constraints).length);
});
