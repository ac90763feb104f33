import { describe, expect, it } from "vitest";
import { FIELD, TAG } from "../../verifier/src/constants.ts";
import {
  alphaOf,
  type BatchOpening,
  batchFractions,
  batchSums,
  batchWeight,
  commitBatch,
} from "../../verifier/src/encodings/batch.ts";
import {
  accountsPath,
  accountsRoot,
  batchLeaf,
  betaChallenge,
  claimsHash,
  gammaChallenge,
  rootOfAccountsPath,
} from "../../verifier/src/encodings/challenges.ts";
import { packAuxiliaryWord, packWord } from "../../verifier/src/encodings/entry.ts";
import { accountRef, home, identity, ledgerKey, owner } from "../../verifier/src/encodings/identity.ts";
import { accountLeaf } from "../../verifier/src/encodings/leaf.ts";
import { sponge } from "../../verifier/src/encodings/sponge.ts";
import {
  claimsPolynomial,
  totalsCommitment,
  weightsCommitment,
} from "../../verifier/src/encodings/totals.ts";
import { batchPath, batchTree, rootOfPath } from "../../verifier/src/encodings/tree.ts";
import { power } from "../../verifier/src/field.ts";
import { type PolicyCoefficients, policyHash, rowPolynomials } from "../../verifier/src/policy/matrix.ts";
import {
  policyTree,
  policyTreePath,
  policyTreeRows,
  rootOfPolicyRow,
} from "../../verifier/src/policy/policy-tree.ts";
import { layoutOf, type Shape } from "../../verifier/src/policy/shape.ts";
import { poseidon } from "../../verifier/src/poseidon.ts";
import vectors from "../vectors/encodings.json" with { type: "json" };

// Integers of the file, numbers or decimal strings, as bigint.
type Numeric = string | number;
const big = (value: Numeric): bigint => BigInt(value);
const bigs = (values: readonly Numeric[]): bigint[] => values.map(big);
const bit = (value: number): 0 | 1 => (value === 0 ? 0 : 1);
const entriesOf = (entries: readonly { row: number; quantity: Numeric }[]) =>
  entries.map(({ row, quantity }) => ({ row, quantity: big(quantity) }));
const rowsOf = (pairs: readonly (readonly Numeric[])[]) =>
  new Map(pairs.map(([row, value]) => [Number(row), big(value!)]));
const batchesOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    circuitId: 1000n + BigInt(i % 3),
    root: power(7n, BigInt(i + 1)),
    transcript: power(11n, BigInt(i + 1)),
  }));

type Named<Names extends string> = Readonly<Record<Names, Numeric>>;
type GivenFed = Named<"maintenance" | "initial" | "parent">;
type GivenFree = Named<"maintenance" | "initial"> & { readonly scenarios: Numeric[] };

/** A policy of the file: one type for groups with and without what they may lack. */
interface GivenPolicy
  extends Named<"holdings" | "auxiliaries" | "policyHash" | "gamma" | "totalsSalt" | "totalsCommitment"> {
  readonly weightsSalt: Numeric;
  readonly weightsCommitment: Numeric;
  /** Lists that the leaves hash, leaves by row, and some paths. */
  readonly policyTree: {
    readonly lists: Numeric[][];
    readonly leaves: Numeric[][];
    readonly root: Numeric;
    readonly paths: { readonly row: number; readonly path: Numeric[][] }[];
  };
  readonly shape: Shape;
  readonly assets: Named<"value" | "maintenance" | "initial" | "debtMaintenance" | "debtInitial">[];
  readonly tiers?: {
    readonly widths: Numeric[];
    readonly weights: Numeric[];
    readonly lastWeight: Numeric;
    readonly credit: Named<"maintenance" | "initial">;
  }[];
  readonly groups: {
    readonly instruments: (GivenFree & Named<"value" | "shortMaintenance" | "shortInitial">)[];
    readonly max: Named<"maintenance" | "initial"> & { readonly parent?: Numeric };
    readonly feed?: { readonly pos: GivenFed; readonly neg: GivenFed }[];
    readonly hedges: GivenFree[];
    readonly extras?: GivenFree[];
  }[];
  readonly polynomials: Numeric[][];
  readonly totals: Numeric[][];
  readonly weights: Numeric[][];
  readonly claims: Numeric[];
}

