import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { lintPolicy } from "../../../prover/src/linter/lint-policy.ts";
import {
  readSchedules,
  SCHEDULES,
  type ScheduleName,
  scheduledCollateral,
} from "../../../prover/src/snapshot/collateral-schedules.ts";
import { SnapshotError } from "../../../prover/src/snapshot/error.ts";
import { MAX_QUANTITY } from "../../../verifier/src/constants.ts";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import { type CompiledPolicy, compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import type { HaircutParameters, Marks } from "../../../verifier/src/policy/schemas.ts";
import { type Random, seeded } from "../../support/random.ts";
import { snapshotFolder } from "./folder.ts";

const FILE = resolve(import.meta.dirname, "../../../examples/exchange/exchange_assets.csv");
const NAMES = Object.keys(SCHEDULES) as ScheduleName[];
const temporary = snapshotFolder();

/** The file once more, by other means than the reader's: cells between quotes, tiers by their numbers alone. */
const lines = readFileSync(FILE, "utf8").trim().split("\n").slice(1);
const table = lines.map((line) => {
  const [symbol, price, ...schedules] = line.slice(1, -1).split('","');
  const tiers = schedules.map((cell) =>
    [...cell.matchAll(/(\d+)-(\d+):(\d+)/g)].map((m) => m.slice(1, 4).map(BigInt)),
  );
  return { symbol: symbol!, price: BigInt(price!.replace(".", "")), tiers };
});
/** Prices have 16 decimals, rows at most 8; percents are hundredths. */
const PRICE = 10n ** 16n;
const UNIT = 10n ** 8n;
const SCALE = PRICE * UNIT * 100n;

/** Value of some units of an asset, times PRICE * UNIT. */
function worth(k: number, units: bigint, decimals: number): bigint {
  return units * table[k]!.price * 10n ** BigInt(8 - decimals);
}

/** What a schedule says of a value: each part of it at the percent of the tier it is in, nothing beyond the last. */
function counted(tiers: readonly (readonly bigint[])[], value: bigint): bigint {
  return tiers.reduce((sum, [from, to, percent]) => {
    const [low, high] = [from! * PRICE * UNIT, to! * PRICE * UNIT];
    const end = value < high ? value : high;
    return end > low ? sum + (end - low) * percent! : sum;
  }, 0n);
}

/** Every asset twice: pledged, which counts by its schedule, and not pledged, which counts for nothing. */
async function policyOf(schedule: ScheduleName): Promise<CompiledPolicy> {
  const assets = await readSchedules(FILE, schedule);
  const pledged = scheduledCollateral(assets, "usdt");
  const riskParameters: HaircutParameters = {
    format: "plimsoll.risk-parameters.1",
    name: schedule,
    model: "haircut",
    profile: "permissioned",
    quote: "usdt",
    stalenessSeconds: 300,
    tierFactor: { maintenance: "1", initial: "1" },
    collateral: [...pledged, ...pledged.map((c) => ({ ...c, symbol: `${c.symbol}.spot`, tiers: [] }))],
    groups: [],
  };
  const marks: Marks = {
    format: "plimsoll.marks.1",
    observedAt: "2026-11-20T08:00:00Z",
    source: "the file",
    spot: Object.fromEntries(
      assets.flatMap(({ symbol, price }) => [
        [symbol, { price }],
        [`${symbol}.spot`, { price }],
      ]),
    ),
    perps: {},
    expiries: {},
  };
  return compilePolicy(riskParameters, marks);
}

/** The most that rounding costs an account, in money units: see "haircut" in docs/margin-models.md. */
function rounding({ coefficients, layout }: CompiledPolicy, holdings: readonly Entry[]): bigint {
  return holdings.reduce((sum, { row, quantity }) => {
    const tier = row % 2 === 0 ? layout.tieredAssets.indexOf(row / 2) : -1;
    if (tier < 0) return sum + quantity;
    const { widths, weights, credit } = coefficients.tiers![tier]!;
    const whole = widths.reduce((most, width, t) => most + (width * weights[t]!) / MAX_QUANTITY, 1n);
    return sum + coefficients.assets[row / 2]!.value + credit.initial * (quantity + whole);
  }, 0n);
}

/** Pledges asset `first` and up to three more, some at a bound of their tiers, and owes about what they count for. */
function account(random: Random, policy: CompiledPolicy, s: number, first: number) {
  const { layout, riskParameters } = policy;
  const decimals = (k: number) => riskParameters.collateral[k]!.decimals;
  const holdings: Entry[] = [];
  let counts = 0n;
  const pledged = [first, ...Array.from({ length: random.int(4) }, () => random.int(table.length))];
  for (const k of new Set(pledged)) {
    const { tiers } = table[k]!;
    const bounds = (tiers[s] ?? []).map(([, to]) => to!).filter((to) => to <= 3n * 10n ** 9n);
    const one = worth(k, 1n, decimals(k));
    const target =
      bounds.length > 0 && random.flag()
        ? (bounds[random.int(bounds.length)]! * PRICE * UNIT) / one + random.below(3n) - 1n
        : (random.bits(6 + random.int(28)) * PRICE * UNIT) / one;
    if (target <= 0n || target > MAX_QUANTITY) continue;
    holdings.push({ row: layout.asset(k), quantity: target });
    counts += counted(tiers[s] ?? [], target * one);
    if (random.flag()) holdings.push({ row: layout.asset(k + table.length), quantity: target });
  }
  // Owed: what is counted, in one asset to a unit, or some parts in a thousand more or less.
  const owed = random.int(table.length);
  const per = worth(owed, 1n, decimals(owed)) * 100n;
  const parts = random.flag() ? 1000n : 995n + random.below(11n);
  const debt = (counts * parts) / 1000n / per + random.below(3n) - 1n;
  const fits = debt > 0n && debt <= MAX_QUANTITY;
  if (fits) holdings.push({ row: layout.debt(owed), quantity: debt });
  holdings.sort((a, b) => a.row - b.row);
  return { holdings, exact: counts - (fits ? debt * per : 0n) };
}

describe("collateral by a published schedule", () => {
  it.each(NAMES)("decides every account as schedule %s says, for each of 483 assets", async (schedule) => {
    const policy = await policyOf(schedule);
    const s = NAMES.indexOf(schedule);
    const random = seeded(`schedule ${schedule}`);
    const seen = { refused: 0, accepted: 0, withinRounding: 0 };
    for (let k = 0; k < table.length; k++) {
      const { holdings, exact } = account(random, policy, s, k);
      const { shortfall, maintenanceSurplus, initialSurplus } = completeAccount(policy, holdings).report;
      expect(initialSurplus).toBe(maintenanceSurplus);
      // In units of 10^-12 / SCALE of a quote unit: never more than the schedule counts, and less by rounding alone.
      const lost = exact * 10n ** 12n - maintenanceSurplus * SCALE;
      expect(lost, `asset ${k}`).toBeGreaterThanOrEqual(0n);
      const bound = rounding(policy, holdings);
      expect(lost, `asset ${k}`).toBeLessThanOrEqual(bound * SCALE);
      const accepted = shortfall === 0n;
      if (accepted) expect(exact).toBeGreaterThanOrEqual(0n);
      if (!accepted) expect(exact * 10n ** 12n).toBeLessThan(bound * SCALE);
      seen[accepted ? "accepted" : exact < 0n ? "refused" : "withinRounding"]++;
    }
    expect(seen.refused).toBeGreaterThan(80);
    expect(seen.accepted).toBeGreaterThan(80);
    expect(seen.withinRounding).toBeGreaterThan(10);
  });

  it("is a policy that the linter accepts, with tiers for 110 assets of schedule vip-loan", async () => {
    const { coefficients, layout } = await policyOf("vip-loan");
    const bounded = table.filter(({ tiers }) => tiers[0]!.some(([, to]) => to !== MAX_QUANTITY));
    expect(layout.tieredAssets).toHaveLength(bounded.length);
    const { accepted, findings, unitWeights } = await lintPolicy(coefficients);
    expect(findings.filter(({ severity }) => severity === "refuse")).toEqual([]);
    expect(accepted).toBe(true);
    expect(unitWeights).toHaveLength(2 * table.length);
  });

  it("reads all three schedules, as their numbers stand in the file", async () => {
    for (const [s, schedule] of NAMES.entries()) {
      const assets = await readSchedules(FILE, schedule);
      expect(assets).toHaveLength(483);
      for (const [k, { symbol, tiers }] of assets.entries()) {
        expect(symbol).toBe(table[k]!.symbol);
        expect(
          tiers.map(({ upTo, weight }) => [upTo ?? String(MAX_QUANTITY), Math.round(Number(weight) * 100)]),
        ).toEqual(table[k]!.tiers[s]!.map(([, to, percent]) => [String(to), Number(percent)]));
      }
    }
  });

  it.each([
    ["[0-100:90,200-300:80]", "expected a tier from 100"],
    ["[1-100:90]", "expected a tier from 0"],
    ["[0-100:90,100-100:80]", "expected a bound above 100"],
    ["[0-100:90,100-200:91]", "expected at most 90 percent"],
    ["[0-100:101]", "expected at most 100 percent"],
    ["[0-18446744073709551615:90,18446744073709551615-5:80]", "expected a bound above"],
    ["[0-100]", "expected from-to:percent"],
    ["0-100:90", "expected [from-to:percent, ...]"],
    ["[]", "expected from-to:percent"],
  ])("refuses the schedule %s with its line", async (cell, message) => {
    const header = "token,asset_usdt_price,collateral_vip_loan_ratio_tiers";
    const file = temporary.file("assets.csv", `${header}\nbtc,1.5,"${cell}"\n`);
    const error = await readSchedules(file, "vip-loan").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SnapshotError);
    expect((error as SnapshotError).message).toContain(message);
    expect((error as SnapshotError).line).toBe(2);
  });
});
