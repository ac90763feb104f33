import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import { localProver } from "../../../prover/src/pipeline/local-prover.ts";
import type { EpochProver } from "../../../prover/src/pipeline/ports.ts";
import { type EpochResult, runEpoch } from "../../../prover/src/pipeline/run-epoch.ts";
import { chosenBackend } from "../../../prover/src/proving/chosen-backend.ts";
import { checkBundle } from "../../../verifier/src/check/bundle.ts";
import { checkEpoch } from "../../../verifier/src/check/epoch.ts";
import type { Report } from "../../../verifier/src/check/report.ts";
import { FIELD } from "../../../verifier/src/constants.ts";
import { type Bundle, bundleFromJson } from "../../../verifier/src/formats/bundle.ts";
import { toJson } from "../../../verifier/src/formats/codecs.ts";
import { type EpochRecord, epochRecord } from "../../../verifier/src/formats/epoch.ts";
import type { VerificationKey } from "../../../verifier/src/groth16/key.ts";
import { randomExchange, tinyConfig, tinyPolicy } from "../../support/exchange.ts";
import { seeded } from "../../support/random.ts";

const accounts = randomExchange(seeded("real proofs"), 5);
const keys = new Map<string, VerificationKey>();
/** What the prover said: nothing, unless another one had to take its place. */
const said: string[] = [];
let folder: string;
let prover: EpochProver;
let result: EpochResult;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-real-"));
  prover = localProver(chosenBackend({ kind: "own" }, (line) => said.push(line)));
  result = await runEpoch(tinyConfig(folder, accounts), { prover });
  for (const name of ["batch-4-8", "epoch-tiny"]) keys.set(name, (await instanceArtifacts(name)).vkey);
});
afterAll(async () => {
  await prover.close?.();
  await rm(folder, { recursive: true, force: true });
});

async function check(record: EpochRecord, marks?: string): Promise<Report> {
  const text = (path: string) => readFile(path, "utf8");
  return checkEpoch({
    record: toJson(epochRecord, record),
    riskParameters: await text(result.folder.riskParameters),
    marks: marks ?? (await text(result.folder.marks)),
    keys,
  });
}

const failed = (report: Report) =>
  report.steps.filter((step) => step.outcome === "failed").map((step) => step.name);

/** A record with one thing changed. */
type Edit = (record: EpochRecord) => EpochRecord;

function inBatch(change: (batch: EpochRecord["batches"][number]) => object): Edit {
  return (record) => ({
    ...record,
    batches: record.batches.map((batch, i) => (i === 1 ? { ...batch, ...change(batch) } : batch)),
  });
}

