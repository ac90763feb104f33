import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { InstanceArtifacts } from "../../prover/src/build/artifacts.ts";
import { CommitStore } from "../../prover/src/commit/commit-store.ts";
import { FINGERPRINT_PARTS, type Fingerprint } from "../../prover/src/commit/fingerprint.ts";
import { batchRunner } from "../../prover/src/commit/runner.ts";
import { checkedSecret } from "../../prover/src/commit/secrets.ts";
import {
  type ChallengedEpoch,
  type CommitContext,
  challengeEpoch,
  commitBatches,
} from "../../prover/src/pipeline/commit-stage.ts";
import { epochFolder, makeEpochFolder } from "../../prover/src/pipeline/epoch-folder.ts";
import { batchCapacity } from "../../prover/src/pipeline/instance-shapes.ts";
import { type Plan, planAccounts } from "../../prover/src/pipeline/plan-stage.ts";
import { AccountChecker } from "../../prover/src/pipeline/self-check.ts";
import type { Account } from "../../prover/src/snapshot/account.ts";
import type { CompiledPolicy } from "../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../verifier/src/policy/complete.ts";
import type { Shape } from "../../verifier/src/policy/shape.ts";
import type { Say } from "./figures.ts";
import { quietClock, stopwatch } from "./stopwatch.ts";

/** Identity of an epoch that nobody will see, at the time of the policy's marks. */
function benchEpoch({ marks }: CompiledPolicy) {
  return {
    chainId: 31337n,
    registry: 1n,
    exchange: 2n,
    exchangeId: "bench",
    epoch: 1n,
    snapshotTime: BigInt(Date.parse(marks.observedAt) / 1000),
  };
}

export interface CommitInput {
  /** An empty folder. */
  readonly folder: string;
  readonly accounts: readonly Account[];
  readonly policy: CompiledPolicy;
  readonly circuit: InstanceArtifacts;
  readonly workers: number;
  /** Of the epoch's circuit, which gamma binds; left out by who proves no epoch. */
  readonly epochCircuitId?: bigint;
  /** Insurance, then each asset; left out by who proves no epoch: its circuit would refuse none. */
  readonly claims?: readonly bigint[];
}

/** An epoch up to its challenges, and how fast it got there. Its worker threads are gone. */
export interface CommittedBench {
  readonly identity: ReturnType<typeof benchEpoch>;
  readonly plan: Plan["waste"];
  readonly context: CommitContext;
  readonly epoch: ChallengedEpoch;
  readonly planPerSecond: number;
  readonly commitPerSecond: number;
  readonly challengePerSecond: number;
  /** Size of all private batch files. */
  readonly bytes: number;
}

/** What the epoch circuit would refuse makes no difference to the time. */
export function noClaims({ assets }: Shape): bigint[] {
  return new Array<bigint>(assets + 1).fill(0n);
}

/** Plans, commits and challenges as the pipeline does: the same stages, worker pool and files. */
export async function commitAccounts(input: CommitInput, say: Say): Promise<CommittedBench> {
  const { folder: root, accounts, policy, circuit, workers, epochCircuitId = 0n } = input;
  const folder = epochFolder(root);
  await makeEpochFolder(folder);
  const capacity = batchCapacity(circuit.name);
  const identity = benchEpoch(policy);
  const { coefficients, policyHash, descriptorHash } = policy;

  const planning = stopwatch();
  const { waste: plan, totals } = await planAccounts(
    folder,
    streamOf(accounts),
    capacity,
    (holdings) => completeAccount(policy, holdings),
    new AccountChecker(coefficients),
    quietClock("plan"),
  );
  const planPerSecond = accounts.length / planning();
  say(`planned ${plan.batches} batches`);

  const store = await CommitStore.create(folder.commit, NO_FINGERPRINT, plan.batches);
  const committing = stopwatch();
  // Threads that only just start are part of the time.
  const runner = batchRunner(plan.batches, workers);
  const context: CommitContext = {
    folder: folder.batches,
    capacity,
    identity,
    secret: checkedSecret(new Uint8Array(32)),
    policy: coefficients,
    store,
    runner,
  };
  try {
    const batches = await commitBatches(context, circuit.circuitId, quietClock("commit"));
    const commitPerSecond = accounts.length / committing();
    say("committed them");
    const challenging = stopwatch();
    const claims = input.claims ?? noClaims(coefficients.shape);
    const fixed = { ...identity, policyHash, descriptorHash, claims, epochCircuitId };
    const epoch = await challengeEpoch(context, batches, totals, fixed, quietClock("challenges"));
    const challengePerSecond = accounts.length / challenging();
    say("derived challenges");
    const bytes = await folderBytes(folder.batches);
    return { identity, plan, context, epoch, planPerSecond, commitPerSecond, challengePerSecond, bytes };
  } finally {
    await runner.close();
  }
}

const NO_FINGERPRINT = Object.fromEntries(FINGERPRINT_PARTS.map((part) => [part, ""])) as Fingerprint;

async function* streamOf(accounts: readonly Account[]): AsyncGenerator<Account> {
  yield* accounts;
}

async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