const fedOf = ({ maintenance, initial, parent }: GivenFed) => ({
  maintenance: big(maintenance),
  initial: big(initial),
  parent: big(parent),
});
const freeRow = ({ maintenance, initial, scenarios }: GivenFree) => ({
  maintenance: big(maintenance),
  initial: big(initial),
  scenarios: bigs(scenarios),
});

describe("encodings agree with the independent computation of", () => {
  it.each(vectors.poseidon)("Poseidon, case %#", ({ inputs, hash }) => {
    expect(poseidon(bigs(inputs))).toBe(big(hash));
  });

  it.each(vectors.words)("a word, case %#", ({ entries, word }) => {
    expect(packWord(entriesOf(entries))).toBe(big(word));
  });

  it.each(vectors.auxiliaryWords)("an auxiliary word, case %#", ({ entries, step, word }) => {
    expect(packAuxiliaryWord(entriesOf(entries), step)).toBe(big(word));
  });

  it.each(vectors.leaves)("a leaf, case %#", ({ identity: of, holdings, free, under, leaf }) => {
    const surplus = { free: big(free), under: bit(under) };
    expect(accountLeaf(big(of), entriesOf(holdings), surplus)).toBe(big(leaf));
  });

  it.each(vectors.identities)("an identity, case %#", (given) => {
    const ref = accountRef(given.exchangeId, given.userId);
    const at = home(big(given.chainId), big(given.registry));
    const of = big(given.secret) === 0n ? 0n : owner(big(given.secret), at);
    expect([ref, at, of]).toEqual([given.accountRef, given.home, given.owner].map(big));
    expect(ledgerKey(ref, of)).toBe(big(given.key));
    const opening = { accountRef: ref, owner: of, salt: big(given.salt), epoch: big(given.epoch) };
    expect(identity(opening)).toBe(big(given.identity));
  });

  it.each(vectors.sponges)("a sponge, case %#", ({ tag, items, hash }) => {
    expect(sponge(big(tag), bigs(items))).toBe(big(hash));
  });

  it.each(vectors.trees)("a tree of $slots slots and a path", ({ slots, root, slot, leaf, path }) => {
    const leaves = Array.from({ length: slots }, (_, i) => (i % 7 === 3 ? 0n : power(5n, BigInt(i + 1))));
    const levels = batchTree(leaves);
    expect(levels.at(-1)).toEqual([big(root)]);
    expect(batchPath(levels, slot)).toEqual(path.map(bigs));
    expect(rootOfPath(big(leaf), slot, path.map(bigs))).toBe(big(root));
  });

  it("a batch: slots, root, transcript, weights, t and w", () => {
    const { batch } = vectors;
    const opening: BatchOpening = {
      blocks: batch.blocks.map((block) => ({
        entries: entriesOf(block.entries),
        first: bit(block.first),
        identity: big(block.identity),
        free: big(block.free),
        under: bit(block.under),
      })),
      words: batch.words.map(({ entries, step }) => ({ entries: entriesOf(entries), step: bit(step) })),
      blinds: bigs(batch.blinds) as [bigint, bigint, bigint],
    };
    const { root, transcript, levels } = commitBatch(opening);
    expect(levels[0]).toEqual(bigs(batch.slots));
    expect([root, transcript]).toEqual([batch.root, batch.transcript].map(big));
    const [gamma, beta] = [big(batch.gamma), big(batch.beta)];
    expect(batchFractions(batchSums(opening, gamma), beta)).toEqual({ t: big(batch.t), w: big(batch.w) });
    expect(alphaOf(gamma)).toBe(big(batch.alpha));
    expect(batchWeight(gamma, batch.batch)).toBe(big(batch.batchWeight));
  });

  it.each(vectors.accountsRoots)(
    "the accounts root of $batches batches, and paths to it",
    ({ batches, root }) => {
      const list = batchesOf(batches);
      expect(accountsRoot(list)).toBe(big(root));
      for (const index of new Set([0, batches >> 1, batches - 1])) {
        expect(rootOfAccountsPath(batchLeaf(list[index]!), index, accountsPath(list, index))).toBe(big(root));
      }
    },
  );

  it.each(vectors.challenges)("claims hash, gamma, beta and rho, case %#", (given) => {
    const claims = bigs(given.claims);
    expect(claimsHash(claims)).toBe(big(given.claimsHash));
    const gamma = gammaChallenge({
      chainId: big(given.chainId),
      registry: big(given.registry),
      exchange: big(given.exchange),
      epoch: big(given.epoch),
      snapshotTime: big(given.snapshotTime),
      policyHash: big(given.policyHash),
      descriptorHash: big(given.descriptorHash),
      totalsCommitment: big(given.totalsCommitment),
      claims,
      epochCircuitId: big(given.epochCircuitId),
      batches: batchesOf(given.batches),
    });
    expect(gamma).toBe(big(given.gamma));
    expect(betaChallenge(gamma, big(given.weightsCommitment))).toBe(big(given.beta));
    expect(claimsPolynomial(claims, gamma)).toBe(big(given.rho));
  });

  it.each([
    ["a policy", vectors.policy],
    ["a policy whose groups feed each other", vectors.fedPolicy],
    ["a policy whose assets have tiers", vectors.tieredPolicy],
  ])("%s: its hash, its tree, the polynomial of every row, commitments to totals and weights", (_, file) => {
    const given = file as unknown as GivenPolicy;
    const policy: PolicyCoefficients = {
      shape: given.shape,
      assets: given.assets.map((a) => ({
        value: big(a.value),
        maintenance: big(a.maintenance),
        initial: big(a.initial),
        debtMaintenance: big(a.debtMaintenance),
        debtInitial: big(a.debtInitial),
      })),
      ...(given.tiers
        ? {
            tiers: given.tiers.map(({ widths, weights, lastWeight, credit }) => ({
              widths: bigs(widths),
              weights: bigs(weights),
              lastWeight: big(lastWeight),
              credit: { maintenance: big(credit.maintenance), initial: big(credit.initial) },
            })),
          }
        : {}),
      groups: given.groups.map(({ instruments, max, feed, hedges, extras }) => ({
        instruments: instruments.map((n) => ({
          value: big(n.value),
          maintenance: big(n.maintenance),
          initial: big(n.initial),
          scenarios: bigs(n.scenarios),
          shortMaintenance: big(n.shortMaintenance),
          shortInitial: big(n.shortInitial),
        })),
        max: {
          maintenance: big(max.maintenance),
          initial: big(max.initial),
          ...(max.parent === undefined ? {} : { parent: big(max.parent) }),
        },
        ...(feed ? { feed: feed.map(({ pos, neg }) => ({ pos: fedOf(pos), neg: fedOf(neg) })) } : {}),
        hedges: hedges.map(freeRow),
        ...(extras ? { extras: extras.map(freeRow) } : {}),
      })),
    };
    const layout = layoutOf(policy.shape);
    expect([layout.holdings, layout.auxiliaries]).toEqual([given.holdings, given.auxiliaries]);
    expect(policyHash(policy)).toBe(big(given.policyHash));
    const tree = policyTree(policy);
    const lists = policyTreeRows(policy).map(({ row, cap, group, scenarios, ...numbers }) => [
      ...[row, cap, group].map(BigInt),
      ...[numbers.maxMaintenance, numbers.maxInitial, numbers.equity, numbers.maintenance, numbers.initial],
      ...scenarios,
    ]);
    expect(lists).toEqual(given.policyTree.lists.map(bigs));
    expect([...tree.levels[0]!]).toEqual([...rowsOf(given.policyTree.leaves)]);
    expect(tree.root).toBe(big(given.policyTree.root));
    for (const { row, path } of given.policyTree.paths) {
      expect(policyTreePath(tree, row)).toEqual(path.map(bigs));
      expect(rootOfPolicyRow(tree.rows.get(row)!, path.map(bigs))).toBe(tree.root);
    }
    const polynomials = [...rowPolynomials(policy, big(given.gamma))].toSorted(([a], [b]) => a - b);
    expect(polynomials).toEqual([...rowsOf(given.polynomials)]);
    const claims = bigs(given.claims);
    expect(totalsCommitment(layout, big(given.totalsSalt), rowsOf(given.totals), claims)).toBe(
      big(given.totalsCommitment),
    );
    expect(weightsCommitment(layout, big(given.weightsSalt), rowsOf(given.weights))).toBe(
      big(given.weightsCommitment),
    );
  });
});

describe("the vectors", () => {
  it("were made with this field and these tags", () => {
    expect(Object.values(TAG)).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n]);
    const canonical = vectors.poseidon.flatMap(({ inputs }) => bigs(inputs));
    expect(canonical.every((value) => value < FIELD)).toBe(true);
  });
});
