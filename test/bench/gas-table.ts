import type { GasFigures as RecordedGas } from "../support/gas.ts";
import type { Remark } from "./figures.ts";

/** Accounts that share a batch: the demo's, and spot accounts in circuits of 2^20 and 2^22 constraints at 1,215 an account. */
export const BATCH_SIZES = [20, 850, 3_400] as const;
const ACCOUNTS = [1e3, 1e4, 1e5, 1e6, 1e7] as const;
/** As the pipeline has it: more batches are proved in parts. */
const BATCHES_AT_ONCE = 32;
/** Prices for a table that anyone can scale: nothing is measured with them. */
const GWEI = 1;
const DOLLARS_PER_ETHER = 3_000;
/** What an epoch may cost for one account before an L2, some hundred times cheaper, is the place for it. */
const CENTS = 1;

type Gas = Pick<RecordedGas, "perBatchAt32" | "perBatchChunked" | "epochFixed" | "chunkedFixed">;

/** Gas of an epoch, in one transaction or in parts. */
export function epochGas(gas: Gas, accounts: number, batchSize: number): number {
  const batches = Math.ceil(accounts / batchSize);
  return batches <= BATCHES_AT_ONCE
    ? gas.epochFixed + batches * gas.perBatchAt32
    : gas.chunkedFixed + batches * gas.perBatchChunked;
}

/** Gas that a cent pays on mainnet. */
export const MAINNET_GAS_PER_ACCOUNT = (CENTS / 100 / DOLLARS_PER_ETHER / GWEI) * 1e9;

/** Cost per account by size of the exchange and of the batches, and where mainnet ends. */
export function gasTable(gas: Gas): Remark[] {
  const number = (value: number) => Math.round(value).toLocaleString("en");
  const rows = ACCOUNTS.map((accounts) => {
    const each = BATCH_SIZES.map((size) => epochGas(gas, accounts, size) / accounts);
    const marked = each.map((one) => `${number(one)}${one > MAINNET_GAS_PER_ACCOUNT ? " (L2)" : ""}`);
    return { what: `gas per account, ${number(accounts)} accounts`, value: marked.join(", ") };
  });
  return [
    { what: "accounts in a batch", value: BATCH_SIZES.map(number).join(", ") },
    ...rows,
    {
      what: "mainnet ends",
      value: `above ${number(MAINNET_GAS_PER_ACCOUNT)} gas an account: ${CENTS} cent at ${GWEI} gwei and ${number(DOLLARS_PER_ETHER)} dollars an ether`,
    },
  ];
}
