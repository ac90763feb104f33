// What the epoch circuit derives of assets that count by size: each as an attack that fails on the circuit and succeeds on a
// mutant without it. Attack row 45: a tier portion beyond its width.
import { describe, expect, it } from "vitest";
import { COARSE_SHIFT, MAX_QUANTITY, PUBLIC_SIGNALS } from "../../../verifier/src/constants.ts";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import { tableRows } from "../../../verifier/src/encodings/totals.ts";
import { auxiliaryEntries } from "../../../verifier/src/policy/complete.ts";
import { type PolicyCoefficients, policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { coarse, type Layout, layoutOf } from "../../../verifier/src/policy/shape.ts";
import { acceptsInputs } from "../../support/attack.ts";
import { type Circuit, loadCircuit, type Mutation, replaceOnce } from "../../support/circuit.ts";
import { type EpochParts, stateEpoch, sumHash, withSumHash } from "../../support/epoch.ts";
import {
  batchOf,
  brokenColumns,
  type CompletionChoice,
  completeByHand,
  type HandMadeAccount,
  type Matrix,
  sufficientClaims,
} from "../../support/hand-made.ts";
import { seeded } from "../../support/random.ts";
import { shapeParameters } from "../../support/shapes.ts";

const UNITS = 10n ** 18n;
const WIDTHS = [UNITS, 3n * UNITS];

/** A coin that counts 90 %, 50 % and 10 % by size, and one that counts half. */
const policy: PolicyCoefficients = {
  shape: {
    assets: 2,
    groups: [{ instruments: 1, scenarios: 1, hedges: [] }],
    tiers: [{ asset: 0, portions: 2 }],
  },
  assets: [coin(10n ** 7n, 0n), coin(10n ** 7n, 5n * 10n ** 6n)],
  tiers: [
    {
      widths: WIDTHS,
      weights: [900_000n, 500_000n],
      lastWeight: 100_000n,
      credit: { maintenance: 10n, initial: 9n },
    },
  ],
  groups: [
    {
      instruments: [
        { value: 0n, maintenance: 0n, initial: 0n, scenarios: [0n], shortMaintenance: 0n, shortInitial: 0n },
      ],
      max: { maintenance: -1n, initial: -1n },
      hedges: [],
    },
  ],
};

function coin(value: bigint, weight: bigint) {
  return { value, maintenance: weight, initial: weight, debtMaintenance: -value, debtInitial: -value };
}

const layout = layoutOf(policy.shape);
const matrix = policyMatrix(policy);
const [first, second] = [layout.portion(0, 0), layout.portion(0, 1)];
const [split, credit] = [layout.splitColumn(0), layout.creditColumn(0)];
/** Both portions full and as much beyond them; owes as much as it may. */
const borrower: readonly Entry[] = [
  { row: layout.asset(0), quantity: 8n * UNITS },
  { row: layout.debt(1), quantity: (25n * UNITS) / 10n },
];
const lender: readonly Entry[] = [{ row: layout.asset(1), quantity: (25n * UNITS) / 10n }];

/** M with coefficients of a row, and of its coarse twin where it has one, set to others. */
function bent(of: Matrix, row: number, ...changes: (readonly [column: number, value: bigint])[]): Matrix {
  const set = (at: number, shift: bigint) =>
    [
      at,
      [
        ...of.get(at)!.filter(([column]) => changes.every(([changed]) => changed !== column)),
        ...changes.map(([column, value]) => [column, value << shift] as const),
      ],
    ] as const;
  return new Map([...of, set(row, 0n), ...(of.has(coarse(row)) ? [set(coarse(row), COARSE_SHIFT)] : [])]);
}

/** Completed under some matrix after auxiliaries that the account chooses itself. */
function complete(
  of: Matrix,
  holdings: readonly Entry[],
  chosen: readonly Entry[] = [],
  choice: CompletionChoice = {},
): HandMadeAccount {
  const { auxiliaries, surplus } = completeByHand(layout, of, [...holdings, ...chosen], choice);
  expect(auxiliaries.filter(({ row }) => chosen.some((entry) => entry.row === row))).toEqual([]);
  return { holdings, auxiliaries: [...auxiliaries, ...chosen].sort((a, b) => a.row - b.row), surplus };
}

const circuitOf = (name: string, ...mutate: Mutation[]): Promise<Circuit> =>
  loadCircuit({
    name: `epoch-tiers-${name}`,
    file: "statements/epoch.circom",
    template: "Epoch",
    parameters: shapeParameters(policy.shape),
    public: PUBLIC_SIGNALS.epoch,
    mutate,
  });

const partsOf = (accounts: readonly HandMadeAccount[]): EpochParts => ({
  policy,
  batches: [batchOf(seeded("tiers"), accounts)],
  claims: sufficientClaims(layout, accounts),
});

const honest = [complete(matrix, borrower), complete(matrix, lender)];

interface Attack {
  readonly name: string;
  readonly mutation: readonly [from: string, to: string];
  /** The matrix of the mutant. */
  readonly matrix: Matrix;
  /** What the borrower holds of the coin, all by default. */
  readonly held?: bigint;
  /** Auxiliaries that the borrower chooses. */
  readonly chosen?: readonly Entry[];
}

const attacks: readonly Attack[] = [
  {
    name: "a portion that counts what it does not take (mutant: no width in split)",
    mutation: [
      "row[t] <== coefficients[t] * (counted[t] - split);",
      "row[t] <== coefficients[t] * counted[t];",
    ],
    matrix: [first, second].reduce<Matrix>((of, row) => bent(of, row, [split, 0n]), matrix),
    chosen: [
      { row: first, quantity: MAX_QUANTITY },
      { row: second, quantity: MAX_QUANTITY },
    ],
  },
  {
    name: "a rest that counts what it does not take (mutant: nothing in split)",
    mutation: ["row[portions] <== full * (rest - split);", "row[portions] <== full * rest;"],
    matrix: bent(matrix, layout.rest(0), [split, 0n]),
    held: 4n * UNITS,
    chosen: [{ row: layout.rest(0), quantity: UNITS }],
  },
  {
    name: "more credit than was counted (mutant: one less than C in the credit's column)",
    mutation: ["- full * credit;", "- (full - 1) * credit;"],
    // One in 2^64 more, which is worth something where there are 2^81 of them.
    matrix: bent(matrix, layout.credit(0), [credit, 1n - MAX_QUANTITY]),
  },
  {
    name: "units that nobody holds (mutant: the slack of split adds)",
    mutation: ["row[portions + 1] <== -split;", "row[portions + 1] <== split;"],
    matrix: bent(matrix, layout.slackSplit(0), [split, 1n]),
    chosen: auxiliaryEntries(layout.slackSplit(0), 10n ** 11n * MAX_QUANTITY),
  },
  {
    name: "credit for nothing (mutant: the slack of credit adds)",
    mutation: ["row[portions + 2] <== -credit;", "row[portions + 2] <== credit;"],
    matrix: bent(matrix, layout.slackCredit(0), [credit, 1n]),
    chosen: auxiliaryEntries(layout.slackCredit(0), 10n ** 11n * MAX_QUANTITY),
  },
  {
    name: "more units than are held (mutant: an asset counts 2 C in split)",
    mutation: ["asset <== full * split;", "asset <== 2 * full * split;"],
    matrix: bent(matrix, layout.asset(0), [split, 2n * MAX_QUANTITY]),
  },
];

describe("45: tiers of an asset", () => {
  it("lets honest accounts pass, with the hash that ships and with that of the mutants", async () => {
    for (const account of honest) expect(brokenColumns(layout, matrix, account)).toEqual([]);
    // 90 % of the first width, 50 % of the second, 10 % of what is beyond, 90 % of it all; less what is owed.
    const counted = 9n * WIDTHS[0]! + 5n * WIDTHS[1]! + 4n * UNITS;
    expect(honest[0]!.surplus).toBe((9n * counted - 250n * UNITS) / 10n);
    const parts = partsOf(honest);
    expect(await acceptsInputs(await circuitOf("real"), stateEpoch(parts).inputs)).toBe(true);
    const control = await circuitOf("control", withSumHash);
    expect(await acceptsInputs(control, stateEpoch({ ...parts, hash: sumHash }).inputs)).toBe(true);
  });

  it.each(attacks)("rejects $name", async ({ mutation, matrix: wrong, held, chosen = [] }) => {
    const books = held === undefined ? borrower : [{ row: layout.asset(0), quantity: held }, borrower[1]!];
    const cheated = [complete(wrong, books, chosen), complete(wrong, lender)];
    for (const account of cheated) expect(brokenColumns(layout, wrong, account)).toEqual([]);
    expect(brokenColumns(layout, matrix, cheated[0]!)).not.toEqual([]);
    const parts = partsOf(cheated);
    expect(await acceptsInputs(await circuitOf("real"), stateEpoch(parts).inputs)).toBe(false);
    const inputs = stateEpoch({ ...parts, hash: sumHash }).inputs;
    expect(await acceptsInputs(await circuitOf("control", withSumHash), inputs)).toBe(false);
    const file = "circuits/lib/tier-rows.circom";
    const mutant = await circuitOf("mutant", withSumHash, replaceOnce(file, ...mutation));
    expect(mutant.violations(await mutant.solve(inputs)), "rejected for another reason").toEqual([]);
    expect(cheated[0]!.surplus).toBeGreaterThan(complete(matrix, books).surplus);
  });

  it("rejects a portion beyond its width (mutant: portions have a coarse twin)", async () => {
    const twin = (row: number) =>
      [coarse(row), matrix.get(row)!.map(([column, c]) => [column, c << COARSE_SHIFT] as const)] as const;
    const wrong = new Map([...matrix, twin(first), twin(second)]);
    // Four times its width in the first portion: C of the fine row and 3 C of the coarse one.
    const beyond = 3n * MAX_QUANTITY;
    const high = beyond >> COARSE_SHIFT;
    const chosen: Entry[] = [
      { row: first, quantity: MAX_QUANTITY },
      { row: coarse(first), quantity: high },
    ];
    const cheated = [complete(wrong, borrower, chosen, { fill: () => 0n }), complete(wrong, lender)];
    for (const account of cheated) expect(brokenColumns(layout, wrong, account)).toEqual([]);
    expect(brokenColumns(layout, matrix as Matrix, { ...cheated[0]!, auxiliaries: [] })).not.toEqual([]);
    expect(cheated[0]!.surplus).toBeGreaterThan(honest[0]!.surplus);
    // The tables of the real circuit have no such row, so its fractions can't add up to what the batch has.
    const roles = layout.roles.map(({ row, role }) =>
      role.kind === "portion" ? { row, role: { kind: "rest" as const, asset: 0 } } : { row, role },
    );
    const twinned: Layout = { ...layout, roles };
    expect(tableRows(twinned)).toEqual(
      [...tableRows(layout), coarse(first), coarse(second)].sort((a, b) => a - b),
    );
    const parts = partsOf(cheated);
    expect(() => stateEpoch(parts)).toThrow(`row ${coarse(first)} is in no table of this shape`);
    const [withRow, without] = [twinned, layout].map((rows) => {
      const drop = (table: ReadonlyMap<number, bigint>) =>
        new Map([...table].filter(([row]) => rows === twinned || row !== coarse(first)));
      return stateEpoch({ ...parts, layout: rows, totals: drop, weights: drop, hash: sumHash }).inputs;
    });
    expect(await acceptsInputs(await circuitOf("control", withSumHash), without!)).toBe(false);
    const file = "circuits/statements/epoch.circom";
    const mutant = await circuitOf(
      "mutant",
      withSumHash,
      replaceOnce(file, "isPortion[auxiliary + p] = 1;", "isPortion[auxiliary + p] = 0;"),
      replaceOnce(file, "2 * auxiliaries - portionTotal(tiered, tiers);", "2 * auxiliaries;"),
    );
    expect(mutant.violations(await mutant.solve(withRow!)), "rejected for another reason").toEqual([]);
  });
});
