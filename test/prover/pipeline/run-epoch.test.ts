import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { EpochConfig } from "../../../prover/src/pipeline/config.ts";
import type { EpochChain } from "../../../prover/src/pipeline/ports.ts";
import type { ProgressEvent } from "../../../prover/src/pipeline/progress.ts";
import { runEpoch } from "../../../prover/src/pipeline/run-epoch.ts";
import type { Account } from "../../../prover/src/snapshot/account.ts";
import { checkBundle } from "../../../verifier/src/check/bundle.ts";
import { MAX_QUANTITY } from "../../../verifier/src/constants.ts";
import { accountRef, identity } from "../../../verifier/src/encodings/identity.ts";
import { accountLeaf } from "../../../verifier/src/encodings/leaf.ts";
import { type Bundle, bundleFromJson } from "../../../verifier/src/formats/bundle.ts";
import { ConstraintProver } from "../../support/constraint-prover.ts";
import { account, ROW, randomExchange, tinyConfig, tinyPolicy } from "../../support/exchange.ts";
import { seeded } from "../../support/random.ts";

const prover = new ConstraintProver();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-epoch-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Fails a test when it is asked for anything: the error under test must come before. */
const neverProver = Object.assign(new ConstraintProver(), {
  prove: () => Promise.reject(new Error("a proof was asked for")),
});

function chainWith(parts: Partial<EpochChain>): EpochChain {
  return {
    openedAt: async () => SNAPSHOT_TIME,
    attestedRoot: async () => undefined,
    attest: async () => ({ transaction: "0x", blockNumber: 0, gasUsed: 0n }),
    ...parts,
  };
}

const SNAPSHOT_TIME = 1_795_161_600n;
const pair = [
  account("alice", { btc: 100_000_000n, usdt: 5_000_000_000n, perpShort: 5_000n }),
  account("bob", { usdt: 40_000_000_000n, perpLong: 5_000n }),
];

describe("a committed epoch with a changed input", () => {
  let committed: string;
  beforeAll(async () => {
    committed = await mkdtemp(join(tmpdir(), "plimsoll-committed-"));
    await runEpoch(tinyConfig(committed, pair), { prover });
  });
  afterAll(() => rm(committed, { recursive: true, force: true }));

  const changedMarks = { ...tinyConfig("", pair).policy };
  changedMarks.marks = changedMarks.marks.replace('"60000"', '"60000.01"');

  it.each<[string, Partial<EpochConfig> & { list?: readonly Account[] }, string[]]>([
    ["an account's balance", { list: [account("alice", { btc: 100_000_001n }), pair[1]!] }, ["accounts"]],
    ["an account left out", { list: [pair[0]!] }, ["accounts"]],
    ["an account renamed", { list: [pair[0]!, { ...pair[1]!, userId: "carol" }] }, ["accounts"]],
    ["the order of accounts", { list: [...pair].reverse() }, ["accounts"]],
    ["a user's owner key", { list: [{ ...pair[0]!, owner: 5n }, pair[1]!] }, ["accounts"]],
    ["the marks", { policy: changedMarks }, ["policyHash", "descriptorHash"]],
    ["the chain", { chainId: 1n }, ["chainId"]],
    ["the registry", { registry: 3n }, ["registry"]],
    ["the exchange's key", { exchange: 3n }, ["exchange"]],
    ["the exchange's name", { exchangeId: "other" }, ["exchangeId"]],
    ["the epoch", { epoch: 8n }, ["epoch"]],
    ["the snapshot's time", { snapshotTime: SNAPSHOT_TIME + 1n }, ["snapshotTime"]],
    ["a claim", { insurance: 10n ** 18n }, ["claims"]],
    ["the operator's secret", { operatorSecret: new Uint8Array(32).fill(1) }, ["operatorSecret"]],
  ])("refuses %s, says so and leaves the folder alone", async (_, { list, ...changes }, changed) => {
    const before = await snapshotOf(committed);
    const config = { ...tinyConfig(committed, pair), ...changes };
    const other = list === undefined ? config : { ...config, accounts: () => streamed(list) };
    await expect(runEpoch(other, { prover: neverProver })).rejects.toMatchObject({
      code: "INPUT_CHANGED",
      changed,
    });
    expect(await snapshotOf(committed)).toEqual(before);
  });
});

