import type { Entry } from "../../verifier/src/encodings/entry.ts";
import type { AccountColumns } from "../../verifier/src/policy/kernel.ts";

/** Accounts as the flat arrays that monitoring takes. */
export function accountColumns(accounts: readonly (readonly Entry[])[]): AccountColumns {
  const entries = accounts.flat();
  const offsets = new Uint32Array(accounts.length + 1);
  for (const [i, { length }] of accounts.entries()) offsets[i + 1] = offsets[i]! + length;
  return {
    offsets,
    rows: Uint16Array.from(entries, ({ row }) => row),
    quantities: Float64Array.from(entries, ({ quantity }) => Number(quantity)),
  };
}
