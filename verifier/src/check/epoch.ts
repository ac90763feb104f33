import { COLUMN_BITS, FIELD } from "../constants.ts";
import { alphaOf } from "../encodings/batch.ts";
import { accountsRoot, betaChallenge, claimsHash, gammaChallenge } from "../encodings/challenges.ts";
import { claimsPolynomial } from "../encodings/totals.ts";
import { power } from "../field.ts";

import { type EpochRecord, epochFromJson } from "../formats/epoch.ts";

import { circuitId, type VerificationKey } from "../groth16/key.ts";
import { verifyProof } from "../groth16/verify.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
import { compilePolicyTexts } from "../policy/compile-texts.ts";
import { marksAreOf } from "../policy/marks.ts";
import { type Shape, shapeNumbers } from "../policy/shape.ts";
import type { Attestation, AttestationSource } from "./attestation.ts";
import { isDevelopmentKey, isReleased, setupHash } from "./release.ts";
import { Checklist, type Report } from "./report.ts";
import { openedTotals } from "./totals.ts";

/** The public part of an epoch folder, as texts; keys by instance name. */
export interface EpochFiles {
  readonly record: string;
  readonly riskParameters: string;
  readonly marks: string;
  readonly keys: ReadonlyMap<string, VerificationKey>;
  /** `totals.json`, where there is one. */
  readonly totals?: string;
  /** `publicPartHash` of the files as they are; left out, it is not compared with the chain's. */
  readonly publicHash?: bigint;
}

/** What an epoch is checked against besides its own files. */
export interface EpochContext {
  /** Circuit ids to accept instead of those of this release: of a ceremony, or of another release. */
  readonly trustedCircuits?: ReadonlySet<bigint>;
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
  const record = epochFromJson(files.record, "epoch.json");
  const list = new Checklist();
  checkPolicy(list, record, files);
  checkKeys(list, record, files.keys, context.trustedCircuits);
  checkChallenges(list, record);
  await checkProofs(list, record, files.keys, context.progress);
  checkTotals(list, record, files.totals);
  await checkAttestation(list, record, files.publicHash, context.attestations);
  return list.report();
}

function checkPolicy(list: Checklist, record: EpochRecord, files: EpochFiles): void {
  let policy: CompiledPolicy | undefined;
  list.step(
    "policy",
    "policy and descriptor hash follow from the policy files",
    "the policy files are not the ones that were proved: hashes differ",
    () => {
      policy = compilePolicyTexts(files.riskParameters, files.marks);
      return policy.policyHash === record.policyHash && policy.descriptorHash === record.descriptorHash;
    },
  );
  if (policy === undefined) return;
  const { marks, riskParameters, coefficients } = policy;
  list.step(
    "marks",
    "the marks are of the time of the snapshot",
    "the marks are older than the policy allows at the time of the snapshot, or from after it",
    () => marksAreOf(riskParameters, marks, record.snapshotTime),
  );
  list.step(
    "shape",
    "the epoch names the shape of its policy",
    "the epoch names another shape than its policy has",
    () => sameShape(coefficients.shape, record.circuits.epoch.shape as Shape),
  );
}

function sameShape(one: Shape, other: Shape): boolean {
  return shapeNumbers(one).join() === shapeNumbers(other).join();
}

/**
 * What proofs are worth stands and falls with the keys, and a folder brings its own: anyone can make keys for circuits
 * without constraints. So the circuits must be of this release, or among those that the caller trusts.
 */
