import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import { lintPolicy } from "../../../prover/src/linter/lint-policy.ts";
import { epochShape } from "../../../prover/src/pipeline/instance-shapes.ts";
import { localProver } from "../../../prover/src/pipeline/local-prover.ts";
import type { EpochProver } from "../../../prover/src/pipeline/ports.ts";
import { runEpoch } from "../../../prover/src/pipeline/run-epoch.ts";
import { chosenBackend } from "../../../prover/src/proving/chosen-backend.ts";
import type { Account } from "../../../prover/src/snapshot/account.ts";
import { checkEpoch } from "../../../verifier/src/check/epoch.ts";
import type { Report } from "../../../verifier/src/check/report.ts";
import { toJson } from "../../../verifier/src/formats/codecs.ts";
import { epochRecord } from "../../../verifier/src/formats/epoch.ts";
import { type CompiledPolicy, compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import { shapeNumbers } from "../../../verifier/src/policy/shape.ts";
import { exactClaims, tinyConfig } from "../../support/exchange.ts";
import { modelFiles, modelsShape } from "../../support/model-policies.ts";

const BATCH = "batch-20-42";
const EPOCH = "epoch-models";
let folder: string;
let prover: EpochProver;
/** Why snarkjs had to take over, if it had to. */
const said: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-models-"));
  prover = localProver(chosenBackend({ kind: "own" }, (line) => said.push(line)));
});
afterAll(async () => {
  await prover.close?.();
  await rm(folder, { recursive: true, force: true });
});

/** A trader who holds of everything and sold some of it, one who owes, and the house, which has the other sides. */
function exchangeOf({ layout, rowTable }: CompiledPolicy): Account[] {
  const quote = rowTable.findIndex(({ kind, symbol }) => kind === "asset" && /^(usd|dai)/i.test(symbol));
  const cash = rowTable[quote]!;
  const whole = (units: string, decimals: number) => BigInt(units) * 10n ** BigInt(decimals);
  const trader = new Map<number, bigint>();
  const house = new Map<number, bigint>();
  for (const named of rowTable) {
    if (named.kind === "asset")
      trader.set(named.row, whole(named.row === cash.row ? "90000" : "12", named.decimals));
    if (named.kind === "asset")
      house.set(named.row, whole(named.row === cash.row ? "5000000" : "30", named.decimals));
    if (named.kind !== "long") continue;
    const sold = named.instrument % 2 === 1;
    const quantity = whole("1", named.decimals) / 2n;
    const [long, short] = [named.row, layout.short(named.group, named.instrument)];
    trader.set(sold ? short : long, quantity);
    house.set(sold ? long : short, quantity);
  }
  const borrower = new Map([
    [cash.row + 1, whole("40000", cash.decimals)],
    [rowTable.find(({ kind, row }) => kind === "asset" && row !== cash.row)!.row, whole("20", 8)],
  ]);
  return Object.entries({ trader, borrower, house }).map(([userId, holdings]) => ({
    userId,
    owner: 0n,
    holdings: [...holdings].sort(([a], [b]) => a - b).map(([row, quantity]) => ({ row, quantity })),
  }));
}

const failed = (report: Report) =>
  report.steps.filter((step) => step.outcome === "failed").map((step) => step.name);

describe("one circuit for every margin model", () => {
  it("has the shape in which each has a place", () => {
    expect(shapeNumbers(epochShape(EPOCH))).toEqual(shapeNumbers(modelsShape));
  });

  const hashes = new Set<bigint>();
  it.each(Object.keys(modelFiles))(
    "proves a small exchange under %s, with the same two keys",
    async (model) => {
      const { riskParameters, marks } = modelFiles[model]!;
      const policy = compilePolicy(riskParameters, marks);
      expect((await lintPolicy(policy.coefficients)).accepted).toBe(true);
      const accounts = exchangeOf(policy);
      const files = { riskParameters: JSON.stringify(riskParameters), marks: JSON.stringify(marks) };
      const config = tinyConfig(join(folder, model), accounts, {
        policy: files,
        snapshotTime: BigInt(Date.parse(marks.observedAt) / 1000),
        ...exactClaims(accounts, policy),
        circuits: { batch: BATCH, epoch: EPOCH },
      });
      const { record, folder: epoch } = await runEpoch(config, { prover });
      const artifacts = await Promise.all([BATCH, EPOCH].map(instanceArtifacts));
      const keys = new Map(artifacts.map(({ name, vkey }) => [name, vkey]));
      expect(record.circuits.epoch.circuitId).toBe(artifacts[1]!.circuitId);
      expect(new Set(record.batches.map(({ circuitId }) => circuitId))).toEqual(
        new Set([artifacts[0]!.circuitId]),
      );
      const report = await checkEpoch({
        record: toJson(epochRecord, record),
        riskParameters: await readFile(epoch.riskParameters, "utf8"),
        marks: await readFile(epoch.marks, "utf8"),
        keys,
      });
      expect(failed(report)).toEqual([]);
      // What makes it that model: charges that no other model would make of these rows.
      const { report: margin } = completeAccount(policy, accounts[0]!.holdings);
      if (model !== "haircut") expect(margin.groups.some(({ scanRisk }) => scanRisk > 0n)).toBe(true);
      hashes.add(record.policyHash);
    },
  );

  it("was another policy each time, by the prover that is shipped", () => {
    expect(said).toEqual([]);
    expect(hashes.size).toBe(Object.keys(modelFiles).length);
  });
});
