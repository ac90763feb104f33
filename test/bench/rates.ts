import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type InstanceArtifacts, instanceArtifacts } from "../../prover/src/build/artifacts.ts";
import type { DemoExchange } from "../../prover/src/demo/demo-exchange.ts";
import { localProver } from "../../prover/src/pipeline/local-prover.ts";
import { proveBatches } from "../../prover/src/pipeline/prove-stage.ts";
import { chosenBackend } from "../../prover/src/proving/chosen-backend.ts";
import { syntheticAccounts } from "../../prover/src/snapshot/synthetic.ts";
import { completeAccount } from "../../verifier/src/policy/complete.ts";
import { bundleRates } from "./bundle-check.ts";
import { type CommittedBench, commitAccounts } from "./commit-rate.ts";
import { type Measured, type RateFigures, rounded, type Say } from "./figures.ts";
import { quietClock, stopwatch } from "./stopwatch.ts";

const ACCOUNTS = 10_000;
const WORKERS = 2;
/** Beyond the first one, which loads the key. */
const PROOFS = 3;

/** Rates of the pipeline's own stages over synthetic accounts with heavy-tailed holdings, on two cores. */
export async function benchRates(exchange: DemoExchange, say: Say): Promise<Measured<RateFigures>> {
  const { policy, circuits } = exchange;
  const accounts = [...syntheticAccounts(ACCOUNTS, { assets: policy.layout.shape.assets })];
  const completing = stopwatch();
  for (const { holdings } of accounts) completeAccount(policy, holdings);
  const completePerSecond = ACCOUNTS / completing();
  say(`completed ${ACCOUNTS} accounts`);

  const circuit = await instanceArtifacts(circuits.batch);
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-bench-"));
  try {
    const committed = await commitAccounts({ folder, accounts, policy, circuit, workers: WORKERS }, say);
    const { plan, bytes } = committed;
    const bundles = await bundleRates(folder, committed, circuit, policy, accounts);
    say("wrote bundles and checked some");
    const proofSeconds = await secondsPerProof(committed, circuit);
    say(`made ${PROOFS + 1} proofs`);
    const perBatch = ACCOUNTS / plan.batches;
    return {
      figures: {
        completePerSecond: rounded(completePerSecond, 0),
        commitPerSecond: rounded(committed.commitPerSecond, 0),
        proveConstraintsPerSecond: rounded(circuit.constraints / proofSeconds, 0),
        proveAccountsPerSecond: rounded(perBatch / proofSeconds, 2),
        verifyBundleMs: rounded(bundles.checkMs, 2),
      },
      remarks: [
        {
          what: "accounts",
          value: `${ACCOUNTS} synthetic, ${plan.batches} batches of ${circuit.name}, ${perBatch.toFixed(1)} accounts each`,
        },
        { what: "completing", value: "one thread" },
        { what: "committing", value: `${WORKERS} worker threads, their start and the files included` },
        { what: "planning, files included", value: `${committed.planPerSecond.toFixed(0)} accounts/s` },
        {
          what: "challenges: all sums by row",
          value: `${committed.challengePerSecond.toFixed(0)} accounts/s`,
        },
        { what: "private files before proving", value: `${(bytes / ACCOUNTS).toFixed(0)} bytes an account` },
        { what: "bundles, files included", value: `${bundles.bundlesPerSecond.toFixed(0)} accounts/s` },
        {
          what: "a proof",
          value: `${proofSeconds.toFixed(2)} s for ${circuit.constraints} constraints, witness and check included`,
        },
        {
          what: "checking a bundle",
          value: "reading it, and every step of the check; policy compiled before",
        },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seconds per batch proof in the pipeline's proving stage, the key loaded. */
async function secondsPerProof(
  { context, epoch }: CommittedBench,
  circuit: InstanceArtifacts,
): Promise<number> {
  const prover = localProver(chosenBackend(), async () => circuit);
  try {
    const described = await prover.batchCircuit(circuit.name);
    const prove = (batches: number) => {
      const part = { ...epoch, batches: epoch.batches.slice(0, batches) };
      return proveBatches(context, part, described, prover, quietClock("prove batches"));
    };
    await prove(1);
    const proving = stopwatch();
    await prove(1 + PROOFS);
    return proving() / PROOFS;
  } finally {
    await prover.close?.();
  }
}