function checkKeys(
  list: Checklist,
  record: EpochRecord,
  keys: EpochFiles["keys"],
  trusted?: ReadonlySet<bigint>,
): void {
  const { batches, epoch } = record.circuits;
  const circuits = [...batches, epoch];
  list.step(
    "keys",
    "every verification key is the one that the epoch names",
    "a verification key is missing or not the one that the epoch names",
    () =>
      circuits.every(({ name, circuitId: id }) => {
        const key = keys.get(name);
        return key !== undefined && circuitId(key) === id;
      }),
  );
  list.step(
    "circuits",
    trusted === undefined
      ? "the circuits are those of this release"
      : "the circuits are among the trusted ones",
    "a circuit is not one that this verifier knows: whoever made its key may have left out every constraint. " +
      "Get the circuit ids of a ceremony from somebody you trust, or another release of the verifier",
    () =>
      trusted === undefined
        ? batches.every((one) => isReleased(one.circuitId, "batch")) && isReleased(epoch.circuitId, "epoch")
        : circuits.every((one) => trusted.has(one.circuitId)),
  );
  const used = circuits.flatMap(({ name }) => keys.get(name) ?? []);
  list.step(
    "set-up",
    "all keys are of one set-up, which is named for what it is",
    "the keys are of different set-ups, or development keys are not named so",
    () =>
      new Set(used.map(setupHash)).size === 1 &&
      used.every((key) => isDevelopmentKey(key) === record.developmentKeys),
  );
  list.notRun(
    "ceremony",
    record.developmentKeys
      ? "DEVELOPMENT KEYS: whoever knows their public seed can forge any proof of this epoch"
      : "that the keys come from a ceremony with honest contributors cannot be seen from here",
  );
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
    "batch circuits",
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

/** Nothing is said where no totals are published: no exchange has to. */
function checkTotals(list: Checklist, record: EpochRecord, totals: string | undefined): void {
  if (totals === undefined) return;
  list.step(
    "totals",
    "the published totals open the commitment that the epoch proof is about: they are as true as that proof",
    "the published totals are FALSE: the file does not open this epoch's commitment, so believe none of its numbers. " +
      "The other steps do not rest on it: ask whoever runs this copy to take it away",
    () => {
      openedTotals(record, totals);
      return true;
    },
  );
}

async function checkAttestation(
  list: Checklist,
  record: EpochRecord,
  publicHash: bigint | undefined,
  source?: AttestationSource,
): Promise<void> {
  if (source === undefined) {
    list.notRun("attestation", "give an endpoint and a registry to check that the chain attests this epoch");
    return;
  }
  let attested: Attestation | null = null;
  await list.stepAsync(
    "attestation",
    "the registry on chain attests this epoch",
    "the registry on chain does not attest this epoch as the folder says",
    async () => {
      attested = await source.attestation(record.epoch);
      const differing = differences(record, source, attested);
      if (differing.length > 0) throw new Error(differing.join("; "));
      return true;
    },
  );
  await checkPublicHash(list, attested, publicHash, source);
}

/** What the folder and the chain say differently of an epoch, in words. */
function differences(
  record: EpochRecord,
  source: AttestationSource,
  attested: Attestation | null,
): readonly string[] {
  const hex = (value: bigint) => `0x${value.toString(16)}`;
  const places = [
    ["chain", record.chainId, source.chainId],
    ["registry", hex(record.registry), hex(source.registry)],
  ] as const;
  const compared =
    attested === null
      ? places
      : ([
          ...places,
          ["exchange", hex(record.exchange), hex(attested.exchange)],
          ["accounts root", hex(record.accountsRoot), hex(attested.accountsRoot)],
          ["policy hash", hex(record.policyHash), hex(attested.policyHash)],
          ["descriptor hash", hex(record.descriptorHash), hex(attested.descriptorHash)],
          ["epoch circuit", hex(record.circuits.epoch.circuitId), hex(attested.epochCircuitId)],
          ["number of batches", record.batches.length, attested.batchCount],
          ["snapshot time", record.snapshotTime, attested.snapshotTime],
        ] as const);
  const differing = compared
    .filter(([, here, there]) => here !== there)
    .map(([name, here, there]) => `${name}: ${here} in the folder, ${there} on chain`);
  return attested === null ? [...differing, `the chain has no epoch ${record.epoch}`] : differing;
}

/** Whether the files are those that the exchange signed, but for proofs: these are good or not by themselves. */
async function checkPublicHash(
  list: Checklist,
  attested: Attestation | null,
  publicHash: bigint | undefined,
  source: AttestationSource,
): Promise<void> {
  const name = "public files";
  if (attested === null || publicHash === undefined || source.publicHash === undefined) {
    list.notRun(name, "that these are the files which the exchange signed was not compared with the chain");
    return;
  }
  const read = source.publicHash.bind(source);
  await list.stepAsync(
    name,
    "the public files are those that the exchange signed, but for proofs, which may have been made again",
    "the public files are not those that the exchange signed, though the chain may attest the same accounts: " +
      "somebody changed a file or this copy lacks one; get another copy",
    async () => {
      const signed = await read(attested);
      if (signed !== publicHash)
        throw new Error(`hash 0x${publicHash.toString(16)} here, 0x${signed.toString(16)} in the event`);
      return true;
    },
  );
}
