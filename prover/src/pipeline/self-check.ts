import { COARSE_SHIFT, FIELD, MAX_QUANTITY, SURPLUS_BITS } from "@plimsoll/verifier/constants.ts";
import { toField } from "@plimsoll/verifier/field.ts";
import { residuals } from "@plimsoll/verifier/policy/complete.ts";
import {
  type MatrixRow,
  type PolicyCoefficients,
  policyMatrix,
  rowPolynomials,
} from "@plimsoll/verifier/policy/matrix.ts";
import { coarse, type Layout, layoutOf } from "@plimsoll/verifier/policy/shape.ts";
import { describeColumn } from "../linter/words.ts";
import type { CompletedAccount } from "../plan/account.ts";

/** What a proof would fail on, found before proving. Names accounts, assets and instruments, never amounts. */
export class SelfCheckError extends Error {
  readonly code:
    | "ACCOUNT_EQUATION"
    | "FREE_TOO_LARGE"
    | "NOT_COVERED"
    | "ONE_SIDED"
    | "NOT_INSURED"
    | "EPOCH_EQUATION";
  readonly retryable = false;
  /** Every asset or instrument concerned. */
  readonly subjects: readonly string[];

  constructor(code: SelfCheckError["code"], message: string, subjects: readonly string[]) {
    super(message);
    this.name = "SelfCheckError";
    this.code = code;
    this.subjects = subjects;
  }
}

/** Symbols for messages. */
export interface PolicyNames {
  asset(asset: number): string;
  instrument(group: number, instrument: number): string;
}

/** Checks M z = 0, and that the leaf can hold the account's free collateral, account by account. */
export class AccountChecker {
  readonly #matrix: ReadonlyMap<number, MatrixRow>;
  readonly #layout: Layout;

  constructor(policy: PolicyCoefficients) {
    this.#matrix = policyMatrix(policy);
    this.#layout = layoutOf(policy.shape);
  }

  /** Throws SelfCheckError where an equation of the account is off or its free collateral too large, UnknownRowError where a row is in no table. */
  check(account: CompletedAccount): void {
    const { holdings, auxiliaries, free } = account;
    if (free > MAX_QUANTITY || free < -MAX_QUANTITY) {
      throw new SelfCheckError(
        "FREE_TOO_LARGE",
        `account "${account.userId}": expected free collateral below 2^64 units of 10^-6 of the quote currency, came more`,
        [account.userId],
      );
    }
    for (const column of residuals(this.#matrix, holdings, auxiliaries, free).keys()) {
      throw new SelfCheckError(
        "ACCOUNT_EQUATION",
        `account "${account.userId}": its equation "${describeColumn(this.#layout, column)}" does not hold; ` +
          "expected auxiliaries that solve the policy's equations",
        [account.userId],
      );
    }
  }
}

/** Checks what the epoch proof shows of the exchange as a whole, from its true totals. Throws SelfCheckError. */
export function checkSolvency(...exchange: Parameters<typeof solvencyProblems>): void {
  const [problem] = solvencyProblems(...exchange);
  if (problem !== undefined) throw problem;
}

/** All that keeps the epoch proof from showing an exchange solvent, from its true totals; empty where nothing does. */
export function solvencyProblems(
  policy: PolicyCoefficients,
  totals: ReadonlyMap<number, bigint>,
  claims: readonly bigint[],
  names: PolicyNames,
): SelfCheckError[] {
  const problems: SelfCheckError[] = [];
  const { shape } = policy;
  const layout = layoutOf(shape);
  const total = (row: number) => totals.get(row) ?? 0n;
  const fits = (surplus: bigint) => surplus >= 0n && surplus < 1n << SURPLUS_BITS;

  const uncovered = Array.from({ length: shape.assets }, (_, k) => k).filter(
    (k) => !fits((claims[k + 1] ?? 0n) + total(layout.debt(k)) - total(layout.asset(k))),
  );
  if (uncovered.length > 0) {
    const subjects = uncovered.map((k) => names.asset(k));
    problems.push(
      new SelfCheckError(
        "NOT_COVERED",
        `reserves: expected claims plus what is lent to cover what is owed of every asset, came less of ${listed(subjects)}`,
        subjects,
      ),
    );
  }
  const oneSided = shape.groups.flatMap((group, g) =>
    Array.from({ length: group.instruments }, (_, n) => n)
      .filter((n) => total(layout.long(g, n)) !== total(layout.short(g, n)))
      .map((n) => names.instrument(g, n)),
  );
  if (oneSided.length > 0) {
    problems.push(
      new SelfCheckError(
        "ONE_SIDED",
        `positions: expected long and short to be equal over all accounts (the house's included), came others in ${listed(oneSided)}`,
        oneSided,
      ),
    );
  }
  const money = (fine: number) => total(fine) + (total(coarse(fine)) << COARSE_SHIFT);
  if (!fits((claims[0] ?? 0n) - money(layout.shortfall) - money(layout.equityMinus))) {
    problems.push(
      new SelfCheckError(
        "NOT_INSURED",
        "insurance: expected the claim to cover the accounts' shortfall and negative equity, came less",
        ["insurance"],
      ),
    );
  }
  return problems;
}

/** sum W_i T_i = 0 over all rows: every equation of every account at once, as the epoch circuit sees it. */
export function checkEpochEquation(
  policy: PolicyCoefficients,
  weights: ReadonlyMap<number, bigint>,
  gamma: bigint,
): void {
  const polynomials = rowPolynomials(policy, gamma);
  let sum = 0n;
  for (const [row, weight] of weights) sum += toField(weight) * (polynomials.get(row) ?? 0n);
  if (sum % FIELD !== 0n) {
    throw new SelfCheckError(
      "EPOCH_EQUATION",
      "epoch: expected the weighted equations of all accounts to vanish, came another sum; private files were changed",
      [],
    );
  }
}

function listed(subjects: readonly string[]): string {
  const shown = subjects.slice(0, 8).join(", ");
  return subjects.length > 8 ? `${shown} and ${subjects.length - 8} more` : shown;
}