describe("a proved epoch", () => {
  it("was proved by the fast prover", () => {
    expect(said).toEqual([]);
  });

  it("is refused with any one thing changed between commit and verification", async () => {
    const up = (value: bigint) => (value + 1n) % FIELD;
    const edits: Record<string, Edit> = {
      chainId: (r) => ({ ...r, chainId: r.chainId + 1n }),
      registry: (r) => ({ ...r, registry: r.registry + 1n }),
      exchange: (r) => ({ ...r, exchange: r.exchange + 1n }),
      epoch: (r) => ({ ...r, epoch: r.epoch + 1n }),
      snapshotTime: (r) => ({ ...r, snapshotTime: r.snapshotTime + 1n }),
      policyHash: (r) => ({ ...r, policyHash: up(r.policyHash) }),
      descriptorHash: (r) => ({ ...r, descriptorHash: up(r.descriptorHash) }),
      totalsCommitment: (r) => ({ ...r, totalsCommitment: up(r.totalsCommitment) }),
      weightsCommitment: (r) => ({ ...r, weightsCommitment: up(r.weightsCommitment) }),
      insurance: (r) => ({ ...r, claims: r.claims.map((c, i) => (i === 0 ? c + 1n : c)) }),
      claim: (r) => ({ ...r, claims: r.claims.map((c, i) => (i === 2 ? c + 1n : c)) }),
      "claims one short": (r) => ({ ...r, claims: r.claims.slice(0, -1) }),
      accountsRoot: (r) => ({ ...r, accountsRoot: r.accountsRoot ^ 1n }),
      gamma: (r) => ({ ...r, gamma: up(r.gamma) }),
      beta: (r) => ({ ...r, beta: up(r.beta) }),
      "batch left out": (r) => ({ ...r, batches: r.batches.slice(1) }),
      "batch repeated": (r) => ({ ...r, batches: [...r.batches, r.batches[0]!] }),
      "batches swapped": (r) => ({ ...r, batches: [...r.batches].reverse() }),
      "batch root": inBatch((batch) => ({ root: up(batch.root) })),
      transcript: inBatch((batch) => ({ transcript: up(batch.transcript) })),
      t: inBatch((batch) => ({ t: up(batch.t) })),
      w: inBatch((batch) => ({ w: up(batch.w) })),
      "batch proof": inBatch((batch) => ({ proof: batch.proof.map((p, i) => (i === 7 ? p + 1n : p)) })),
      "epoch proof": (r) => ({ ...r, epochProof: r.epochProof.map((p, i) => (i === 0 ? p + 1n : p)) }),
      "foreign epoch proof": (r) => ({ ...r, epochProof: r.batches[0]!.proof }),
    };
    expect(result.record.batches.length).toBeGreaterThan(1);
    const accepted: string[] = [];
    for (const [name, edit] of Object.entries(edits)) {
      if (failed(await check(edit(result.record))).length === 0) accepted.push(name);
    }
    expect(accepted).toEqual([]);
  });

  it("is refused with other marks than were proved", async () => {
    const marks = (await readFile(result.folder.marks, "utf8")).replace('"60000"', '"60001"');
    expect(failed(await check(result.record, marks))).toEqual(["policy"]);
  });

  it("gives bundles that are refused with any one thing changed", async () => {
    const file = join(result.folder.bundles, "house.json");
    const bundle = bundleFromJson(await readFile(file, "utf8"), file);
    const source = {
      chainId: result.record.chainId,
      registry: result.record.registry,
      attestation: async (epoch: bigint) => ({
        ...result.record,
        epoch,
        epochCircuitId: result.record.circuits.epoch.circuitId,
        batchCount: result.record.batches.length,
        attestedAt: 0n,
      }),
    };
    const context = { policy: tinyPolicy, attestations: source };
    expect(failed(await checkBundle(bundle, context))).toEqual([]);
    const up = (value: bigint) => value + 1n;
    const edits: Partial<Bundle>[] = [
      { chainId: up(bundle.chainId) },
      { registry: up(bundle.registry) },
      { exchange: up(bundle.exchange) },
      { exchangeId: `${bundle.exchangeId}x` },
      { epoch: up(bundle.epoch) },
      { snapshotTime: up(bundle.snapshotTime) },
      { policyHash: up(bundle.policyHash) },
      { descriptorHash: up(bundle.descriptorHash) },
      { userId: "somebody" },
      { owner: up(bundle.owner) },
      { salt: up(bundle.salt) },
      ...bundle.holdings.flatMap((_, i) => [
        { holdings: bundle.holdings.map((e, j) => (i === j ? { ...e, quantity: e.quantity + 1n } : e)) },
        { holdings: bundle.holdings.map((e, j) => (i === j ? { ...e, row: e.row + 1 } : e)) },
      ]),
      { free: up(bundle.free) },
      { under: bundle.under ? 0 : 1 },
      { batch: bundle.batch + 1 },
      { slot: bundle.slot ^ 1 },
      ...bundle.path.map((_, depth) => ({
        path: bundle.path.map((level, d) => (d === depth ? [up(level[0]!), ...level.slice(1)] : level)),
      })),
      { circuitId: up(bundle.circuitId) },
      { root: up(bundle.root) },
      { transcript: up(bundle.transcript) },
      { accountsPath: bundle.accountsPath.map((node, i) => (i === 0 ? up(node) : node)) },
      { accountsPath: bundle.accountsPath.slice(1) },
      { accountsRoot: up(bundle.accountsRoot) },
    ];
    const accepted: string[] = [];
    for (const edit of edits) {
      if (failed(await checkBundle({ ...bundle, ...edit }, context)).length === 0) {
        accepted.push(Object.keys(edit).join());
      }
    }
    expect(accepted).toEqual([]);
  });

  it("verifies from its public files alone", async () => {
    const report = await check(result.record);
    expect(failed(report)).toEqual([]);
    const notRun = report.steps.filter((step) => step.outcome === "not run").map((step) => step.name);
    expect(notRun).toEqual(["ceremony", "attestation"]);
  });

  it("resumes without making a proof", async () => {
    const resumed = await runEpoch(tinyConfig(folder, accounts), {
      prover: { ...prover, prove: () => Promise.reject(new Error("a proof was asked for")) },
    });
    expect(resumed.record).toEqual(result.record);
  });
});
