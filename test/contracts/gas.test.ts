import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type GasFigures, measureGas } from "../support/gas.ts";

const PRECISION = 0.005;

test("gas is what test/recorded/gas.json says, within the targets", async () => {
  const file = new URL("../recorded/gas.json", import.meta.url);
  const recorded = JSON.parse(await readFile(file, "utf8")) as GasFigures;
  const measured = await measureGas();
  const { perReserve, perCircuit, relayed, ...whole } = recorded;
  for (const [figure, value] of Object.entries(whole) as [keyof GasFigures, number][]) {
    expect(Math.abs(measured[figure] / value - 1), figure).toBeLessThan(PRECISION);
  }
  // These are small differences of large numbers, which zero bytes of random words move by more.
  for (const [figure, value] of Object.entries({ perReserve, perCircuit, relayed })) {
    expect(Math.abs(measured[figure as keyof GasFigures] - value), figure).toBeLessThan(1000);
  }
  for (const figure of ["perBatchAt1", "perBatchAt8", "perBatchAt32"] as const)
    expect(measured[figure], figure).toBeLessThanOrEqual(56_500);
  expect(measured.perBatchChunked).toBeLessThanOrEqual(61_000);
  expect(measured.epochFixed).toBeLessThanOrEqual(600_000);
});
