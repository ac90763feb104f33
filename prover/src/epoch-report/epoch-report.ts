import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import type { CompiledPolicy } from "@plimsoll/verifier/policy/compile.ts";
import type { Marks, RiskParameters } from "@plimsoll/verifier/policy/schemas.ts";
import { type Coverage, coverage } from "@plimsoll/verifier/report/coverage.ts";
import { type ExchangeReport, exchangeReport } from "@plimsoll/verifier/report/exchange-report.ts";
import {
  type Difference,
  markDifferences,
  riskParameterDifferences,
} from "@plimsoll/verifier/report/policy-differences.ts";
import { closeBatchRecords, readPlannedAccounts } from "../commit/batch-files.ts";
import type { EpochFolder } from "../pipeline/epoch-folder.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { type Plan, readPlan } from "../pipeline/plan-stage.ts";
import { readSent, type SentRecord } from "../pipeline/sent-transactions.ts";
import { readStageTimes, type StageTimes } from "../pipeline/stage-times.ts";
import type { CompletedAccount } from "../plan/account.ts";

/** What an operator looks at after an epoch. Private: totals show. It holds no salt, blind, key or name of an account. */
export interface EpochReport {
  readonly record: Pick<
    EpochRecord,
    | "epoch"
    | "exchangeId"
    | "chainId"
    | "registry"
    | "snapshotTime"
    | "accountsRoot"
    | "developmentKeys"
    | "circuits"
  >;
  readonly waste: Plan["waste"];
  /** Undefined where no run kept them. */
  readonly times: StageTimes | undefined;
  readonly sent: readonly SentRecord[];
  readonly coverage: Coverage;
  readonly exchange: ExchangeReport;
  /** Null where no epoch before was named. */
  readonly changes: PolicyChanges | null;
}

export interface PolicyFiles {
  readonly riskParameters: RiskParameters;
  readonly marks: Marks;
}

export interface PolicyChanges {
  readonly riskParameters: readonly Difference[];
  readonly marks: readonly Difference[];
}

export interface ReportSources {
  readonly record: EpochRecord;
  readonly policy: CompiledPolicy;
  /** Policy of the epoch before. */
  readonly previous?: PolicyFiles;
  /** What contracts read of the assets, by number, for this epoch. */
  readonly onChain?: ReadonlyMap<number, bigint>;
}

/**
 * Report of a proved epoch from its folder. Accounts are read batch by batch as they were committed to, so memory does not grow
 * with their number. Throws ConfigError where the plan is missing.
 */
export async function epochReport(
  folder: EpochFolder,
  { record, policy, previous, onChain }: ReportSources,
): Promise<EpochReport> {
  const plan = await readPlan(folder);
  if (plan === undefined) throw new ConfigError(`${folder.plan}: expected the plan of the epoch, came none`);
  try {
    const exchange = await exchangeReport(policy, committedAccounts(folder, plan.waste.batches));
    return {
      record,
      waste: plan.waste,
      times: readStageTimes(folder.runs),
      sent: readSent(folder.transactions),
      coverage: coverage(policy, plan.totals, record.claims, onChain),
      // Counts are enough to act on; who it is, `margin exchange` says.
      exchange: { ...exchange, closest: [] },
      changes: previous === undefined ? null : changesBetween(previous, policy),
    };
  } finally {
    closeBatchRecords(folder.batches);
  }
}

function* committedAccounts(folder: EpochFolder, batches: number): Generator<CompletedAccount> {
  for (let batch = 0; batch < batches; batch++) yield* readPlannedAccounts(folder.batches, batch);
}

function changesBetween(before: PolicyFiles, after: PolicyFiles): PolicyChanges {
  return {
    riskParameters: riskParameterDifferences(before.riskParameters, after.riskParameters),
    marks: markDifferences(before.marks, after.marks),
  };
}
