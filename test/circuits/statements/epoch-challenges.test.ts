// What has to be fixed before a challenge. The circuit is the real one throughout; the mutant is a verifier that leaves one
// part out of gamma or beta, so that a prover may choose that part when the challenge is known.
import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../../verifier/src/constants.ts";
import {
  type BatchCommitment,
  betaChallenge,
  type GammaInput,
  gammaChallenge,
} from "../../../verifier/src/encodings/challenges.ts";
import { claimsPolynomial } from "../../../verifier/src/encodings/totals.ts";
import { inverse, toField } from "../../../verifier/src/field.ts";
import { type CompiledPolicy, compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import { policyMatrix, rowPolynomials } from "../../../verifier/src/policy/matrix.ts";
import { layoutOf } from "../../../verifier/src/policy/shape.ts";
import { acceptsInputs } from "../../support/attack.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { type EpochParts, stateEpoch, type Table } from "../../support/epoch.ts";
import {
  absurdPolicy,
  amountOf,
  batchOf,
  brokenColumns,
  completeByHand,
  type HandMadeAccount,
  shiftAuxiliary,
  sufficientClaims,
  TINY,
} from "../../support/hand-made.ts";
import { shortRelation } from "../../support/lattice.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { seeded } from "../../support/random.ts";

const layout = layoutOf(TINY);
const policy = absurdPolicy(seeded("challenges"), TINY, 20);
const matrix = policyMatrix(policy);

/** Two accounts with 2^40 of everything, and as much to spare in every slack. */
const PLENTY = 1n << 40n;
const FREE_TO_SLACK = 1n << 21n;
function plentiful(): HandMadeAccount {
  const holdings = Array.from({ length: layout.holdings }, (_, row) => ({ row, quantity: PLENTY }));
  const account = completeByHand(layout, matrix, holdings, { excess: () => PLENTY });
  return shiftAuxiliary(
    { ...account, surplus: account.surplus - FREE_TO_SLACK },
    layout.slackInitial,
    FREE_TO_SLACK * 1_000_000n,
  );
}
const alice = plentiful();
const bob = plentiful();
const claims = sufficientClaims(layout, [alice, bob], 1n << 100n);
const epoch = (people: readonly HandMadeAccount[], change: Partial<EpochParts> = {}): EpochParts => ({
  policy,
  batches: [batchOf(seeded("one batch"), people)],
  claims,
  ...change,
});

/** Verifiers that leave something out of gamma. */
const blind = (edit: (batch: BatchCommitment) => BatchCommitment) => (input: GammaInput) =>
  gammaChallenge({ ...input, batches: input.batches.map(edit) });
const gammaWithoutHoldings = blind((batch) => ({ ...batch, root: 0n }));
const gammaWithoutAuxiliaries = blind((batch) => ({ ...batch, transcript: 0n }));
const gammaWithoutDescriptor = (input: GammaInput) => gammaChallenge({ ...input, descriptorHash: 0n });
const gammaWithoutPolicy = (input: GammaInput) => gammaChallenge({ ...input, policyHash: 0n });
const gammaWithoutTotals = (input: GammaInput) => gammaChallenge({ ...input, totalsCommitment: 0n });
const gammaWithoutClaims = (input: GammaInput) => gammaChallenge({ ...input, claims: [] });

let circuit: Circuit;
beforeAll(async () => {
  circuit = await loadCircuit("epoch-tiny");
});
const accepted = (parts: EpochParts) => acceptsInputs(circuit, stateEpoch(parts).inputs);

/** Alice gets `by` of each row and bob loses as much: no total changes. */
function shifted(part: "holdings" | "auxiliaries", rows: readonly number[], by: readonly bigint[]) {
  return [alice, bob].map((account, i) => ({
    ...account,
    [part]: account[part].map((entry) => {
      const at = rows.indexOf(entry.row);
      const change = at < 0 ? 0n : by[at]!;
      return { ...entry, quantity: entry.quantity + (i === 0 ? change : -change) };
    }),
  }));
}

describe("9: challenges", () => {
  beforeAll(async () => {
    expect([alice, bob].flatMap((account) => brokenColumns(layout, matrix, account))).toEqual([]);
    expect(await accepted(epoch([alice, bob]))).toBe(true);
  });

  it("rejects weights chosen when beta is known (mutant: beta without the weights)", async () => {
    const people = [shiftAuxiliary(alice, layout.equityPlus, 1n << 50n), bob];
    const betaOf = (gamma: bigint) => betaChallenge(gamma, 0n);
    const chosen = (truth: Table, gamma: bigint): Table => {
      const beta = betaOf(gamma);
      const polynomials = rowPolynomials(policy, gamma);
      const residual = [...truth].reduce((sum, [row, weight]) => sum + weight * polynomials.get(row)!, 0n);
      // x T_0 + y T_1 = -residual and x / (beta - 0) + y / (beta - 1) = 0.
      const [t0, t1] = [polynomials.get(0)!, polynomials.get(1)!];
      const ratio = toField(-(beta - 1n) * inverse(beta));
      const x = toField(-residual * inverse(t0 + t1 * ratio));
      return new Map([...truth, [0, toField(truth.get(0)! + x)], [1, toField(truth.get(1)! + x * ratio)]]);
    };
    expect(await accepted(epoch(people, { weights: chosen, betaOf }))).toBe(true);
    expect(await accepted(epoch(people, { weights: chosen }))).toBe(false);
  });

  it("rejects totals chosen when beta is known (mutant: gamma without the totals)", async () => {
    const insolvent = { claims: [claims[0]!, 0n, claims[2]!] };
    const btc = layout.asset(0);
    const other = layout.hedge(0, 0);
    const honest = epoch([alice, bob], { ...insolvent, gammaOf: gammaWithoutTotals });
    const { beta } = stateEpoch(honest).signals;
    const erased = (truth: Table): Table => {
      const moved = truth.get(btc)! * inverse(beta - BigInt(btc)) * (beta - BigInt(other));
      return new Map([...truth, [btc, 0n], [other, toField((truth.get(other) ?? 0n) + moved)]]);
    };
    const totals = erased;
    expect(await accepted({ ...honest, totals })).toBe(true);
    expect(await accepted(epoch([alice, bob], { ...insolvent, totals }))).toBe(false);
  });

  it("rejects holdings chosen when gamma is known (mutant: gamma without the roots)", async () => {
    const gammaOf = gammaWithoutHoldings;
    const polynomials = rowPolynomials(policy, stateEpoch(epoch([alice, bob], { gammaOf })).signals.gamma);
    const rows = alice.holdings.map(({ row }) => row);
    const people = shifted("holdings", rows, shortRelation(rows.map((row) => polynomials.get(row)!)));
    expect(brokenColumns(layout, matrix, people[0]!)).not.toEqual([]);
    expect(await accepted(epoch(people, { gammaOf }))).toBe(true);
    expect(await accepted(epoch(people))).toBe(false);
  });

  it("rejects auxiliaries chosen when gamma is known (mutant: gamma without the transcripts)", async () => {
    const gammaOf = gammaWithoutAuxiliaries;
    const polynomials = rowPolynomials(policy, stateEpoch(epoch([alice, bob], { gammaOf })).signals.gamma);
    const rows = [
      layout.equityPlus,
      layout.slackMaintenance,
      layout.slackInitial,
      layout.slackCap(0),
      ...[0, 1, 2].map((s) => layout.slackScenario(0, s)),
    ];
    const relation = shortRelation(rows.map((row) => polynomials.get(row)!));
    const people = shifted("auxiliaries", rows, relation);
    expect(brokenColumns(layout, matrix, people[0]!)).toHaveLength(relation.filter((d) => d !== 0n).length);
    expect(amountOf(people[0]!, layout.equityPlus)).not.toBe(amountOf(alice, layout.equityPlus));
    expect(await accepted(epoch(people, { gammaOf }))).toBe(true);
    expect(await accepted(epoch(people))).toBe(false);
  });

  it("rejects a policy chosen when gamma is known (mutant: gamma without policyHash)", async () => {
    const gammaOf = gammaWithoutPolicy;
    const people = [shiftAuxiliary(alice, layout.equityPlus, 1n << 50n), bob];
    const { signals, weights } = stateEpoch(epoch(people, { gammaOf }));
    const polynomials = rowPolynomials(policy, signals.gamma);
    const residual = [...weights].reduce((sum, [row, weight]) => sum + weight * polynomials.get(row)!, 0n);
    const usdt = weights.get(layout.asset(1))!;
    const change = toField(-residual * inverse(signals.gamma ** 2n * usdt));
    const bent = {
      ...policy,
      assets: policy.assets.map((a, k) => (k === 1 ? { ...a, initial: a.initial + change } : a)),
    };
    expect(await accepted(epoch(people, { gammaOf, policy: bent }))).toBe(true);
    expect(await accepted(epoch(people, { policy: bent }))).toBe(false);
  });

  it("rejects public claims chosen when gamma is known (mutant: gamma without the claims)", async () => {
    const { inputs, signals, gammaInput } = stateEpoch(epoch([alice, bob], { gammaOf: gammaWithoutClaims }));
    const powers = [1n, signals.gamma, (signals.gamma * signals.gamma) % FIELD];
    const relation = shortRelation(powers);
    const sign = relation[1]! > 0n ? -1n : 1n;
    const smaller = claims.map((claim, k) => claim + sign * relation[k]!);
    expect(smaller[1]).toBeLessThan(claims[1]!);
    expect(smaller.every((claim) => claim >= 0n && claim < 1n << 128n)).toBe(true);
    // The verifier computes rho from the list that it compares with balances.
    const shown = (gamma: bigint) => ({ ...inputs, rho: claimsPolynomial(smaller, gamma) });
    expect(await acceptsInputs(circuit, shown(gammaWithoutClaims(gammaInput)))).toBe(true);
    const gamma = gammaChallenge({ ...gammaInput, claims: smaller });
    const real = stateEpoch(epoch([alice, bob], { gammaOf: () => gamma })).inputs;
    const rho = claimsPolynomial(smaller, gamma);
    expect(await acceptsInputs(circuit, { ...real, rho })).toBe(false);
    expect(await acceptsInputs(circuit, real)).toBe(true);
  });
});

describe("40: two policy files with one policyHash", () => {
  /** The tiny policy with a coin of its own as collateral, which no instrument is on. */
  const files = (symbol = "COIN", decimals = 8, price = "60000"): CompiledPolicy => {
    const [coin, usdt] = tinyRiskParameters.collateral;
    const { hedge: _, ...group } = tinyRiskParameters.groups[0]!;
    const collateral = [{ ...coin!, symbol, decimals }, usdt!];
    const spot = { ...tinyMarks.spot, [symbol]: { price } };
    return compilePolicy({ ...tinyRiskParameters, collateral, groups: [group] }, { ...tinyMarks, spot });
  };
  const proved = files();
  const books = [
    [
      { row: proved.layout.asset(0), quantity: 100_000_000n },
      { row: proved.layout.debt(1), quantity: 5_000_000n },
    ],
    [{ row: proved.layout.asset(1), quantity: 5_000_000_000n }],
  ];

  it.each([
    ["another name", files("XYZ")],
    ["decimals against price", files("COIN", 7, "6000")],
  ])(
    "rejects a file with %s under the first's proof (mutant: gamma without descriptorHash)",
    async (_, other) => {
      expect(other.policyHash).toBe(proved.policyHash);
      expect(other.descriptorHash).not.toBe(proved.descriptorHash);
      const people = books.map((holdings): HandMadeAccount => {
        const { auxiliaries, free } = completeAccount(proved, holdings);
        return { holdings, auxiliaries, surplus: free };
      });
      const parts: EpochParts = {
        policy: proved.coefficients,
        batches: [batchOf(seeded("descriptors"), people)],
        claims: sufficientClaims(layout, people),
      };
      // A proof under the first file, judged by verifiers who have the first and the other.
      const judged = (gammaOf: (input: GammaInput) => bigint): Promise<boolean[]> => {
        const under = ({ descriptorHash }: CompiledPolicy) =>
          stateEpoch({ ...parts, gammaOf: (input) => gammaOf({ ...input, descriptorHash }) });
        const { inputs } = under(proved);
        return Promise.all(
          [proved, other].map((shown) => {
            const { gamma } = under(shown).signals;
            return acceptsInputs(circuit, { ...inputs, gamma });
          }),
        );
      };
      expect(await judged(gammaWithoutDescriptor)).toEqual([true, true]);
      expect(await judged(gammaChallenge)).toEqual([true, false]);
    },
  );
});