describe("a run that must not go on", () => {
  it("refuses an epoch that the chain has under another root, before and after its own commit", async () => {
    const chain = chainWith({ attestedRoot: async () => 5n });
    const config = tinyConfig(folder, pair);
    await expect(runEpoch(config, { prover: neverProver, chain })).rejects.toMatchObject({
      code: "SECOND_ROOT",
    });
    await runEpoch(config, { prover });
    await expect(runEpoch(config, { prover, chain })).rejects.toMatchObject({ code: "SECOND_ROOT" });
  });

  it("refuses a snapshot time that is not the one the epoch was opened with", async () => {
    const chain = chainWith({ openedAt: async () => 12n });
    await expect(runEpoch(tinyConfig(folder, pair), { prover: neverProver, chain })).rejects.toThrow(
      /expected the registry to have it open with snapshot time 1795161600, came snapshot time 12/,
    );
  });

  it.each([-1n, 301n])("refuses a snapshot %i s after marks that may be 300 s old", async (age) => {
    const config = tinyConfig(folder, pair, { snapshotTime: SNAPSHOT_TIME + age });
    await expect(runEpoch(config, { prover: neverProver })).rejects.toThrow(
      /marks: expected marks at most 300 s/,
    );
  });

  it("refuses a second run in the same folder while the first is alive", async () => {
    let second: Promise<unknown> | undefined;
    const chain = chainWith({
      attest: async () => {
        second = runEpoch(tinyConfig(folder, pair), { prover: neverProver });
        await second.catch(() => {});
        return { transaction: "0x", blockNumber: 0, gasUsed: 0n };
      },
    });
    await runEpoch(tinyConfig(folder, pair), { prover, chain });
    await expect(second).rejects.toMatchObject({ code: "FOLDER_BUSY" });
  });

  it("refuses reserves one unit short of what is owed, naming the asset and no amount", async () => {
    const config = tinyConfig(folder, pair);
    const claims = { ...config.claims, BTC: config.claims.BTC! - 1n };
    const failed = runEpoch({ ...config, claims }, { prover: neverProver });
    await expect(failed).rejects.toMatchObject({ code: "NOT_COVERED", subjects: ["BTC"] });
    await expect(failed).rejects.not.toThrow(/\d{3}/);
    expect(existsSync(join(folder, "private/commit.json"))).toBe(false);
  });

  it("refuses a long without its short, naming the instrument", async () => {
    const list = [pair[0]!, account("bob", { usdt: 40_000_000_000n, perpLong: 5_001n })];
    await expect(runEpoch(tinyConfig(folder, list), { prover: neverProver })).rejects.toMatchObject({
      code: "ONE_SIDED",
      subjects: ["BTC-PERP"],
    });
  });

  it("refuses insurance one unit below shortfall and negative equity", async () => {
    const list = [account("poor", { usdtDebt: 1_000_000n }), account("rich", { usdt: 1_000_000n })];
    const config = tinyConfig(folder, list);
    expect(config.insurance).toBeGreaterThan(0n);
    const short = { ...config, insurance: config.insurance - 1n };
    await expect(runEpoch(short, { prover: neverProver })).rejects.toMatchObject({ code: "NOT_INSURED" });
    await runEpoch(config, { prover });
  });

  it("refuses a policy of another shape than the epoch circuit, and a claim on an asset that is not in it", async () => {
    const config = tinyConfig(folder, pair);
    const other = { ...config, circuits: { ...config.circuits, epoch: "epoch-demo" } };
    await expect(runEpoch(other, { prover: neverProver })).rejects.toThrow(
      /epoch-demo.*expected a policy of shape/,
    );
    const foreign = { ...config, claims: { DOGE: 1n } };
    await expect(runEpoch(foreign, { prover: neverProver })).rejects.toThrow(
      /assets of the policy, came "DOGE"/,
    );
  });

  it("refuses a policy that the linter refuses, in the linter's words, before it reads an account", async () => {
    const config = tinyConfig(folder, pair);
    // A borrowed coin that costs what it is worth and hedges besides.
    const riskParameters = config.policy.riskParameters.replace(
      '"debtWeight":{"maintenance":"1.2","initial":"1.25"}',
      '"debtWeight":{"maintenance":"1","initial":"1"}',
    );
    expect(riskParameters).not.toBe(config.policy.riskParameters);
    const generous = { ...config, policy: { ...config.policy, riskParameters } };
    await expect(runEpoch(generous, { prover: neverProver })).rejects.toThrow(/policy: .*linter accepts/);
    expect(await readdir(join(folder, "private", "batches"))).toEqual([]);
  });

  it("refuses an account larger than a batch, naming the account", async () => {
    const holdings = Array.from({ length: 25 }, () => ({ row: ROW.btc, quantity: 1n }));
    const list = [{ userId: "whale", owner: 0n, holdings }, ...pair];
    await expect(runEpoch(tinyConfig(folder, list), { prover: neverProver })).rejects.toMatchObject({
      code: "ACCOUNT_TOO_LARGE",
      userId: "whale",
    });
  });

  it("refuses more free collateral than a leaf can hold, before it commits", async () => {
    const holdings = Array.from({ length: 2 }, () => ({ row: ROW.usdt, quantity: MAX_QUANTITY }));
    const list = [{ userId: "whale", owner: 0n, holdings }];
    await expect(runEpoch(tinyConfig(folder, list), { prover: neverProver })).rejects.toMatchObject({
      code: "FREE_TOO_LARGE",
      subjects: ["whale"],
    });
    expect(existsSync(join(folder, "private/commit.json"))).toBe(false);
  });

  it("refuses a damaged private part instead of proving something else", async () => {
    await runEpoch(tinyConfig(folder, pair), { prover });
    const file = join(folder, "private/batches/accounts.ndjson");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("bob", "bop"));
    await rm(join(folder, "private/batches/commits.ndjson.index"));
    await expect(runEpoch(tinyConfig(folder, pair), { prover: neverProver })).rejects.toMatchObject({
      code: "BLIND_REUSE",
    });
    await rm(join(folder, "private/plan.json"));
    await expect(runEpoch(tinyConfig(folder, pair), { prover: neverProver })).rejects.toThrow(
      /expected the plan/,
    );
  });
});

