import { COLUMN_BITS, FIELD } from "../constants.ts";
import { alphaOf } from "../encodings/batch.ts";
import { accountsRoot, betaChallenge, claimsHash, gammaChallenge } from "../encodings/challenges.ts";
import { claimsPolynomial } from "../encodings/totals.ts";
import { power } from "../field.ts";
import { fromJson } from "../formats/codecs.ts";
import { type EpochRecord, epochRecord } from "../formats/epoch.ts";
import { circuitId, type VerificationKey } from "../groth16/key.ts";
import { verifyProof } from "../groth16/verify.ts";
import { compilePolicy } from "../policy/compile.ts";
import type { AttestationSource } from "./attestation.ts";
import { Checklist, type Report } from "./report.ts";

/** The public part of an epoch folder, as texts; keys by instance name. */
export interface EpochFiles {
  readonly record: string;
  readonly riskParameters: string;
  readonly marks: string;
  readonly keys: ReadonlyMap<string, VerificationKey>;
}

export interface EpochContext {
  readonly attestations?: AttestationSource;
  /** Called as proofs are checked: how many of how many. */
  readonly progress?: (done: number, of: number) => void;
}

/** t = sum t_b and w = sum alpha^(2^14 b) w_b, as whoever verifies computes them. */
export function combinedFractions(record: Pick<EpochRecord, "gamma" | "batches">): { t: bigint; w: bigint } {
  const step = power(alphaOf(record.gamma), 1n << BigInt(COLUMN_BITS));
  let weight = 1n;
  let [t, w] = [0n, 0n];
  for (const batch of record.batches) {
    t = (t + batch.t) % FIELD;
    w = (w + weight * batch.w) % FIELD;
    weight = (weight * step) % FIELD;
  }
  return { t, w };
}

/**
 * Checks an epoch's public folder from nothing: policy recomputed, challenges derived again, every proof verified,
 * and, with a source, that the chain attests the same. Throws FormatError for files that do not parse.
 */
export async function checkEpoch(files: EpochFiles, context: EpochContext = {}): Promise<Report> {
  const record = fromJson(epochRecord, files.record, "epoch.json");
  const list = new Checklist();
  checkPolicy(list, record, files);
  checkKeys(list, record, files.keys);
  checkChallenges(list, record);
  await checkProofs(list, record, files.keys, context.progress);
  await checkAttestation(list, record, context.attestations);
  return list.report();
}

function checkPolicy(list: Checklist, record: EpochRecord, files: EpochFiles): void {
  list.step(
    "policy",
    "policy and descriptor hash follow from the policy files",
    "the policy files are not the ones that were proved: hashes differ",
    () => {
      const compiled = compilePolicy(JSON.parse(files.riskParameters), JSON.parse(files.marks));
      return compiled.policyHash === record.policyHash && compiled.descriptorHash === record.descriptorHash;
    },
  );
}

function checkKeys(list: Checklist, record: EpochRecord, keys: EpochFiles["keys"]): void {
  list.step(
    "keys",
    "every verification key is the one that the epoch names",
    "a verification key is missing or not the one that the epoch names",
    () =>
      [...record.circuits.batches, record.circuits.epoch].every(({ name, circuitId: id }) => {
        const key = keys.get(name);
        return key !== undefined && circuitId(key) === id;
      }),
  );
  if (record.developmentKeys) {
    list.notRun(
      "ceremony",
      "DEVELOPMENT KEYS: whoever knows their public seed can forge any proof of this epoch",
    );
  } else {
    list.notRun(
      "ceremony",
      "that the keys come from a ceremony with honest contributors cannot be seen from here",
    );
  }
}

function checkChallenges(list: Checklist, record: EpochRecord): void {
  list.step(
    "claims",
    "claims have their range and number",
    "claims are out of range, or their number is wrong",
    () => {
      claimsHash(record.claims);
      return record.claims.length === record.circuits.epoch.shape.assets + 1;
    },
  );
  list.step(
    "circuits",
    "every batch is under a circuit that the epoch names",
    "a batch is under a circuit that the epoch does not name",
    () => {
      const known = new Set(record.circuits.batches.map((circuit) => circuit.circuitId));
      return record.batches.every((batch) => known.has(batch.circuitId));
    },
  );
  list.step(
    "accounts root",
    "the accounts root follows from the list of batches",
    "the accounts root is not that of the batches listed",
    () => accountsRoot(record.batches) === record.accountsRoot,
  );
  list.step(
    "challenges",
    "gamma and beta follow from all that was committed before them",
    "gamma or beta do not follow from the commitments: the prover could have chosen them",
    () =>
      gammaChallenge({ ...record, epochCircuitId: record.circuits.epoch.circuitId }) === record.gamma &&
      betaChallenge(record.gamma, record.weightsCommitment) === record.beta,
  );
}

async function checkProofs(
  list: Checklist,
  record: EpochRecord,
  keys: EpochFiles["keys"],
  progress?: (done: number, of: number) => void,
): Promise<void> {
  const names = new Map(record.circuits.batches.map(({ circuitId: id, name }) => [id, name]));
  const total = record.batches.length + 1;
  const bad: number[] = [];
  await list.stepAsync(
    "batch proofs",
    `all ${record.batches.length} batch proofs verify`,
    "a batch proof does not verify",
    async () => {
      for (const [i, batch] of record.batches.entries()) {
        const signals = [batch.root, batch.transcript, batch.t, batch.w, record.gamma, record.beta];
        const key = keys.get(names.get(batch.circuitId) ?? "");
        if (key === undefined || !(await verifyProof(key, signals, batch.proof))) bad.push(i);
        progress?.(i + 1, total);
      }
      if (bad.length > 0) throw new Error(`batches ${bad.join(", ")}`);
      return true;
    },
  );
  await list.stepAsync(
    "epoch proof",
    "the epoch proof verifies: every account's equations hold, reserves declared cover what is owed",
    "the epoch proof does not verify",
    async () => {
      const { t, w } = combinedFractions(record);
      const { policyHash, totalsCommitment, weightsCommitment, gamma, beta } = record;
      const rho = claimsPolynomial(record.claims, gamma);
      const key = keys.get(record.circuits.epoch.name);
      const signals = [policyHash, totalsCommitment, weightsCommitment, gamma, beta, t, w, rho];
      const verified = key !== undefined && (await verifyProof(key, signals, record.epochProof));
      progress?.(total, total);
      return verified;
    },
  );
}

async function checkAttestation(
  list: Checklist,
  record: EpochRecord,
  source?: AttestationSource,
): Promise<void> {
  if (source === undefined) {
    list.notRun("attestation", "give an endpoint and a registry to check that the chain attests this epoch");
    return;
  }
  await list.stepAsync(
    "attestation",
    "the registry on chain attests this epoch",
    "the registry on chain does not attest this epoch as the folder says",
    async () => {
      const attested = await source.attestation(record.epoch);
      return (
        source.chainId === record.chainId &&
        source.registry === record.registry &&
        attested !== null &&
        attested.exchange === record.exchange &&
        attested.accountsRoot === record.accountsRoot &&
        attested.policyHash === record.policyHash &&
        attested.descriptorHash === record.descriptorHash &&
        attested.epochCircuitId === record.circuits.epoch.circuitId &&
        attested.batchCount === record.batches.length &&
        attested.snapshotTime === record.snapshotTime
      );
    },
  );
}
