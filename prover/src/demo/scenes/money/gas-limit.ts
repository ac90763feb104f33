import { figure, type Narrator } from "../../narrator.ts";

/** What a withdrawal at once may take at most, once the ledger knows the token. */
const MOST_GAS = 400_000n;

/** Whether a withdrawal took less than the limit; says so. */
export function isCheap(tell: Narrator, took: bigint): boolean {
  const isGood = took < MOST_GAS;
  const words = `${figure(Number(took))} gas, ${isGood ? "less than" : "NOT below"} ${figure(Number(MOST_GAS))}`;
  tell.line(`an instant withdrawal takes ${words}`);
  return isGood;
}
