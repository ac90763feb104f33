import { describe, expect, it } from "vitest";
import { FREE_UNIT, ROW_FREE } from "../../../verifier/src/constants.ts";
import {
  batchFractions,
  batchSums,
  batchWeight,
  fractionSum,
} from "../../../verifier/src/encodings/batch.ts";
import { gammaChallenge } from "../../../verifier/src/encodings/challenges.ts";
import { power, toField } from "../../../verifier/src/field.ts";
import { policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { COLUMN } from "../../../verifier/src/policy/shape.ts";
import { acceptsInputs } from "../../support/attack.ts";
import {
  accepted,
  accounts,
  alice,
  BTC,
  bob,
  carol,
  controlCircuit,
  exchange,
  house,
  INSURANCE,
  layout,
  matrix,
  mutant,
  policy,
  ROW,
  realCircuit,
  succeedsOnlyAgainst,
  USDT,
} from "../../support/attacked-exchange.ts";
import { gammaInputOf, stateEpoch, sumHash, type Table } from "../../support/epoch.ts";
import {
  amountOf,
  batchOf,
  brokenColumns,
  completeByHand,
  shiftAuxiliary,
  sufficientClaims,
} from "../../support/hand-made.ts";
import { seeded } from "../../support/random.ts";

const EPOCH = "statements/epoch.circom";
const noResiduals = () => mutant("no-residuals", EPOCH, "residuals.out === 0;");
const noTotals = () => mutant("no-totals", EPOCH, "t === totalFractions.out;");
const noWeights = () => mutant("no-weights", EPOCH, "w === weightFractions.out;");

/** A table with some rows set. */
const set =
  (...entries: [row: number, value: bigint][]) =>
  (truth: Table): Table =>
    new Map([...truth, ...entries]);

/** Alice with slack of initial to spare: a unit of free less. */
const spare = shiftAuxiliary({ ...alice, surplus: alice.surplus - 1n }, layout.slackInitial, FREE_UNIT);

describe("Epoch: tables and equations under attack", () => {
  it("accepts the honest exchange, whose accounts keep the policy", async () => {
    expect([...accounts, spare].flatMap((account) => brokenColumns(layout, matrix, account))).toEqual([]);
    expect(accounts.every(({ surplus }) => surplus > 0n)).toBe(true);
    expect(await accepted(exchange())).toBe(true);
  });

  it.each([
    ["a slack of maintenance", layout.slackMaintenance],
    ["a slack of initial", layout.slackInitial],
    ["a slack of a cap", layout.slackCap(0)],
    ["a slack of a scenario", layout.slackScenario(0, 1)],
    ["a maximum", layout.max(0)],
    ["a hedge", layout.hedge(0, 0)],
    ["an equity", layout.equityPlus],
  ])("12: rejects %s one too large or too small (mutant: equations unchecked)", async (_, row) => {
    expect(amountOf(spare, row)).toBeGreaterThan(0n);
    for (const by of [1n, -1n]) {
      const people = [shiftAuxiliary(spare, row, by), bob, carol, house];
      await succeedsOnlyAgainst(noResiduals(), exchange(people));
    }
  });

  it("12: rejects a free one unit too high (mutant: equations unchecked)", async () => {
    const richer = { ...alice, surplus: alice.surplus + 1n };
    await succeedsOnlyAgainst(noResiduals(), exchange([richer, bob, carol, house]));
  });

  it("12: accepts a maximum that is too large with the slacks that follow, which costs its account", async () => {
    const modest = completeByHand(layout, matrix, alice.holdings, { excess: () => FREE_UNIT });
    const exact = completeByHand(layout, matrix, alice.holdings);
    expect(modest.surplus).toBeLessThan(exact.surplus);
    const people = [modest, bob, carol, house];
    expect(await accepted(exchange(people, { claims: sufficientClaims(layout, people) }))).toBe(true);
  });

  it("13: rejects a total that is erased, made smaller or moved to another row (mutant: t unchecked)", async () => {
    const hedge = layout.hedge(0, 0);
    const toHedges = (truth: Table) =>
      set([ROW.btc, 0n], [hedge, truth.get(hedge)! + truth.get(ROW.btc)!])(truth);
    const changes = [
      { totals: set([ROW.btc, 0n]), claims: [INSURANCE, 0n, USDT] },
      { totals: set([ROW.btc, 64n]), claims: [INSURANCE, BTC - 1n, USDT] },
      { totals: toHedges, claims: [INSURANCE, 0n, USDT] },
    ];
    for (const change of changes) await succeedsOnlyAgainst(noTotals(), exchange(accounts, change));
  });

  it("13: rejects weights that hide an account's error (mutant: w unchecked)", async () => {
    const people = [shiftAuxiliary(alice, layout.slackMaintenance, 1n), bob, carol, house];
    await succeedsOnlyAgainst(noWeights(), exchange(people, { weights: () => new Map() }));
  });

  it("21: rejects another policy under the attested hash (mutant: policy not opened)", async () => {
    const generous = { ...policy, assets: policy.assets.map((a) => ({ ...a, initial: a.value })) };
    const people = accounts.map(({ holdings }) => completeByHand(layout, policyMatrix(generous), holdings));
    const parts = exchange(people, { policy: generous });
    const pretended = (hash?: typeof sumHash) => {
      const by = hash === undefined ? {} : { hash };
      const { policyHash } = stateEpoch({ ...exchange(), ...by }).signals;
      return { ...stateEpoch({ ...parts, ...by }).inputs, policyHash };
    };
    expect(await acceptsInputs(await realCircuit(), pretended())).toBe(false);
    expect(await acceptsInputs(await controlCircuit(), pretended(sumHash))).toBe(false);
    const unopened = await mutant("no-policy", EPOCH, "policyHash === policy.out;");
    expect(await acceptsInputs(unopened, pretended(sumHash))).toBe(true);
  });

  it("21: rejects an epoch with a batch missing, repeated, swapped, or made under another gamma", async () => {
    const parts = exchange();
    const { inputs, signals } = stateEpoch(parts);
    const [first, second] = parts.batches;
    // What a verifier with another list of batches puts into t and w, at the prover's challenges.
    const shown = (batches: readonly (typeof first)[], gamma = signals.gamma) => {
      const list = batches.map((batch) => batch!);
      const challenges = { gammaOf: () => gamma, betaOf: () => signals.beta };
      const { t, w } = stateEpoch({ ...parts, batches: list, ...challenges }).signals;
      return { ...inputs, t, w };
    };
    const real = await realCircuit();
    for (const batches of [[first], [first, second, second], [second, first]]) {
      expect(await acceptsInputs(real, shown(batches))).toBe(false);
    }
    expect(await acceptsInputs(real, shown([first, second], 5n))).toBe(false);
    expect(await acceptsInputs(real, shown([first, second]))).toBe(true);
  });

  it("21: rejects sums over another list of batches than the one hashed (mutant: a verifier that adds up fewer)", async () => {
    const random = seeded("uncounted");
    const dave = completeByHand(layout, matrix, [{ row: ROW.usdt, quantity: 1_000_000n }]);
    const batches = [batchOf(random, accounts), batchOf(random, [dave])];
    const parts = exchange(accounts, { batches });
    // Gamma depends on both batches, so that Dave finds his in the accounts root; t, w and the totals leave him out.
    const counted = (gamma: bigint) => [batchSums(batches[0]!, gamma)];
    const gamma = gammaChallenge(gammaInputOf({ ...parts, sums: counted(0n) }));
    const { gammaInput, inputs, signals } = stateEpoch({ ...parts, sums: counted(gamma) });
    expect([gammaInput.batches.length, signals.gamma]).toEqual([2, gamma]);
    const real = await realCircuit();
    expect(await acceptsInputs(real, inputs)).toBe(true);
    const shown = batches.map((batch) => batchFractions(batchSums(batch, gamma), signals.beta));
    const t = toField(shown[0]!.t + shown[1]!.t);
    const w = toField(shown[0]!.w + batchWeight(gamma, 1) * shown[1]!.w);
    expect(await acceptsInputs(real, { ...inputs, t, w })).toBe(false);
    // Nor with true tables: his million is not claimed.
    expect(await accepted(parts)).toBe(false);
    expect(await accepted({ ...parts, claims: [INSURANCE, BTC, USDT + 1_000_000n] })).toBe(true);
  });

  it("42: rejects an error that a blind absorbs (mutant: T of BLIND is 1)", async () => {
    const invented = 10n ** 15n;
    const richer = shiftAuxiliary(alice, layout.equityPlus, invented);
    expect(brokenColumns(layout, matrix, richer)).toEqual([COLUMN.equity]);
    const counting = mutant(
      "blind-counts",
      EPOCH,
      "residuals.out === 0;",
      "residuals.out + weightBlind === 0;",
    );
    // Fixed before gamma: blind1 of batch 0 is the error of its account 0 in column 0; that of batch 1 is 0.
    const parts = exchange([richer, bob, carol, house]);
    const batches = parts.batches.map((batch, b) => ({
      ...batch,
      blinds: [1n, b === 0 ? invented : 0n, 2n] as const,
    }));
    await succeedsOnlyAgainst(counting, { ...parts, batches });
  });

  it("42: rejects a missing total that the pole FREE absorbs (mutant: FREE among the totals)", async () => {
    const absorbing = await mutant(
      "free-among-totals",
      EPOCH,
      "t === totalFractions.out;",
      `signal input absorbed;
      signal fraction <== Fraction()(absorbed, ROW_FREE(), beta);
      t === totalFractions.out + fraction;`,
    );
    const parts = exchange(accounts, { totals: set([ROW.btc, 0n]), claims: [INSURANCE, 0n, USDT] });
    expect(await accepted(parts)).toBe(false);
    const { inputs, signals, totals } = stateEpoch({ ...parts, hash: sumHash });
    expect(await acceptsInputs(absorbing, { ...inputs, absorbed: 0n })).toBe(false);
    // Nothing commits to it, so it is chosen when beta is known.
    const missing = signals.t - fractionSum(totals, signals.beta);
    const absorbed = toField(missing * (signals.beta - BigInt(ROW_FREE)));
    expect(await acceptsInputs(absorbing, { ...inputs, absorbed })).toBe(true);
  });

  it("42: neighbouring batches cancel at a gamma of order 2^28, and at no gamma that a hash gives", async () => {
    const small = power(5n, toField(-1n) >> 28n);
    expect([power(small, 1n << 28n), power(small, 1n << 27n)]).toEqual([1n, toField(-1n)]);
    const up = shiftAuxiliary(alice, layout.equityPlus, 1n);
    const down = shiftAuxiliary(carol, layout.equityPlus, -1n);
    const parts = exchange([up, bob, down, house]);
    expect(await accepted({ ...parts, gammaOf: () => small })).toBe(true);
    expect(await accepted(parts)).toBe(false);
  });
});
