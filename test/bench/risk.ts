import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../prover/src/build/paths.ts";
import { MONEY_DECIMALS } from "../../verifier/src/constants.ts";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import { type CompiledPolicy, compilePolicy } from "../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../verifier/src/policy/complete.ts";
import { accountFigures, riskKernel } from "../../verifier/src/policy/kernel.ts";
import { accountColumns } from "../support/account-columns.ts";
import { type Random, seeded } from "../support/random.ts";
import { type Measured, type RiskFigures, rounded, type Say } from "./figures.ts";

const HOLDINGS = 8;
const INSTRUMENTS = 5;
const SCENARIOS = 40;
/** Different accounts of each kind; a turn goes through all of them, over and over until it has lasted. */
const ACCOUNTS = 4_000;
const TURNS = 9;
const TURN_SECONDS = 0.4;
/** Money units in 1 quote. */
const QUOTE = 10n ** BigInt(MONEY_DECIMALS);

/** Monitoring and completion over random accounts of eight holdings, against the example policy of 40 scenarios. */
export async function benchRisk(say: Say): Promise<Measured<RiskFigures>> {
  const policy = await examplePolicy();
  const random = seeded("bench risk");
  const spot = Array.from({ length: ACCOUNTS }, () => assetsOf(policy, random, HOLDINGS));
  const margin = Array.from({ length: ACCOUNTS }, () => marginAccount(policy, random));
  say(`made ${ACCOUNTS} accounts of each kind`);

  const kernel = riskKernel(policy);
  const columns = accountColumns(margin);
  const figures = accountFigures(ACCOUNTS, kernel.groups);
  const monitored = perSecond(() => kernel.monitor(columns, figures));
  say("monitored");
  const completedSpot = perSecond(() => completeAll(policy, spot));
  const completedMargin = perSecond(() => completeAll(policy, margin));
  say("completed");
  const hedged = margin.filter((holdings) =>
    completeAccount(policy, holdings).report.groups.some(({ hedges }) =>
      hedges.some(({ units }) => units > 0n),
    ),
  ).length;
  const perQuote = Number(QUOTE);
  const bound = kernel.errorBounds(columns).reduce((most, error) => Math.max(most, error), 0) / perQuote;
  return {
    figures: {
      monitorAccountsPerSecondPerCore: rounded(monitored, 0),
      completeSpotPerSecondPerCore: rounded(completedSpot, 0),
      completeMarginPerSecondPerCore: rounded(completedMargin, 0),
    },
    remarks: [
      { what: "spot account", value: `${HOLDINGS} assets` },
      {
        what: "margin account, also monitored",
        value: `${HOLDINGS - INSTRUMENTS} assets, two of which hedge, and ${INSTRUMENTS} instruments of one group of ${SCENARIOS} scenarios; ${rounded((100 * hedged) / ACCOUNTS, 0)} % hedge`,
      },
      {
        what: "a second",
        value: `of processor time, all threads of the process together; the fastest of ${TURNS} turns`,
      },
      {
        what: "monitoring differs from what is proved",
        value: `by at most ${bound.toPrecision(2)} ${policy.riskParameters.quote} in any of these accounts`,
      },
    ],
  };
}

async function examplePolicy(): Promise<CompiledPolicy> {
  const [riskParameters, marks] = await Promise.all(
    ["risk-parameters.json", "marks.json"].map(async (name) =>
      JSON.parse(await readFile(join(ROOT, "examples/all", name), "utf8")),
    ),
  );
  return compilePolicy(riskParameters, marks);
}

/**
 * Accounts a second of processor time, in the fastest turn: the machine may be shared, down to the halves of a core, and
 * what one core can do is what the figure is about.
 */
function perSecond(turn: () => void): number {
  let fastest = 0;
  for (let i = 0; i < TURNS; i++) {
    const from = process.cpuUsage();
    let [rounds, seconds] = [0, 0];
    while (seconds < TURN_SECONDS) {
      turn();
      rounds += 1;
      const { user, system } = process.cpuUsage(from);
      seconds = (user + system) / 1e6;
    }
    fastest = Math.max(fastest, (rounds * ACCOUNTS) / seconds);
  }
  return fastest;
}

function completeAll(policy: CompiledPolicy, accounts: readonly (readonly Entry[])[]): void {
  for (const holdings of accounts) completeAccount(policy, holdings);
}

/** So many different assets, worth 100 to 100,000 quote each; the first of the policy, which hedge, among them. */
function assetsOf({ coefficients, layout }: CompiledPolicy, random: Random, count: number): Entry[] {
  const assets = new Set(layout.cappedAssets.slice(0, count));
  while (assets.size < count) assets.add(random.int(layout.shape.assets));
  return [...assets]
    .sort((a, b) => a - b)
    .map((asset) => ({
      row: layout.asset(asset),
      quantity: 1n + amount(random) / coefficients.assets[asset]!.value,
    }));
}

/** Assets, and long or short positions in one group that can each lose 100 to 100,000 quote in a scenario. */
function marginAccount(policy: CompiledPolicy, random: Random): Entry[] {
  const { layout, coefficients } = policy;
  const group = random.int(coefficients.groups.length);
  const of = coefficients.groups[group]!;
  if (layout.shape.groups[group]!.scenarios !== SCENARIOS)
    throw new Error(`expected ${SCENARIOS} scenarios, came ${layout.shape.groups[group]!.scenarios}`);
  const instruments = new Set<number>();
  while (instruments.size < INSTRUMENTS) instruments.add(random.int(of.instruments.length));
  const positions = [...instruments]
    .sort((a, b) => a - b)
    .map((instrument) => {
      const side = random.flag() === 1 ? "long" : "short";
      const moves = of.instruments[instrument]!.scenarios.map((pnl) => (pnl < 0n ? -pnl : pnl));
      const largest = moves.sort((a, b) => (a < b ? 1 : -1))[0]!;
      return { row: layout[side](group, instrument), quantity: 1n + amount(random) / (largest + 1n) };
    });
  return [...assetsOf(policy, random, HOLDINGS - INSTRUMENTS), ...positions];
}

/** Money units: 100 to 100,000 quote. */
function amount(random: Random): bigint {
  return (100n + random.below(1_000n)) * QUOTE * 10n ** BigInt(random.int(3));
}
