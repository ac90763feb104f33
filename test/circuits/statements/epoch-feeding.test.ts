// What the epoch circuit derives of groups that feed others and of extra columns: each as an attack that fails on the circuit
// and succeeds on a mutant without it. Attack row 36 once more.
import { describe, expect, it } from "vitest";
import { PUBLIC_SIGNALS } from "../../../verifier/src/constants.ts";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import { type PolicyCoefficients, policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { layoutOf } from "../../../verifier/src/policy/shape.ts";
import { acceptsInputs } from "../../support/attack.ts";
import { type Circuit, loadCircuit, type Mutation, replaceOnce } from "../../support/circuit.ts";
import { type EpochParts, stateEpoch, sumHash, withSumHash } from "../../support/epoch.ts";
import {
  batchOf,
  brokenColumns,
  completeByHand,
  type HandMadeAccount,
  type Matrix,
  sufficientClaims,
} from "../../support/hand-made.ts";
import { seeded } from "../../support/random.ts";
import { shapeParameters } from "../../support/shapes.ts";

/** A future that loses in scenario 0 feeds group 2 by scenarios; another feeds its extra column by its maximum. */
const policy: PolicyCoefficients = {
  shape: {
    assets: 1,
    groups: [
      { instruments: 1, scenarios: 2, hedges: [], feeds: { by: "scenarios", parent: 2 }, extras: 1 },
      { instruments: 1, scenarios: 1, hedges: [], feeds: { by: "max", parent: 2, column: 2 } },
      { instruments: 0, scenarios: 2, hedges: [], extras: 1, extraColumns: 1 },
    ],
  },
  assets: [{ value: 1n, maintenance: 1n, initial: 1n, debtMaintenance: -1n, debtInitial: -1n }],
  groups: [
    {
      instruments: [future(-10n, 0n)],
      max: { maintenance: 0n, initial: 0n },
      feed: [feed(), feed()],
      hedges: [],
      // Lets an account do without a profit.
      extras: [{ maintenance: 0n, initial: 0n, scenarios: [-1n, 0n] }],
    },
    { instruments: [future(-5n)], max: { maintenance: 0n, initial: 0n, parent: -1n }, hedges: [] },
    {
      instruments: [],
      max: { maintenance: -4n, initial: -5n },
      hedges: [],
      extras: [{ maintenance: -7n, initial: -8n, scenarios: [0n, 0n, 1n] }],
    },
  ],
};

function future(...scenarios: bigint[]) {
  return { value: 0n, maintenance: -1n, initial: -1n, scenarios, shortMaintenance: -1n, shortInitial: -1n };
}

function feed() {
  return {
    pos: { maintenance: 0n, initial: 0n, parent: 3n },
    neg: { maintenance: 0n, initial: 0n, parent: -4n },
  };
}

const layout = layoutOf(policy.shape);
const matrix = policyMatrix(policy);
const SIZE = 10n ** 8n;
const trader: readonly Entry[] = [
  { row: layout.asset(0), quantity: 10n ** 12n },
  { row: layout.long(0, 0), quantity: SIZE },
  { row: layout.long(1, 0), quantity: SIZE },
];
const house: readonly Entry[] = [
  { row: layout.asset(0), quantity: 10n ** 12n },
  { row: layout.short(0, 0), quantity: SIZE },
  { row: layout.short(1, 0), quantity: SIZE },
];

/** M with one coefficient of a fine row and its coarse twin set to another. */
function bent(of: Matrix, row: number, column: number, value: bigint): Matrix {
  const set = (at: number, c: bigint) =>
    [at, [...of.get(at)!.filter(([other]) => other !== column), [column, c] as const]] as const;
  return new Map([...of, set(row, value), set(row + 1, value << 40n)]);
}

/** Completed under some matrix after auxiliaries that the account chooses itself. */
function complete(of: Matrix, holdings: readonly Entry[], chosen: readonly Entry[] = []): HandMadeAccount {
  const { auxiliaries, surplus } = completeByHand(layout, of, [...holdings, ...chosen]);
  expect(auxiliaries.filter(({ row }) => chosen.some((entry) => entry.row === row))).toEqual([]);
  return { holdings, auxiliaries: [...auxiliaries, ...chosen].sort((a, b) => a.row - b.row), surplus };
}

const circuitOf = (name: string, ...mutate: Mutation[]): Promise<Circuit> =>
  loadCircuit({
    name: `epoch-feeding-${name}`,
    file: "statements/epoch.circom",
    template: "Epoch",
    parameters: shapeParameters(policy.shape),
    public: PUBLIC_SIGNALS.epoch,
    mutate,
  });

const partsOf = (accounts: readonly HandMadeAccount[]): EpochParts => ({
  policy,
  batches: [batchOf(seeded("feeding"), accounts)],
  claims: sufficientClaims(layout, accounts),
});

const honest = [complete(matrix, trader), complete(matrix, house)];

interface Attack {
  readonly name: string;
  readonly mutation: readonly [file: string, from: string, to: string];
  /** The matrix of the mutant. */
  readonly matrix: Matrix;
  readonly trader?: readonly Entry[];
  readonly house?: readonly Entry[];
}

const GROUP_ROWS = "circuits/lib/group-rows.circom";
const column = layout.scenarioColumn;
const attacks: readonly Attack[] = [
  {
    name: "profit that the group does not have (mutant: pos not taken out of its own column)",
    mutation: [GROUP_ROWS, "<== sum - column[i \\ 2];", "<== sum;"],
    matrix: bent(bent(matrix, layout.pos(0, 0), column(0, 0), 0n), layout.pos(0, 1), column(0, 1), 0n),
    trader: [{ row: layout.pos(0, 0), quantity: 20n * SIZE }],
    house: [{ row: layout.extra(0, 0), quantity: 9n * SIZE }],
  },
  {
    name: "half of a loss (mutant: neg counts twice in its own column)",
    mutation: [GROUP_ROWS, "<== sum + column[i \\ 2];", "<== sum + 2 * column[i \\ 2];"],
    matrix: bent(bent(matrix, layout.neg(0, 0), column(0, 0), 2n), layout.neg(0, 1), column(0, 1), 2n),
    trader: [{ row: layout.neg(0, 0), quantity: 5n * SIZE }],
    house: [{ row: layout.neg(0, 1), quantity: SIZE / 2n }],
  },
  {
    name: "losses that are not handed on (mutant: nothing in the parent's column)",
    mutation: [GROUP_ROWS, "sum += term[at];\n            at++;", "at++;"],
    matrix: [
      [layout.pos(0, 0), column(2, 0)],
      [layout.neg(0, 0), column(2, 0)],
      [layout.pos(0, 1), column(2, 1)],
      [layout.neg(0, 1), column(2, 1)],
      [layout.max(1), column(2, 2)],
    ].reduce<Matrix>((of, [row, at]) => bent(of, row!, at!, 0n), matrix),
  },
  {
    name: "an extra column without its extra (mutant: its slack adds)",
    mutation: [
      "circuits/lib/row-polynomials.circom",
      "<== -power[column + s];",
      "<== (2 * (s >= scenarios[g]) - 1) * power[column + s];",
    ],
    matrix: bent(matrix, layout.slackScenario(2, 2), column(2, 2), 1n),
    trader: [{ row: layout.slackScenario(2, 2), quantity: 5n * SIZE }],
  },
  {
    name: "an extra column that the maximum pays for (mutant: max in every own column)",
    mutation: [
      GROUP_ROWS,
      "for (var s = 0; s < scenarios; s++) {\n        everyScenario",
      "for (var s = 0; s < own; s++) {\n        everyScenario",
    ],
    matrix: bent(matrix, layout.max(2), column(2, 2), 1n),
    trader: [{ row: layout.max(2), quantity: 40n * SIZE }],
  },
];

describe("36: groups that feed others", () => {
  it("lets honest accounts pass, with the hash that ships and with that of the mutants", async () => {
    for (const account of honest) expect(brokenColumns(layout, matrix, account)).toEqual([]);
    const parts = partsOf(honest);
    expect(await acceptsInputs(await circuitOf("real"), stateEpoch(parts).inputs)).toBe(true);
    const control = await circuitOf("control", withSumHash);
    expect(await acceptsInputs(control, stateEpoch({ ...parts, hash: sumHash }).inputs)).toBe(true);
  });

  it.each(attacks)("rejects $name", async ({ mutation, matrix: wrong, trader: t = [], house: h = [] }) => {
    const cheated = [complete(wrong, trader, t), complete(wrong, house, h)];
    for (const account of cheated) expect(brokenColumns(layout, wrong, account)).toEqual([]);
    expect(brokenColumns(layout, matrix, cheated[0]!)).not.toEqual([]);
    expect(cheated[0]!.surplus).toBeGreaterThan(honest[0]!.surplus);
    const parts = partsOf(cheated);
    expect(await acceptsInputs(await circuitOf("real"), stateEpoch(parts).inputs)).toBe(false);
    const inputs = stateEpoch({ ...parts, hash: sumHash }).inputs;
    expect(await acceptsInputs(await circuitOf("control", withSumHash), inputs)).toBe(false);
    const mutant = await circuitOf("mutant", withSumHash, replaceOnce(...mutation));
    expect(mutant.violations(await mutant.solve(inputs)), "rejected for another reason").toEqual([]);
  });
});