describe("proofs on resume", () => {
  it("keeps good ones, and makes bad, foreign and half-written ones again", async () => {
    const accounts = randomExchange(seeded("resume"), 10);
    const config = tinyConfig(folder, accounts);
    const first = await runEpoch(config, { prover });
    expect(first.record.batches.length).toBeGreaterThan(2);
    const proofOf = (b: number) => join(folder, `private/batches/00000${b}.proof.json`);
    const good = await readFile(proofOf(0), "utf8");
    await writeFile(proofOf(0), good.slice(0, good.length / 2));
    await writeFile(proofOf(1), good);
    const bad = JSON.parse(await readFile(proofOf(2), "utf8"));
    bad.proof[0] = `0x${"1".padStart(64, "0")}`;
    await writeFile(proofOf(2), JSON.stringify(bad));
    const counting = new ConstraintProver();
    const second = await runEpoch(config, { prover: counting });
    expect(counting.proved).toEqual(["batch-4-8", "batch-4-8", "batch-4-8"]);
    expect(second.record).toEqual(first.record);
  });

  it("does not write a proof of other signals", async () => {
    const lying = new ConstraintProver();
    const prove = lying.prove.bind(lying);
    lying.prove = async (name, inputs) => {
      const made = await prove(name, inputs);
      return { ...made, signals: made.signals.map((signal, i) => (i === 2 ? signal + 1n : signal)) };
    };
    await expect(runEpoch(tinyConfig(folder, pair), { prover: lying })).rejects.toMatchObject({
      code: "PROOF_MISMATCH",
    });
    expect(existsSync(join(folder, "private/batches/000000.proof.json"))).toBe(false);
    expect(existsSync(join(folder, "public/epoch.json"))).toBe(false);
  });
});

describe("a neighbour's bundle (attack row 31)", () => {
  it("shows no balance, salt or name of others, nor lets their leaves be guessed, though holdings are equal", async () => {
    const twins = ["alice", "bob", "carol"].map((userId) => account(userId, { usdt: 987_654_321_987n }));
    const { folder: paths } = await runEpoch(tinyConfig(folder, twins), { prover });
    const texts = await Promise.all(
      twins.map(({ userId }) => readFile(join(paths.bundles, `${userId}.json`), "utf8")),
    );
    const [alice, ...others] = texts.map((text, i) => bundleFromJson(text, twins[i]!.userId));
    expect(new Set(texts.map((text) => Buffer.byteLength(text))).size).toBe(1);
    const leafOf = ({ exchangeId, userId, owner, salt, epoch, holdings, free, under }: Bundle) =>
      accountLeaf(identity({ accountRef: accountRef(exchangeId, userId), owner, salt, epoch }), holdings, {
        ...{ free, under },
      });
    const siblings = new Set(alice!.path.flat());
    for (const other of others) {
      expect(other.salt).toBeGreaterThan(1n << 128n);
      expect(texts[0]).not.toContain(other.userId);
      expect(texts[0]).not.toContain(other.salt.toString(16));
      // It is there, and nothing short of its salt shows it: not even all the rest of it.
      expect(siblings).toContain(leafOf(other));
      for (const salt of [0n, 1n, alice!.salt, other.salt - 1n, other.salt + 1n]) {
        expect(siblings).not.toContain(leafOf({ ...other, salt }));
      }
    }
    expect(new Set([alice!, ...others].map(leafOf)).size).toBe(twins.length);
  });
});

