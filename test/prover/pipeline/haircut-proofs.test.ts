import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import { localProver } from "../../../prover/src/pipeline/local-prover.ts";
import type { EpochProver } from "../../../prover/src/pipeline/ports.ts";
import { type EpochResult, runEpoch } from "../../../prover/src/pipeline/run-epoch.ts";
import { chosenBackend } from "../../../prover/src/proving/chosen-backend.ts";
import type { Account } from "../../../prover/src/snapshot/account.ts";
import { checkBundle } from "../../../verifier/src/check/bundle.ts";
import { checkEpoch } from "../../../verifier/src/check/epoch.ts";
import type { Report } from "../../../verifier/src/check/report.ts";
import { bundleFromJson } from "../../../verifier/src/formats/bundle.ts";
import { toJson } from "../../../verifier/src/formats/codecs.ts";
import { epochRecord } from "../../../verifier/src/formats/epoch.ts";
import type { VerificationKey } from "../../../verifier/src/groth16/key.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import { exactClaims, tinyConfig } from "../../support/exchange.ts";
import { haircutMarks, haircutRiskParameters } from "../../support/haircut.ts";

const policy = compilePolicy(haircutRiskParameters, haircutMarks);
const { layout } = policy;
const policyFiles = {
  riskParameters: JSON.stringify(haircutRiskParameters),
  marks: JSON.stringify(haircutMarks),
};

/** 30 BTC, of which a third is in each tier, against which a million USDT are owed; and who lent them. */
const accounts: readonly Account[] = [
  {
    userId: "borrower",
    owner: 0n,
    holdings: [
      { row: layout.asset(0), quantity: 30n * 10n ** 8n },
      { row: layout.debt(1), quantity: 10n ** 12n },
    ],
  },
  { userId: "lender", owner: 0n, holdings: [{ row: layout.asset(1), quantity: 3n * 10n ** 12n }] },
];

const keys = new Map<string, VerificationKey>();
let folder: string;
let prover: EpochProver;
let result: EpochResult;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-haircut-"));
  prover = localProver(chosenBackend());
  const config = tinyConfig(folder, accounts, {
    policy: policyFiles,
    ...exactClaims(accounts, policy),
    circuits: { batch: "batch-4-8", epoch: "epoch-tiers" },
  });
  result = await runEpoch(config, { prover });
  for (const name of ["batch-4-8", "epoch-tiers"]) keys.set(name, (await instanceArtifacts(name)).vkey);
});
afterAll(async () => {
  await prover.close?.();
  await rm(folder, { recursive: true, force: true });
});

const failed = (report: Report) =>
  report.steps.filter((step) => step.outcome === "failed").map((step) => step.name);

const check = (riskParameters: string) =>
  checkEpoch({ record: toJson(epochRecord, result.record), riskParameters, marks: policyFiles.marks, keys });

describe("an exchange under model haircut", () => {
  it("is proved with the batch circuit of every model, and verifies from its public files", async () => {
    const { circuitId } = await instanceArtifacts("batch-4-8");
    expect(result.record.batches.map((batch) => batch.circuitId)).toEqual([circuitId]);
    expect(failed(await check(policyFiles.riskParameters))).toEqual([]);
    const shares = completeAccount(policy, accounts[0]!.holdings).auxiliaries.map(({ row }) => row);
    expect(shares).toEqual(
      expect.arrayContaining([layout.portion(0, 0), layout.portion(0, 1), layout.rest(0)]),
    );
  });

  it("is refused under tiers that were not proved", async () => {
    const wider = policyFiles.riskParameters.replace('"upTo":"500000"', '"upTo":"500001"');
    expect(wider).not.toBe(policyFiles.riskParameters);
    expect(failed(await check(wider))).toContain("policy");
  });

  it("gives the borrower a bundle that shows what her tiers leave free", async () => {
    const file = join(result.folder.bundles, "borrower.json");
    const bundle = bundleFromJson(await readFile(file, "utf8"), file);
    const { record } = result;
    const attestations = {
      chainId: record.chainId,
      registry: record.registry,
      attestation: async (epoch: bigint) => ({
        ...record,
        epoch,
        epochCircuitId: record.circuits.epoch.circuitId,
        batchCount: record.batches.length,
        attestedAt: 0n,
      }),
    };
    expect(failed(await checkBundle(bundle, { policy, attestations }))).toEqual([]);
    // 90 % of 500,000 + 425,000 + 480,000, less a million owed; bounds are rounded down to a unit, which is worth 600 here.
    const lost = 264_500_000_000n - bundle.free;
    expect(lost).toBeGreaterThan(0n);
    expect(lost).toBeLessThan(600n);
    const free = { ...bundle, free: bundle.free + 1n };
    expect(failed(await checkBundle(free, { policy, attestations }))).not.toEqual([]);
  });
});
