import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type GasFigures, measureGas } from "../support/gas.ts";

const PRECISION = 0.005;

test("gas is what test/recorded/gas.json says, within the targets", async () => {
  const file = new URL("../recorded/gas.json", import.meta.url);
  const recorded = JSON.parse(await readFile(file, "utf8")) as GasFigures;
  const measured = await measureGas();
  for (const figure of ["perBatch", "epochFixed"] as const) {
    expect(Math.abs(measured[figure] / recorded[figure] - 1), figure).toBeLessThan(PRECISION);
  }
  // These two are small differences of large numbers, which zero bytes of random words move by more.
  for (const figure of ["perReserve", "relayed"] as const) {
    expect(Math.abs(measured[figure] - recorded[figure]), figure).toBeLessThan(1000);
  }
  expect(measured.perBatch).toBeLessThanOrEqual(57_000);
  expect(measured.epochFixed).toBeLessThanOrEqual(600_000);
});