describe("what is left in the folder (attack row 35)", () => {
  it("keeps private files to the operator and salts and balances out of the public part", async () => {
    const accounts = [...pair, account("carol.Secret/..", { usdt: 987_654_321_987n })];
    const { folder: paths } = await runEpoch(tinyConfig(folder, accounts), { prover });
    const modes = new Map<string, number>();
    for (const entry of await readdir(paths.private, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      modes.set(path, (await stat(path)).mode & 0o777);
      const isLock = entry.name === "lock";
      if (!isLock) expect(modes.get(path), path).toBe(entry.isDirectory() ? 0o700 : 0o600);
    }
    expect((await stat(paths.private)).mode & 0o777).toBe(0o700);
    let shown = "";
    for (const entry of await readdir(join(folder, "public"), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) shown += await readFile(join(entry.parentPath, entry.name), "utf8");
    }
    const bundle = bundleFromJson(await readFile(join(paths.bundles, "alice.json"), "utf8"), "alice.json");
    const commit = JSON.parse(await readFile(paths.commit, "utf8"));
    const secrets = [
      "alice",
      "carol",
      "987654321987",
      987_654_321_987n.toString(16),
      bundle.salt.toString(16),
      bundle.salt.toString(),
      commit.totalsSalt.slice(2),
      commit.weightsSalt.slice(2),
      ...commit.blinds.flat().map((blind: string) => blind.slice(2)),
    ];
    for (const secret of secrets) expect(shown).not.toContain(secret);
  });

  it("reports progress in numbers only", async () => {
    const events: ProgressEvent[] = [];
    await runEpoch(tinyConfig(folder, pair), { prover, progress: (event) => events.push(event) });
    const stages = events.filter((event) => event.state === "done").map((event) => event.stage);
    expect(stages).toEqual(["plan", "commit", "challenges", "prove batches", "prove epoch", "bundles"]);
    expect(JSON.stringify(events)).not.toMatch(/alice|bob/);
  });
});

describe("totals at the edge (attack row 13)", () => {
  it("proves a batch of nothing but the largest quantities, and not with a claim one unit lower", async () => {
    const full = (row: number, count: number) =>
      Array.from({ length: count }, () => ({ row, quantity: MAX_QUANTITY }));
    // Their free collateral is the largest that a leaf can hold.
    const list: Account[] = ["one", "two"].map((userId) => ({
      userId,
      owner: 0n,
      holdings: [...full(ROW.usdt, 6), ...full(ROW.usdtDebt, 5)],
    }));
    const config = tinyConfig(folder, list);
    expect(config.claims.USDT).toBe(2n * MAX_QUANTITY);
    const lower = { ...config, claims: { USDT: 2n * MAX_QUANTITY - 1n } };
    await expect(runEpoch(lower, { prover: neverProver })).rejects.toMatchObject({ code: "NOT_COVERED" });
    const { waste } = await runEpoch(config, { prover });
    expect(waste).toMatchObject({ batches: 1, blocks: 4 });
  });
});

describe("round trip (constraints checked, without Groth16)", () => {
  it.each([
    [1, "one"],
    [7, "seven"],
    [30, "many"],
  ])("proves a random exchange of %i accounts and gives each a bundle that verifies", async (count, seed) => {
    const accounts = randomExchange(seeded(seed), count);
    const { record, folder: paths, waste } = await runEpoch(tinyConfig(folder, accounts), { prover });
    expect(waste.accounts).toBe(count);
    const sizes = new Set<number>();
    for (const { userId, holdings } of accounts) {
      const text = await readFile(join(paths.bundles, `${userId}.json`), "utf8");
      sizes.add(text.length);
      const bundle = bundleFromJson(text, userId);
      const held = new Map(holdings.map(({ row, quantity }) => [row, quantity]));
      const report = await checkBundle(bundle, {
        own: { userId, holdings: held },
        policy: tinyPolicy,
        attestations: {
          chainId: record.chainId,
          registry: record.registry,
          attestation: async () => ({
            ...record,
            epochCircuitId: 0n,
            batchCount: record.batches.length,
            attestedAt: 0n,
          }),
        },
      });
      expect(report.steps.filter((step) => step.outcome === "failed")).toEqual([]);
      expect(report.steps.filter((step) => step.outcome === "passed").map((step) => step.name)).toEqual(
        expect.arrayContaining([
          "account",
          "holdings",
          "batch",
          "epoch",
          "policy",
          "free collateral",
          "attestation",
        ]),
      );
    }
    // Every tiny account has one block, so all bundles have one size.
    expect(sizes.size).toBe(1);
  });
});

async function* streamed(accounts: readonly Account[]): AsyncGenerator<Account> {
  yield* accounts;
}

async function snapshotOf(root: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && entry.name !== "lock-holder.json") files[path] = await readFile(path, "utf8");
  }
  return files;
}
