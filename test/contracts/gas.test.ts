import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type GasFigures, measureGas } from "../support/gas.ts";
import { type LedgerGas, measureLedger } from "../support/ledger-gas.ts";
import { measurePledging, type PledgingGas } from "../support/pledging-gas.ts";
import { measurePublishing, type PublishingGas } from "../support/publishing-gas.ts";
import { measureVault, type VaultGas } from "../support/vault-gas.ts";

const PRECISION = 0.005;

type Recorded = GasFigures & {
  readonly publishing: PublishingGas;
  readonly ledger: LedgerGas;
  readonly pledging: PledgingGas;
  readonly vault: VaultGas;
};

const recordedGas = async (): Promise<Recorded> =>
  JSON.parse(await readFile(new URL("../recorded/gas.json", import.meta.url), "utf8"));

test("publishing a policy costs what test/recorded/gas.json says", async () => {
  const { publishing } = await recordedGas();
  for (const [figure, value] of Object.entries(await measurePublishing()))
    expect(Math.abs(value / publishing[figure as keyof PublishingGas] - 1), figure).toBeLessThan(0.02);
});

test("payments cost what test/recorded/gas.json says, with room for a vault below 400,000", async () => {
  const { ledger } = await recordedGas();
  for (const [figure, value] of Object.entries(await measureLedger())) {
    const recorded = ledger[figure as keyof LedgerGas];
    // A difference of large numbers is moved most by zero bytes of random words.
    if (figure === "perToken") expect(Math.abs(value - recorded), figure).toBeLessThan(300);
    else expect(Math.abs(value / recorded - 1), figure).toBeLessThan(PRECISION);
    expect(value, figure).toBeLessThanOrEqual(360_000);
  }
});

test("pledging costs what test/recorded/gas.json says", async () => {
  const { pledging } = await recordedGas();
  for (const [figure, value] of Object.entries(await measurePledging())) {
    expect(Math.abs(value / pledging[figure as keyof PledgingGas] - 1), figure).toBeLessThan(PRECISION);
    expect(value, figure).toBeLessThanOrEqual(figure === "pledge" ? 620_000 : 400_000);
  }
});

test("a vault's transactions cost what test/recorded/gas.json says, an instant withdrawal less than 400,000", async () => {
  const { vault } = await recordedGas();
  const measured = await measureVault();
  for (const [figure, value] of Object.entries(measured))
    expect(Math.abs(value / vault[figure as keyof VaultGas] - 1), figure).toBeLessThan(PRECISION);
  expect(measured.withdrawToken).toBeLessThan(400_000);
  expect(measured.withdrawCoin).toBeLessThan(400_000);
});

test("gas is what test/recorded/gas.json says, within the targets", async () => {
  const { publishing: _, ledger: __, pledging: ___, vault: ____, ...recorded } = await recordedGas();
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
