import { type BatchOpening, batchFractions, batchSums } from "@plimsoll/verifier/encodings/batch.ts";
import type { Entry } from "@plimsoll/verifier/encodings/entry.ts";
import { totalsCommitment, weightsCommitment } from "@plimsoll/verifier/encodings/totals.ts";
import type { CompiledPolicy } from "@plimsoll/verifier/policy/compile.ts";
import { auxiliaryEntries, completeAccount } from "@plimsoll/verifier/policy/complete.ts";
import { fastPoseidon } from "../commit/hash.ts";
import { randomFieldElement } from "../commit/secrets.ts";
import { epochInputs } from "../pipeline/epoch-inputs.ts";
import { accountSize } from "../plan/account-words.ts";
import { assembleBatch } from "../plan/assemble.ts";
import { WitnessError, type WitnessGenerator } from "../proving/witness.ts";
import type { Account } from "../snapshot/account.ts";

/** An operator who writes what he likes: accounts with any auxiliaries, any claims. */
export interface Book {
  readonly accounts: readonly { holdings: readonly Entry[]; auxiliaries: readonly Entry[]; free: bigint }[];
  readonly claims: readonly bigint[];
}

/**
 * Whether the epoch circuit has a witness for a book. No check of ours stands before it: commitments, challenges and sums
 * are made from whatever the book says, as a dishonest operator would. Returns the constraint's place that stops it.
 */
export async function refusedByEpochCircuit(
  generator: WitnessGenerator,
  policy: CompiledPolicy,
  book: Book,
): Promise<string | undefined> {
  const hash = await fastPoseidon();
  const { coefficients, layout, policyHash } = policy;
  const [gamma, beta] = [randomFieldElement(), randomFieldElement()];
  const [totalsSalt, weightsSalt] = [randomFieldElement(), randomFieldElement()];
  const sums = batchSums(bookAsBatch(book), gamma);
  const fractions = batchFractions(sums, beta);
  const opening = {
    policy: coefficients,
    policyHash,
    totals: sums.totals,
    totalsSalt,
    totalsCommitment: totalsCommitment(layout, totalsSalt, sums.totals, book.claims, hash),
    weights: sums.weights,
    weightsSalt,
    weightsCommitment: weightsCommitment(layout, weightsSalt, sums.weights, hash),
    claims: book.claims,
    gamma,
    beta,
    ...fractions,
  };
  try {
    await generator.limbs(epochInputs(opening));
    return undefined;
  } catch (error) {
    if (!(error instanceof WitnessError)) throw error;
    return error.message;
  }
}

/** The honest book: what the demo proves. */
export function honestBook(
  policy: CompiledPolicy,
  accounts: readonly Account[],
  claims: readonly bigint[],
): Book {
  return {
    accounts: accounts.map(({ holdings }) => ({ holdings, ...completeAccount(policy, holdings) })),
    claims,
  };
}

/** Somebody gets a position out of nothing: one more contract long, and nobody short. */
export function oneSidedHedge(policy: CompiledPolicy, honest: Book, accounts: readonly Account[]): Book {
  const row = policy.layout.long(0, 0);
  const at = accounts.findIndex(({ holdings }) => holdings.some((entry) => entry.row === row));
  const holdings = accounts[at]!.holdings.map((entry) =>
    entry.row === row ? { row, quantity: entry.quantity + 1_000_000n } : entry,
  );
  const changed = { holdings, ...completeAccount(policy, holdings) };
  return { ...honest, accounts: honest.accounts.map((account, i) => (i === at ? changed : account)) };
}

/** A debt in the books that nobody's equity bears: equity+ is what it would be without it. */
export function debtWithoutCounterweight(policy: CompiledPolicy, honest: Book): Book {
  const quote = policy.riskParameters.collateral.findIndex((c) => c.symbol === policy.riskParameters.quote);
  const [owned, owed] = [policy.layout.asset(quote), policy.layout.debt(quote)];
  const borrowed = 1_000_000_000_000n;
  const credit = completeAccount(policy, [{ row: owned, quantity: borrowed }]);
  const account = {
    holdings: [
      { row: owned, quantity: borrowed },
      { row: owed, quantity: borrowed },
    ],
    auxiliaries: [
      ...auxiliaryEntries(policy.layout.equityPlus, credit.report.equity),
      ...credit.auxiliaries.filter(({ row }) => row > policy.layout.shortfall),
    ],
    free: credit.free,
  };
  return { ...honest, accounts: [...honest.accounts, account] };
}

/** The exchange declares one unit less of an asset than it owes. */
export function reservesShort(policy: CompiledPolicy, honest: Book, asset: number): Book {
  const total = (row: number) =>
    honest.accounts
      .flatMap(({ holdings }) => holdings.filter((entry) => entry.row === row))
      .reduce((sum, { quantity }) => sum + quantity, 0n);
  const owed = total(policy.layout.asset(asset)) - total(policy.layout.debt(asset));
  return { ...honest, claims: honest.claims.map((claim, k) => (k === asset + 1 ? owed - 1n : claim)) };
}

/** The book as one batch of any size: the epoch circuit sees sums only. */
function bookAsBatch({ accounts }: Book): BatchOpening {
  const placed = accounts.map((account, slot) => ({
    account: { ...account, identity: 0n, leaf: 0n },
    slot,
  }));
  const sizes = accounts.map(accountSize);
  const capacity = {
    blocks: sizes.reduce((sum, { blocks }) => sum + blocks, 0),
    words: sizes.reduce((sum, { words }) => sum + words, 0),
  };
  return assembleBatch(placed, capacity, [randomFieldElement(), randomFieldElement(), randomFieldElement()]);
}
