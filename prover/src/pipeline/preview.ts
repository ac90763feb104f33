import { compilePolicyTexts } from "@plimsoll/verifier/policy/compile-texts.ts";
import { completeAccount } from "@plimsoll/verifier/policy/complete.ts";
import { coarse, type Layout } from "@plimsoll/verifier/policy/shape.ts";
import type { CompletedAccount } from "../plan/account.ts";
import { BatchPlanner, type PlanWaste } from "../plan/plan-batches.ts";
import { AccountTooLargeError } from "../plan/plan-error.ts";
import type { EpochConfig } from "./config.ts";
import { type Estimates, estimateEpoch, type Rates } from "./estimates.ts";
import { batchCapacity, epochShape } from "./instance-shapes.ts";
import { addTotals } from "./plan-stage.ts";
import { claimList, namesOf, policyProblems } from "./policy-problems.ts";
import { type Progress, StageClock } from "./progress.ts";
import { AccountChecker, SelfCheckError, solvencyProblems } from "./self-check.ts";

/** How many accounts fall short, each counted under all that it is. No account is named. */
export interface MarginCounts {
  readonly underInitial: number;
  readonly underMaintenance: number;
  readonly negativeEquity: number;
}

/** What proving an epoch would be, and what it would fail on. */
export interface Preview {
  readonly policy: string;
  readonly waste: PlanWaste;
  readonly margin: MarginCounts;
  readonly estimates: Estimates;
  /** Empty where the epoch can be proved. */
  readonly problems: readonly ProblemWords[];
}

export interface ProblemWords {
  readonly code: string;
  readonly words: string;
}

/** More accounts that can't be proved than these are counted and not told one by one. */
const ACCOUNTS_TOLD = 8;

/**
 * Does all that an epoch does before it binds itself (policy, linter, snapshot, completion, batches, solvency) and writes
 * nothing: no folder, no blinds, no commit. Finds every problem and not only the first. Throws SnapshotError where the
 * snapshot can't be read to its end.
 */
export async function previewEpoch(config: EpochConfig, rates: Rates, progress: Progress): Promise<Preview> {
  const policy = compilePolicyTexts(config.policy.riskParameters, config.policy.marks);
  const { coefficients, layout } = policy;
  const problems: ProblemWords[] = [];
  const found = ({ code, message }: Error & { code: string }) => problems.push({ code, words: message });
  const shape = async () => epochShape(config.circuits.epoch);
  for await (const problem of policyProblems(config, policy, shape)) found(problem);

  const capacity = batchCapacity(config.circuits.batch);
  const planner = new BatchPlanner(capacity);
  const checker = new AccountChecker(coefficients);
  const totals = new Map<number, bigint>();
  const margin = { underInitial: 0, underMaintenance: 0, negativeEquity: 0 };
  let bad = 0;
  const clock = new StageClock(progress, "plan", "accounts");
  for await (const account of config.accounts()) {
    const completed: CompletedAccount = { ...account, ...completeAccount(policy, account.holdings) };
    addTotals(totals, completed);
    countMargin(margin, completed, layout);
    try {
      checker.check(completed);
      planner.add(completed);
    } catch (error) {
      if (!(error instanceof SelfCheckError || error instanceof AccountTooLargeError)) throw error;
      bad++;
      if (bad <= ACCOUNTS_TOLD) found(error);
    }
    clock.tick();
  }
  for (const _ of planner.finish());
  clock.finish();
  if (bad > ACCOUNTS_TOLD)
    problems.push({ code: "ACCOUNTS", words: `${bad - ACCOUNTS_TOLD} more accounts can't be proved` });
  const waste = planner.waste();
  if (waste.accounts === 0 && bad === 0)
    problems.push({ code: "CONFIG", words: "accounts: expected at least one, came none" });
  for (const problem of solvencyProblems(coefficients, totals, claimList(config, policy), namesOf(policy)))
    found(problem);
  const estimates = estimateEpoch(waste, capacity, coefficients, rates);
  return { policy: policy.riskParameters.name, waste, margin, estimates, problems };
}

function countMargin(
  counts: { -readonly [Count in keyof MarginCounts]: number },
  { auxiliaries, free }: CompletedAccount,
  { shortfall, equityMinus }: Layout,
): void {
  const has = (fine: number) =>
    auxiliaries.some(({ row, quantity }) => quantity > 0n && (row === fine || row === coarse(fine)));
  if (free < 0n) counts.underInitial++;
  if (has(shortfall)) counts.underMaintenance++;
  if (has(equityMinus)) counts.negativeEquity++;
}
