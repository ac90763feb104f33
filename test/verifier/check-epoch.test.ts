import { beforeAll, describe, expect, it } from "vitest";
import type { Attestation } from "../../verifier/src/check/attestation.ts";
import { checkEpoch, combinedFractions, type EpochFiles } from "../../verifier/src/check/epoch.ts";
import { ROW_BLIND } from "../../verifier/src/constants.ts";
import { accountsRoot, betaChallenge, gammaChallenge } from "../../verifier/src/encodings/challenges.ts";
import { claimsPolynomial, tableRows, totalsCommitment } from "../../verifier/src/encodings/totals.ts";
import { toJson } from "../../verifier/src/formats/codecs.ts";
import { type EpochRecord, epochRecord } from "../../verifier/src/formats/epoch.ts";
import { totalsFile } from "../../verifier/src/formats/totals.ts";
import { circuitId, type G2Point, type VerificationKey } from "../../verifier/src/groth16/key.ts";
import { compilePolicy } from "../../verifier/src/policy/compile.ts";
import { publishedCoverage } from "../../verifier/src/report/coverage.ts";
import { tinyMarks, tinyRiskParameters } from "../support/policies.ts";
import { scalarsFrom, trapdoorKey, trapdoorProof, trapdoorSetup } from "../support/trapdoor.ts";

// Keys with known secrets make a proof of any statement in microseconds: here the checks around the proofs are on trial.
const next = scalarsFrom("check epoch");
const setup = trapdoorSetup(next);
const batchKey = trapdoorKey(setup, 6, next);
const epochKey = trapdoorKey(setup, 8, next);
const policy = compilePolicy(tinyRiskParameters, tinyMarks);
const snapshotTime = BigInt(Date.parse(tinyMarks.observedAt) / 1000);

function unpacked(packed: Uint8Array): VerificationKey {
  const words = Array.from({ length: packed.length / 32 }, (_, i) =>
    BigInt(`0x${Buffer.from(packed.slice(32 * i, 32 * i + 32)).toString("hex")}`),
  );
  const g1 = (at: number) => [words[at]!, words[at + 1]!] as const;
  const g2 = (at: number): G2Point => [
    [words[at + 1]!, words[at]!],
    [words[at + 3]!, words[at + 2]!],
  ];
  const ic = Array.from({ length: (words.length - 14) / 2 }, (_, i) => g1(14 + 2 * i));
  return { alpha1: g1(0), beta2: g2(2), gamma2: g2(6), delta2: g2(10), ic };
}

const keys = new Map([
  ["some-batch", unpacked(batchKey.packed)],
  ["some-epoch", unpacked(epochKey.packed)],
]);
const trustedCircuits = new Set([...keys.values()].map(circuitId));

/** An epoch of two batches whose challenges and proofs are right for what it says; `change` is made before them. */
function proved(change: Partial<EpochRecord> = {}): EpochRecord {
  const ids = { batch: circuitId(keys.get("some-batch")!), epoch: circuitId(keys.get("some-epoch")!) };
  const statement = (root: bigint) => ({
    ...{ circuitId: ids.batch, root, transcript: root + 1n, t: root + 2n, w: root + 3n },
    proof: [] as bigint[],
  });
  const batches = [statement(10n), statement(20n)];
  const record: EpochRecord = {
    format: "plimsoll.epoch.1",
    developmentKeys: false,
    ...{ chainId: 31337n, registry: 5n, exchange: 6n, exchangeId: "demo", epoch: 1n, snapshotTime },
    circuits: {
      batches: [{ name: "some-batch", circuitId: ids.batch, blocks: 4, words: 8 }],
      epoch: { name: "some-epoch", circuitId: ids.epoch, shape: structuredClone(tinyRiskParameters.shape!) },
    },
    policyHash: policy.policyHash,
    descriptorHash: policy.descriptorHash,
    ...{ totalsCommitment: 7n, weightsCommitment: 8n, claims: [1n, 2n, 3n] },
    ...{ accountsRoot: 0n, gamma: 0n, beta: 0n, batches, epochProof: [] },
    ...change,
  };
  record.accountsRoot = accountsRoot(record.batches);
  record.gamma = gammaChallenge({ ...record, epochCircuitId: record.circuits.epoch.circuitId });
  record.beta = betaChallenge(record.gamma, record.weightsCommitment);
  const { gamma, beta } = record;
  for (const batch of record.batches) {
    const { root, transcript, t, w } = batch;
    batch.proof = [...trapdoorProof(batchKey, [root, transcript, t, w, gamma, beta], next)];
  }
  const { t, w } = combinedFractions(record);
  const rho = claimsPolynomial(record.claims, gamma);
  const { policyHash, totalsCommitment, weightsCommitment } = record;
  const signals = [policyHash, totalsCommitment, weightsCommitment, gamma, beta, t, w, rho];
  record.epochProof = [...trapdoorProof(epochKey, signals, next)];
  return record;
}

