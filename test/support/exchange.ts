import type { EpochConfig } from "../../prover/src/pipeline/config.ts";
import type { Account } from "../../prover/src/snapshot/account.ts";
import { COARSE_SHIFT } from "../../verifier/src/constants.ts";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import { type CompiledPolicy, compilePolicy } from "../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../verifier/src/policy/complete.ts";
import { coarse, layoutOf } from "../../verifier/src/policy/shape.ts";
import { tinyMarks, tinyRiskParameters } from "./policies.ts";
import type { Random } from "./random.ts";

export const tinyPolicy = compilePolicy(tinyRiskParameters, tinyMarks);
const layout = layoutOf(tinyPolicy.coefficients.shape);

/** Rows of the tiny policy by what they hold. */
export const ROW = Object.freeze({
  btc: layout.asset(0),
  btcDebt: layout.debt(0),
  usdt: layout.asset(1),
  usdtDebt: layout.debt(1),
  perpLong: layout.long(0, 0),
  perpShort: layout.short(0, 0),
  callLong: layout.long(0, 1),
  callShort: layout.short(0, 1),
});

export function account(userId: string, holdings: Partial<Record<keyof typeof ROW, bigint>>): Account {
  const entries = Object.entries(holdings).map(
    ([name, quantity]): Entry => ({ row: ROW[name as keyof typeof ROW], quantity }),
  );
  return { userId, owner: 0n, holdings: entries.sort((a, b) => a.row - b.row) };
}

/** A random exchange on the tiny policy: whatever its users hold, the last one, the house, is their counterparty. */
export function randomExchange(random: Random, accounts: number): Account[] {
  const net = { perp: 0n, call: 0n };
  const list: Account[] = [];
  for (let i = 0; i < accounts; i++) {
    const house = i === accounts - 1;
    const holdings: Partial<Record<keyof typeof ROW, bigint>> = {};
    if (random.flag()) holdings.btc = 1n + random.below(500_000_000n);
    if (random.int(4) === 0) holdings.btcDebt = 1n + random.below(10_000_000n);
    if (random.int(5) > 0 || house) holdings.usdt = 1n + random.below(house ? 10n ** 15n : 10n ** 11n);
    if (random.int(4) === 0) holdings.usdtDebt = 1n + random.below(10n ** 10n);
    for (const kind of ["perp", "call"] as const) {
      const quantity = house ? -net[kind] : random.int(3) === 0 ? random.below(20_000n) - 10_000n : 0n;
      net[kind] += quantity;
      if (quantity > 0n) holdings[`${kind}Long`] = quantity;
      if (quantity < 0n) holdings[`${kind}Short`] = -quantity;
    }
    list.push(account(house ? "house" : `user-${i}`, holdings));
  }
  return list;
}

/** What an exchange must declare to be just solvent: reserves by symbol and insurance. */
export function exactClaims(
  accounts: readonly Account[],
  policy: CompiledPolicy = tinyPolicy,
): Pick<EpochConfig, "claims" | "insurance"> {
  const { layout, riskParameters } = policy;
  const totals = new Map<number, bigint>();
  for (const { holdings } of accounts) {
    for (const { row, quantity } of [...holdings, ...completeAccount(policy, holdings).auxiliaries]) {
      totals.set(row, (totals.get(row) ?? 0n) + quantity);
    }
  }
  const total = (row: number) => totals.get(row) ?? 0n;
  const money = (row: number) => total(row) + (total(coarse(row)) << COARSE_SHIFT);
  const owed = (asset: number) => {
    const net = total(layout.asset(asset)) - total(layout.debt(asset));
    return net > 0n ? net : 0n;
  };
  return {
    claims: Object.fromEntries(riskParameters.collateral.map(({ symbol }, k) => [symbol, owed(k)])),
    insurance: money(layout.shortfall) + money(layout.equityMinus),
  };
}

/** An epoch of these accounts on the tiny circuits, solvent to the unit. */
export function tinyConfig(
  folder: string,
  accounts: readonly Account[],
  changes: Partial<EpochConfig> = {},
): EpochConfig {
  return {
    folder,
    chainId: 31337n,
    registry: 0x1000000000000000000000000000000000000001n,
    exchange: 0x2000000000000000000000000000000000000002n,
    exchangeId: "tiny-exchange",
    epoch: 7n,
    // When the marks were observed.
    snapshotTime: BigInt(Date.parse(tinyMarks.observedAt) / 1000),
    policy: { riskParameters: JSON.stringify(tinyRiskParameters), marks: JSON.stringify(tinyMarks) },
    accounts: async function* () {
      yield* accounts;
    },
    ...(changes.claims ? { claims: changes.claims, insurance: 0n } : exactClaims(accounts)),
    circuits: { batch: "batch-4-8", epoch: "epoch-tiny" },
    operatorSecret: new Uint8Array(32).fill(0x5a),
    ...changes,
  };
}
