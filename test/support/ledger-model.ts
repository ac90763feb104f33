// A plain model of the ledger: lists of payments and pledges, summed anew for every question. It knows no checkpoints, no
// places and no marks, so that the contract can be wrong about those without the model being wrong in the same way.
import type { Row } from "./staged-ledger.ts";

export interface ModelPayment {
  readonly key: bigint;
  readonly token: string;
  /** Number of the last opening when it was paid. */
  readonly opening: bigint;
  readonly amount: bigint;
}

export interface ModelPledge {
  readonly id: bigint;
  readonly key: bigint;
  readonly token: string;
  readonly until: bigint;
  readonly amount: bigint;
  epoch: bigint;
  isInForce: boolean;
}

/** What a proof shows. */
export interface Shown {
  readonly key: bigint;
  readonly epoch: bigint;
  readonly rows: readonly Row[];
  readonly asset: number;
  readonly amount: bigint;
  readonly charge: bigint;
}

export interface LedgerModel {
  readonly decimals: ReadonlyMap<string, number>;
  readonly payments: ModelPayment[];
  readonly pledges: ModelPledge[];
  opening: bigint;
}

const MOST = (1n << 128n) - 1n;

export function paidIn({ payments }: LedgerModel, key: bigint, token: string, epoch: bigint): bigint {
  const since = payments.filter((one) => one.key === key && one.token === token && one.opening >= epoch);
  return since.reduce((sum, { amount }) => sum + amount, 0n);
}

export function pledgedIn({ pledges }: LedgerModel, key: bigint, token: string): bigint {
  const own = pledges.filter((one) => one.isInForce && one.key === key && one.token === token);
  return own.reduce((sum, { amount }) => sum + amount, 0n);
}

/** Units of a row, times 10^38 so that nothing is rounded. */
function exactUnits(model: LedgerModel, { token, decimals }: Row, amount: bigint): bigint {
  return amount * 10n ** BigInt(38 + decimals - model.decimals.get(token)!);
}

const up = (exact: bigint): bigint => (exact + 10n ** 38n - 1n) / 10n ** 38n;

/** Charge of all rows, `extra` of the token of one of them included, without pledges where `only` is one pledge. */
export function chargeIn(
  model: LedgerModel,
  key: bigint,
  epoch: bigint,
  rows: readonly Row[],
  extra: { readonly token: string; readonly amount: bigint } = { token: "", amount: 0n },
  withPledges = true,
): bigint {
  return rows.reduce((sum, row) => {
    const beside = withPledges ? pledgedIn(model, key, row.token) : 0n;
    const more = row.token === extra.token ? extra.amount : 0n;
    const amount = paidIn(model, key, row.token, epoch) + beside + more;
    return sum + up(exactUnits(model, row, amount)) * row.unitWeight;
  }, 0n);
}

/** The largest amount of tokens that a proof has left: found by asking of each candidate whether it is covered. */
export function leftIn(model: LedgerModel, shown: Shown): bigint {
  const row = shown.rows[shown.asset]!;
  const used = paidIn(model, shown.key, row.token, shown.epoch) + pledgedIn(model, shown.key, row.token);
  const scale = 10n ** BigInt(Math.max(0, model.decimals.get(row.token)! - row.decimals));
  const isCovered = (units: bigint): boolean =>
    up(exactUnits(model, row, used)) + units <= shown.amount &&
    (row.unitWeight === 0n ||
      chargeIn(model, shown.key, shown.epoch, shown.rows) + units * row.unitWeight <= shown.charge);
  // Whole units of the row, by bisection; then tokens, rounded down.
  let [low, high] = [0n, shown.amount + 1n];
  if (!isCovered(0n)) return 0n;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (isCovered(middle)) low = middle;
    else high = middle;
  }
  const down = 10n ** BigInt(Math.max(0, row.decimals - model.decimals.get(row.token)!));
  const tokens = (low * scale) / down;
  return tokens < MOST ? tokens : MOST;
}

/** Whether payments and pledges, exactly counted, are within what a proof shows: of its asset, and of its charge. */
export function isWithin(model: LedgerModel, shown: Shown): boolean {
  const all = (row: Row): bigint =>
    exactUnits(
      model,
      row,
      paidIn(model, shown.key, row.token, shown.epoch) + pledgedIn(model, shown.key, row.token),
    );
  const charge = shown.rows.reduce((sum, row) => sum + all(row) * row.unitWeight, 0n);
  const row = shown.rows[shown.asset]!;
  return (
    all(row) <= shown.amount * 10n ** 38n && (row.unitWeight === 0n || charge <= shown.charge * 10n ** 38n)
  );
}