function filesOf(record: EpochRecord, change: Partial<EpochFiles> = {}): EpochFiles {
  return {
    record: toJson(epochRecord, record),
    riskParameters: JSON.stringify(tinyRiskParameters),
    marks: JSON.stringify(tinyMarks),
    keys,
    publicHash: PUBLIC_HASH,
    ...change,
  };
}

async function failures(files: EpochFiles, context: Parameters<typeof checkEpoch>[1] = { trustedCircuits }) {
  const { steps } = await checkEpoch(files, context);
  return steps.filter(({ outcome }) => outcome === "failed").map(({ name }) => name);
}

const PUBLIC_HASH = 0xabcn;
let honest: EpochRecord;
beforeAll(() => {
  honest = proved();
});

describe("checking an epoch from its public folder", () => {
  it("refuses an epoch under keys that nobody knows: who made them may have left out every constraint", async () => {
    expect(await failures(filesOf(honest), {})).toEqual(["circuits"]);
  });

  it("refuses keys of two set-ups, and development keys under another name", async () => {
    const foreign = trapdoorKey(trapdoorSetup(next), 8, next);
    const mixed = new Map(keys).set("some-epoch", unpacked(foreign.packed));
    expect(await failures(filesOf(honest, { keys: mixed }))).toEqual(
      expect.arrayContaining(["keys", "set-up"]),
    );
    expect(await failures(filesOf({ ...honest, developmentKeys: true }))).toEqual(["set-up"]);
  });

  it.each<[string, (record: EpochRecord) => void, string[]]>([
    ["chain", (r) => (r.chainId += 1n), ["challenges"]],
    ["registry", (r) => (r.registry += 1n), ["challenges"]],
    ["exchange", (r) => (r.exchange += 1n), ["challenges"]],
    ["epoch number", (r) => (r.epoch += 1n), ["challenges"]],
    ["snapshot time", (r) => (r.snapshotTime += 1n), ["challenges"]],
    ["policy hash", (r) => (r.policyHash += 1n), ["policy", "challenges", "epoch proof"]],
    ["descriptor hash", (r) => (r.descriptorHash += 1n), ["policy", "challenges"]],
    ["totals commitment", (r) => (r.totalsCommitment += 1n), ["challenges", "epoch proof"]],
    ["weights commitment", (r) => (r.weightsCommitment += 1n), ["challenges", "epoch proof"]],
    ["claim", (r) => (r.claims[1]! += 1n), ["challenges", "epoch proof"]],
    ["claim left out", (r) => r.claims.pop(), ["claims", "challenges", "epoch proof"]],
    ["claim of 2^128", (r) => (r.claims[1] = 1n << 128n), ["claims", "challenges", "epoch proof"]],
    ["accounts root", (r) => (r.accountsRoot += 1n), ["accounts root"]],
    ["gamma", (r) => (r.gamma += 1n), ["challenges", "batch proofs", "epoch proof"]],
    ["beta", (r) => (r.beta += 1n), ["challenges", "batch proofs", "epoch proof"]],
    ["root of a batch", (r) => (r.batches[1]!.root += 1n), ["accounts root", "challenges", "batch proofs"]],
    ["transcript", (r) => (r.batches[1]!.transcript += 1n), ["accounts root", "challenges", "batch proofs"]],
    ["t of a batch", (r) => (r.batches[0]!.t += 1n), ["batch proofs", "epoch proof"]],
    ["w of a batch", (r) => (r.batches[1]!.w += 1n), ["batch proofs", "epoch proof"]],
    [
      "circuit of a batch",
      (r) => (r.batches[0]!.circuitId += 1n),
      ["batch circuits", "accounts root", "batch proofs"],
    ],
    ["batch left out", (r) => r.batches.pop(), ["accounts root", "challenges", "epoch proof"]],
    ["batch repeated", (r) => r.batches.push(r.batches[0]!), ["accounts root", "challenges", "epoch proof"]],
    ["batches swapped", (r) => r.batches.reverse(), ["accounts root", "challenges", "epoch proof"]],
    ["proof of a batch", (r) => r.batches[0]!.proof.reverse(), ["batch proofs"]],
    ["epoch proof", (r) => r.epochProof.reverse(), ["epoch proof"]],
    ["shape", (r) => (r.circuits.epoch.shape.groups[0]!.scenarios += 1), ["shape"]],
    [
      "circuit id of the epoch",
      (r) => (r.circuits.epoch.circuitId += 1n),
      ["keys", "circuits", "challenges"],
    ],
    ["name of a key", (r) => (r.circuits.epoch.name = "none"), ["keys", "epoch proof"]],
  ])("refuses another %s", async (_, change, names) => {
    const record = structuredClone(honest);
    change(record);
    expect(await failures(filesOf(record))).toEqual(expect.arrayContaining(names));
  });

  it("refuses t moved from one batch to another, though the sum is the same", async () => {
    const record = structuredClone(honest);
    record.batches[0]!.t += 1n;
    record.batches[1]!.t -= 1n;
    expect(await failures(filesOf(record))).toEqual(["batch proofs"]);
  });

  it("refuses policy files with other names under the same coefficients", async () => {
    const renamed = JSON.stringify({ ...tinyRiskParameters, name: "other" });
    expect(await failures(filesOf(honest, { riskParameters: renamed }))).toEqual(["policy"]);
    expect(await failures(filesOf(honest, { marks: "{}" }))).toEqual(["policy"]);
  });

  it("refuses marks that were too old at the time of the snapshot, or from after it", async () => {
    const limit = BigInt(tinyRiskParameters.stalenessSeconds);
    expect(await failures(filesOf(proved({ snapshotTime: snapshotTime + limit })))).toEqual([]);
    expect(await failures(filesOf(proved({ snapshotTime: snapshotTime + limit + 1n })))).toEqual(["marks"]);
    expect(await failures(filesOf(proved({ snapshotTime: snapshotTime - 1n })))).toEqual(["marks"]);
  });

  it.each<[string, Partial<Attestation> | null]>([
    ["does not know the epoch", null],
    ["has another root", { accountsRoot: 1n }],
    ["has another exchange", { exchange: 1n }],
    ["has another policy", { policyHash: 1n }],
    ["has other names", { descriptorHash: 1n }],
    ["has another epoch circuit", { epochCircuitId: 1n }],
    ["has another number of batches", { batchCount: 3 }],
    ["has another time", { snapshotTime: 1n }],
  ])("refuses a folder when the chain %s", async (_, change) => {
    expect(await failures(filesOf(honest), { trustedCircuits, attestations: chain(change) })).toEqual([
      "attestation",
    ]);
  });

  it("refuses public files that are not those which the exchange signed, and a circuit's name that is a path", async () => {
    const other = filesOf(honest, { publicHash: PUBLIC_HASH + 1n });
    expect(await failures(other, { trustedCircuits, attestations: chain({}) })).toEqual(["public files"]);
    const record = toJson(epochRecord, honest).replace(/"name": "some-epoch"/, '"name": "../commit"');
    await expect(checkEpoch(filesOf(honest, { record }))).rejects.toThrow(/circuits\.epoch\.name/);
  });

  it("says in words what the folder and the chain say differently", async () => {
    const attestations = { ...chain({ batchCount: 3, snapshotTime: 1n }), registry: 6n };
    const { steps } = await checkEpoch(filesOf(honest), { trustedCircuits, attestations });
    const { words } = steps.find(({ name }) => name === "attestation")!;
    expect(words).toMatch(
      /registry: 0x5 in the folder, 0x6 on chain; number of batches: 2 .* 3 on chain; snap/,
    );
    const gone = await checkEpoch(filesOf(honest), { trustedCircuits, attestations: chain(null) });
    expect(gone.steps.at(-2)!.words).toMatch(/the chain has no epoch 1/);
  });

  it("accepts an honest epoch, and says what it did not look at", async () => {
    const report = await checkEpoch(filesOf(honest), { trustedCircuits, attestations: chain({}) });
    const left = report.steps.filter(({ outcome }) => outcome !== "passed");
    expect(report.passed).toBe(true);
    expect(left.map(({ name, outcome }) => `${outcome}: ${name}`)).toEqual(["not run: ceremony"]);
    const offline = await checkEpoch(filesOf(honest), { trustedCircuits });
    expect(offline.steps.find(({ name }) => name === "attestation")?.outcome).toBe("not run");
  });
});

