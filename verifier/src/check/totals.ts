import { ROW_BLIND } from "../constants.ts";
import { tableRows, totalsCommitment } from "../encodings/totals.ts";
import { fromJson } from "../formats/codecs.ts";
import { EPOCH_FILES, type EpochRecord } from "../formats/epoch.ts";
import { totalsFile } from "../formats/totals.ts";
import { layoutOf, type Shape } from "../policy/shape.ts";
import type { Hash } from "../poseidon.ts";

/** What an epoch's record says that published totals must agree with. */
export type TotalsStatement = Pick<EpochRecord, "circuits" | "claims" | "totalsCommitment">;

/** Sums over all accounts by row, in the row's unit, as an epoch was committed to them. */
export type OpenedTotals = ReadonlyMap<number, bigint>;

/** A file that is not the opening of the commitment that it lies beside. */
export class TotalsError extends Error {
  readonly code = "TOTALS";
  readonly retryable = false;

  constructor(message: string) {
    super(message);
    this.name = "TotalsError";
  }
}

/**
 * Totals from the text of `totals.json`, when they open the record's commitment together with its claims. They are the true
 * sums if the epoch's proof is good, and not otherwise: this looks at the commitment only. Throws FormatError and TotalsError.
 */
export function openedTotals(statement: TotalsStatement, text: string, hash?: Hash): OpenedTotals {
  const { salt, totals, blind } = fromJson(totalsFile, text, EPOCH_FILES.totals);
  const layout = layoutOf(statement.circuits.epoch.shape as Shape);
  const rows = tableRows(layout);
  const wrong = rows.findIndex((row, i) => totals[i]?.row !== row);
  if (wrong >= 0 || totals.length !== rows.length) {
    const at = wrong < 0 ? rows.length : wrong;
    throw new TotalsError(
      `expected the ${rows.length} rows of the policy's tables in their order, came others from place ${at + 1} on`,
    );
  }
  const sums = new Map(totals.map(({ row, sum }) => [row, sum]));
  const committed = new Map([...sums, [ROW_BLIND, blind]]);
  if (totalsCommitment(layout, salt, committed, statement.claims, hash) !== statement.totalsCommitment) {
    throw new TotalsError("expected an opening of this epoch's commitment, came other numbers");
  }
  return sums;
}
