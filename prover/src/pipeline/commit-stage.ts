import { COLUMN_BITS, FIELD, ROW_BLIND } from "@plimsoll/verifier/constants.ts";
import { alphaOf } from "@plimsoll/verifier/encodings/batch.ts";
import {
  accountsRoot,
  type BatchCommitment,
  betaChallenge,
  type GammaInput,
  gammaChallenge,
} from "@plimsoll/verifier/encodings/challenges.ts";
import { accumulate, totalsCommitment, weightsCommitment } from "@plimsoll/verifier/encodings/totals.ts";
import { power } from "@plimsoll/verifier/field.ts";
import type { PolicyCoefficients } from "@plimsoll/verifier/policy/matrix.ts";
import { layoutOf } from "@plimsoll/verifier/policy/shape.ts";
import { batchRecords, readBatchCommit } from "../commit/batch-files.ts";
import type { CommitSecrets, CommitStore } from "../commit/commit-store.ts";
import { fastPoseidon } from "../commit/hash.ts";
import { RecordWriter } from "../commit/record-file.ts";
import type { BatchRunner } from "../commit/runner.ts";
import type { EpochIdentity, OperatorSecret } from "../commit/secrets.ts";
import type { BatchTask } from "../commit/tasks.ts";
import type { AccountSize } from "../plan/account-words.ts";
import type { StageClock } from "./progress.ts";

/** What is the same for all batches of an epoch. */
export interface CommitContext {
  readonly folder: string;
  readonly capacity: AccountSize;
  readonly identity: EpochIdentity;
  readonly secret: OperatorSecret;
  readonly policy: PolicyCoefficients;
  readonly store: CommitStore;
  readonly runner: BatchRunner;
}

/** Everything of an epoch that both challenges follow from, and the two sums of each batch. */
export interface ChallengedEpoch {
  readonly batches: readonly (BatchCommitment & { readonly t: bigint; readonly w: bigint })[];
  readonly accountsRoot: bigint;
  readonly totals: ReadonlyMap<number, bigint>;
  readonly totalsCommitment: bigint;
  readonly weights: ReadonlyMap<number, bigint>;
  readonly weightsCommitment: bigint;
  readonly gamma: bigint;
  readonly beta: bigint;
  /** sum t_b, and sum alpha^(2^14 b) w_b. */
  readonly t: bigint;
  readonly w: bigint;
}

/** Commits to every batch that has no record yet. Results in the order of the batches. */
export async function commitBatches(
  context: CommitContext,
  circuitId: bigint,
  clock: StageClock,
): Promise<BatchCommitment[]> {
  const { folder, capacity, identity, secret, store, runner } = context;
  const { blinds } = store.secrets;
  const records = RecordWriter.open(batchRecords(folder).commits);
  try {
    const commitments = Array.from({ length: records.count }, (_, batch): BatchCommitment => {
      const { root, transcript, accounts } = readBatchCommit(folder, batch);
      clock.keep(accounts.length);
      return { circuitId, root, transcript };
    });
    const tasks = blinds.slice(records.count).map((of, i): Extract<BatchTask, { kind: "commit" }> => {
      const batch = records.count + i;
      return { kind: "commit", folder, batch, capacity, blinds: of, identity, secret };
    });
    for await (const { root, transcript, accounts, record } of runner.run<"commit">(tasks)) {
      commitments.push({ circuitId, root, transcript });
      records.append(record);
      clock.tick(accounts);
    }
    return commitments;
  } finally {
    records.close();
  }
}

/** What the batches' sums are blinded by, all together. */
export function totalBlind(blinds: CommitSecrets["blinds"]): bigint {
  return blinds.reduce((sum, [blind]) => sum + blind, 0n);
}

/** Totals, gamma, weights, beta, and what each batch will prove. Each challenge is stored before it is used. */
export async function challengeEpoch(
  context: CommitContext,
  batches: readonly BatchCommitment[],
  trueTotals: ReadonlyMap<number, bigint>,
  fixed: Omit<GammaInput, "totalsCommitment" | "batches">,
  clock: StageClock,
): Promise<ChallengedEpoch> {
  const { folder, capacity, policy, store, runner } = context;
  const { blinds, totalsSalt, weightsSalt } = store.secrets;
  const hash = await fastPoseidon();
  const layout = layoutOf(policy.shape);
  const totals = new Map(trueTotals);
  totals.set(ROW_BLIND, totalBlind(blinds));
  const totalsHash = totalsCommitment(layout, totalsSalt, totals, fixed.claims, hash);
  const gamma = gammaChallenge({ ...fixed, totalsCommitment: totalsHash, batches });
  await store.meet("gamma", gamma);

  const weights = new Map<number, bigint>();
  const weigh = blinds.map((of, batch): Extract<BatchTask, { kind: "weigh" }> => {
    return { kind: "weigh", folder, batch, capacity, blinds: of, gamma };
  });
  for await (const part of runner.run<"weigh">(weigh)) {
    accumulate(weights, part.weights, 1n);
    clock.tick();
  }
  const weightsHash = weightsCommitment(layout, weightsSalt, weights, hash);
  const beta = betaChallenge(gamma, weightsHash);
  await store.meet("beta", beta);

  const fractions = blinds.map((of, batch): Extract<BatchTask, { kind: "fractions" }> => {
    return { kind: "fractions", folder, batch, capacity, blinds: of, gamma, beta };
  });
  const step = power(alphaOf(gamma), 1n << BigInt(COLUMN_BITS));
  const challenged: ChallengedEpoch["batches"][number][] = [];
  let [t, w, weight] = [0n, 0n, 1n];
  for await (const part of runner.run<"fractions">(fractions)) {
    challenged.push({ ...batches[challenged.length]!, ...part });
    t = (t + part.t) % FIELD;
    w = (w + weight * part.w) % FIELD;
    weight = (weight * step) % FIELD;
    clock.tick();
  }
  return {
    batches: challenged,
    accountsRoot: accountsRoot(batches),
    totals,
    totalsCommitment: totalsHash,
    weights,
    weightsCommitment: weightsHash,
    gamma,
    beta,
    t,
    w,
  };
}
