import { accountInputs } from "../../verifier/src/account/inputs.ts";
import type { AccountRequest } from "../../verifier/src/account/statement.ts";
import { bestHedges, judgeAccount, largestFree } from "../../verifier/src/account/surplus.ts";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import { type CompiledPolicy, compilePolicy } from "../../verifier/src/policy/compile.ts";
import { type PolicyTree, policyTree } from "../../verifier/src/policy/policy-tree.ts";
import type { AccountOpening } from "../../verifier/src/withdrawal/opening.ts";
import { twoGroupMarks, twoGroupRiskParameters } from "./policies.ts";
import type { Random } from "./random.ts";
import { accountInBatch } from "./withdrawal.ts";

/** Four assets, a group of 16 scenarios that BTC hedges and one of 40 that ETH hedges. */
export const judged: { readonly policy: CompiledPolicy; readonly tree: PolicyTree } = (() => {
  const policy = compilePolicy(twoGroupRiskParameters, twoGroupMarks);
  return { policy, tree: policyTree(policy.coefficients) };
})();
const { layout } = judged.policy;

/** Rows of that policy: ETH 0, USDT 1, BTC 2; groups BTC 0, ETH 1. */
export const JUDGED = Object.freeze({
  eth: layout.asset(0),
  usdt: layout.asset(1),
  usdtDebt: layout.debt(1),
  btc: layout.asset(2),
  btcPerpLong: layout.long(0, 0),
  btcPerpShort: layout.short(0, 0),
  ethPerpShort: layout.short(1, 0),
  ethCallLong: layout.long(1, 1),
  ethPutShort: layout.short(1, 2),
  btcHedge: layout.hedge(0, 0),
  ethHedge: layout.hedge(1, 0),
});

export type Held = Partial<Record<keyof typeof JUDGED, bigint>>;

export const holdingsOf = (held: Held): Entry[] =>
  Object.entries(held)
    .map(([name, quantity]) => ({ row: JUDGED[name as keyof typeof JUDGED], quantity }))
    .sort((a, b) => a.row - b.row);

/** Six entries, five of them positions of the ETH group or collateral, and a hedge: no input is without use. */
export const FULL: Held = {
  eth: 500_000_000n,
  usdt: 400_000_000_000n,
  usdtDebt: 1_000_000_000n,
  ethPerpShort: 1_000n,
  ethCallLong: 2_000n,
  ethPutShort: 500n,
};

/** Four full blocks, each row in three entries: positions and collateral that hedges in both groups. */
export const FOUR_BLOCKS: readonly Entry[] = holdingsOf({
  ...FULL,
  btc: 3n * 10n ** 8n,
  btcPerpShort: 9_000n,
}).flatMap((entry) => [entry, entry, entry]);

/** An account in a batch whose holdings are those, and the request that shows the most of it at `policy`. */
export function judgedAccount(
  random: Random,
  holdings: readonly Entry[],
  { policy, tree }: { policy: CompiledPolicy; tree: PolicyTree } = judged,
): { opening: AccountOpening; request: AccountRequest } {
  const opening = accountInBatch(random, { holdings });
  const hedges = bestHedges(policy, tree, holdings);
  const minimumFree = largestFree(judgeAccount(tree, holdings, hedges)) ?? 0n;
  return { opening, request: { tree, minimumFree, hedges, context: random.bits(248) } };
}

export type DeepInputs = Record<string, Deep>;
type Deep = bigint | Deep[];

/** Inputs that a forger may edit. */
export function accountInputsOf(
  opening: AccountOpening,
  request: AccountRequest,
  [blocks, groups, scenarios]: readonly [number, number, number] = [1, 1, 40],
): DeepInputs {
  return structuredClone(accountInputs(opening, request, { blocks, groups, scenarios })) as DeepInputs;
}
