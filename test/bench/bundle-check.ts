import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { InstanceArtifacts } from "../../prover/src/build/artifacts.ts";
import { bundleFileName, writeBundles } from "../../prover/src/pipeline/bundle-stage.ts";
import { epochFolder } from "../../prover/src/pipeline/epoch-folder.ts";
import type { Account } from "../../prover/src/snapshot/account.ts";
import type { AttestationSource } from "../../verifier/src/check/attestation.ts";
import { checkBundle } from "../../verifier/src/check/bundle.ts";
import { bundleFromJson } from "../../verifier/src/formats/bundle.ts";
import { type EpochRecord, shapeRecord } from "../../verifier/src/formats/epoch.ts";
import type { CompiledPolicy } from "../../verifier/src/policy/compile.ts";
import { attestationOf } from "../support/rpc-stand-in.ts";
import { type CommittedBench, noClaims } from "./commit-rate.ts";
import { quietClock, stopwatch } from "./stopwatch.ts";

const CHECKED = 200;

/** How long a bundle takes to check, and how fast they are made. */
export interface BundleRates {
  /** Median over bundles of one account each, from JSON text to report. */
  readonly checkMs: number;
  readonly bundlesPerSecond: number;
}

/** Writes every account's bundle, then checks some with all that a user knows. Throws when one does not pass every step. */
export async function bundleRates(
  folder: string,
  committed: CommittedBench,
  circuit: InstanceArtifacts,
  policy: CompiledPolicy,
  accounts: readonly Account[],
): Promise<BundleRates> {
  const record = recordOf(committed, circuit, policy);
  const { bundles } = epochFolder(folder);
  const writing = stopwatch();
  await writeBundles(committed.context, record, bundles, quietClock("bundles"));
  const bundlesPerSecond = accounts.length / writing();

  const attestations = sourceOf(record);
  const times: number[] = [];
  const step = Math.max(1, Math.floor(accounts.length / CHECKED));
  for (let i = 0; i < accounts.length; i += step) {
    const { userId, holdings: entries } = accounts[i]!;
    const file = bundleFileName(userId);
    const text = await readFile(join(bundles, file), "utf8");
    const holdings = new Map(entries.map(({ row, quantity }) => [row, quantity]));
    const checking = stopwatch();
    const { steps } = await checkBundle(bundleFromJson(text, file), {
      own: { userId, holdings },
      policy,
      attestations,
    });
    times.push(1000 * checking());
    // Synthetic accounts have no owner key: that step alone can't be run.
    const wrong = steps.find(({ name, outcome }) => outcome !== "passed" && name !== "owner");
    if (wrong !== undefined)
      throw new Error(`bundle of ${userId}: expected it to pass, came: ${wrong.words}`);
  }
  times.sort((a, b) => a - b);
  return { checkMs: times[Math.floor(times.length / 2)]!, bundlesPerSecond };
}

/** The public record as far as bundles need it: its proofs are missing, its epoch circuit is none. */
export function recordOf(
  { identity, epoch, context }: CommittedBench,
  { name, circuitId }: InstanceArtifacts,
  { policyHash, descriptorHash, coefficients }: CompiledPolicy,
): EpochRecord {
  const { totalsCommitment, weightsCommitment, accountsRoot, gamma, beta } = epoch;
  return {
    format: "plimsoll.epoch.1",
    developmentKeys: true,
    ...identity,
    circuits: {
      batches: [{ name, circuitId, ...context.capacity }],
      epoch: { name: "bench", circuitId: 0n, shape: shapeRecord(coefficients.shape) },
    },
    ...{ policyHash, descriptorHash, totalsCommitment, weightsCommitment },
    claims: noClaims(coefficients.shape),
    ...{ accountsRoot, gamma, beta },
    batches: epoch.batches.map((batch) => ({ ...batch, proof: [] })),
    epochProof: [],
  };
}

/** A chain that attests this record and no other. */
function sourceOf(record: EpochRecord): AttestationSource {
  const { chainId, registry, epoch } = record;
  return {
    ...{ chainId, registry },
    attestation: async (asked) => (asked === epoch ? attestationOf(record) : null),
  };
}