describe("an epoch whose exchange published totals", () => {
  const rows = tableRows(policy.layout);
  const totals = rows.map((row, i) => ({ row, sum: BigInt(1_000 + i) }));
  const [salt, blind] = [11n, 12n];
  const file = toJson(totalsFile, { format: "plimsoll.totals.1", salt, totals, blind });
  const sums = new Map([...totals.map(({ row, sum }) => [row, sum] as const), [ROW_BLIND, blind]]);
  const totalsHash = totalsCommitment(policy.layout, salt, sums, [1n, 2n, 3n]);
  let published: EpochRecord;
  beforeAll(() => {
    published = proved({ totalsCommitment: totalsHash });
  });

  it.each<[string, string]>([
    ["one total changed by a unit", file.replace('"sum": "1000"', '"sum": "1001"')],
    ["another salt", file.replace(/"salt": "0x0/, '"salt": "0x1')],
    ["a page of its host", "<!doctype html>"],
    ["nothing in it", ""],
  ])("says that totals with %s are false, and checks the rest as before", async (_, text) => {
    expect(text).not.toBe(file);
    expect(await failures(filesOf(published, { totals: text }))).toEqual(["totals"]);
    const { steps } = await checkEpoch(filesOf(published, { totals: text }), { trustedCircuits });
    expect(steps.find(({ name }) => name === "totals")!.words).toMatch(/FALSE.*believe none of its numbers/);
    expect(steps.filter(({ outcome }) => outcome === "passed").map(({ name }) => name)).toContain(
      "epoch proof",
    );
  });

  it("says that the totals of another epoch are false", async () => {
    expect(await failures(filesOf(honest, { totals: file }))).toEqual(["totals"]);
  });

  it("gives no name or decimals to totals under another policy than was proved", async () => {
    const [btc, usdt, ...rest] = tinyRiskParameters.collateral;
    const swapped = {
      ...tinyRiskParameters,
      collateral: [{ ...btc!, decimals: usdt!.decimals }, { ...usdt!, decimals: btc!.decimals }, ...rest],
    };
    const files = filesOf(published, { totals: file, riskParameters: JSON.stringify(swapped) });
    expect(btc!.decimals).not.toBe(usdt!.decimals);
    expect(await failures(files)).toEqual(["policy"]);
  });

  it("says that they are the true ones, and nothing where there are none", async () => {
    const report = await checkEpoch(filesOf(published, { totals: file }), { trustedCircuits });
    expect(report.passed).toBe(true);
    expect(report.steps.filter(({ name }) => name === "totals")).toMatchObject([{ outcome: "passed" }]);
    const without = await checkEpoch(filesOf(published), { trustedCircuits });
    expect(without.steps.map(({ name }) => name)).not.toContain("totals");
  });

  it("shows coverage from the public texts alone", () => {
    const { record, riskParameters, marks } = filesOf(published);
    const { assets, insurance } = publishedCoverage({ record, riskParameters, marks, totals: file });
    expect(
      assets.map(({ symbol, owed, lent, declared }) => [symbol, owed, lent, declared]).toSorted(),
    ).toEqual([
      ["BTC", 1000n, 1001n, 2n],
      ["USDT", 1002n, 1003n, 3n],
    ]);
    expect(insurance.declared).toBe(1n);
    expect(() =>
      publishedCoverage({ record, riskParameters, marks, totals: file.replace("1000", "1001") }),
    ).toThrow();
  });
});

function chain(change: Partial<Attestation> | null) {
  const { epoch, exchange, policyHash, descriptorHash } = honest;
  const record = {
    ...{ epoch, exchange, policyHash, descriptorHash, snapshotTime, accountsRoot: honest.accountsRoot },
    ...{ epochCircuitId: honest.circuits.epoch.circuitId, batchCount: 2, attestedAt: snapshotTime + 60n },
    ...change,
  };
  return {
    ...{ chainId: 31337n, registry: 5n, publicHash: async () => PUBLIC_HASH },
    attestation: async () => (change === null ? null : record),
  };
}
