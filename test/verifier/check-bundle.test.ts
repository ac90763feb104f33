import { describe, expect, it } from "vitest";
import type { Attestation } from "../../verifier/src/check/attestation.ts";
import { checkBundle } from "../../verifier/src/check/bundle.ts";
import { MAX_QUANTITY } from "../../verifier/src/constants.ts";
import { commitBatch, paddingBlock, paddingWord } from "../../verifier/src/encodings/batch.ts";
import { accountsPath, accountsRoot } from "../../verifier/src/encodings/challenges.ts";
import { holdingBlocks } from "../../verifier/src/encodings/leaf.ts";
import { batchPath } from "../../verifier/src/encodings/tree.ts";
import { type Bundle, bundleFromJson, bundleToJson } from "../../verifier/src/formats/bundle.ts";
import {
  adaChain as chain,
  ADA_HOLDINGS as holdings,
  adaBundle as honest,
  adaPolicy as policy,
  ADA_SALT as salt,
  ADA_SECRET as secret,
} from "../support/ada.ts";
import { singleEdits } from "../support/single-edits.ts";

const own = {
  userId: "ada",
  secret,
  holdings: new Map(holdings.map(({ row, quantity }) => [row, quantity])),
};
const withRoot = (record: Attestation | null, accountsRoot: bigint) => record && { ...record, accountsRoot };
const failed = async (bundle: Bundle, attestations = chain()) => {
  const report = await checkBundle(bundle, { own, policy, attestations });
  return report.steps.filter((step) => step.outcome === "failed").map((step) => step.name);
};

describe("an account checks its bundle", () => {
  it.each<[string, Partial<Bundle>, string[]]>([
    ["another account", { userId: "bob" }, ["account", "batch"]],
    ["another exchange", { exchangeId: "demo2" }, ["batch"]],
    ["another's owner key", { owner: 5n }, ["owner", "batch"]],
    ["no owner key although one was registered", { owner: 0n }, ["owner", "batch"]],
    ["another salt", { salt: salt + 1n }, ["batch"]],
    ["a salt that can be guessed", { salt: 5n }, ["identity", "batch"]],
    ["another epoch's number", { epoch: 8n }, ["batch", "attestation"]],
    ["free collateral understated by one", { free: honest().free - 1n }, ["batch", "free collateral"]],
    ["free collateral overstated by one", { free: honest().free + 1n }, ["batch", "free collateral"]],
    ["the under-margined flag set", { under: 1 }, ["batch", "free collateral"]],
    ["another slot", { slot: 1 }, ["batch"]],
    ["another batch", { batch: 1 }, ["epoch"]],
    ["a batch beyond the tree", { batch: 256 }, ["epoch"]],
    ["another root", { root: 1n }, ["batch", "epoch"]],
    ["another transcript", { transcript: 1n }, ["epoch"]],
    ["another circuit", { circuitId: 98n }, ["epoch"]],
    ["another accounts root", { accountsRoot: 1n }, ["epoch", "attestation"]],
    ["another policy", { policyHash: 1n }, ["policy", "attestation"]],
    ["other names for the same policy (attack row 40)", { descriptorHash: 1n }, ["policy", "attestation"]],
    ["a time that the marks are not of", { snapshotTime: 1n }, ["marks", "attestation"]],
    ["another chain", { chainId: 1n }, ["owner", "attestation"]],
    ["another registry", { registry: 1n }, ["owner", "attestation"]],
    [
      "a smaller holding",
      { holdings: [{ row: 0, quantity: 1n }, ...honest().holdings.slice(1)] },
      ["holdings"],
    ],
  ])("refuses %s", async (_, change, names) => {
    expect(await failed(honest(change))).toEqual(expect.arrayContaining(names));
  });

  it("refuses any one field changed, in words about that field or about what it breaks (attack row 31)", async () => {
    const bundle = honest();
    const attestations = chain();
    // A second batch, so that the path to the accounts root has something in it to change.
    const [mine, other] = [bundle, { circuitId: 99n, root: 7n, transcript: 7n }];
    const root = accountsRoot([mine, other]);
    const text = bundleToJson({
      ...bundle,
      accountsPath: accountsPath([mine, other], 0),
      accountsRoot: root,
    });
    const source = {
      ...attestations,
      attestation: async (epoch: bigint) => withRoot(await attestations.attestation(epoch), root),
    };
    const good = await checkBundle(bundleFromJson(text, "ada.json"), { own, policy, attestations: source });
    expect(good.passed).toBe(true);
    const fields = new Set<string>();
    for (const { where, edited } of singleEdits(JSON.parse(text))) {
      // One sibling of each level stands for its fifteen.
      if (/^path\.\d+\.(?!7$)/.test(where)) continue;
      fields.add(where.split(".")[0]!);
      let changed: Bundle;
      try {
        changed = bundleFromJson(JSON.stringify(edited), "ada.json");
      } catch (error) {
        expect((error as Error).message, where).toMatch(/^ada\.json, field /);
        continue;
      }
      const report = await checkBundle(changed, { own, policy, attestations: source });
      const steps = report.steps.filter(({ outcome }) => outcome === "failed");
      expect(steps, where).not.toEqual([]);
      for (const { words } of steps) expect(words, where).toMatch(/\w+ \w+ \w+/);
    }
    expect([...fields].toSorted()).toEqual(Object.keys(JSON.parse(text)).toSorted());
  });

  it("refuses a root that is not the one on chain, an epoch never attested, and another exchange's", async () => {
    expect(await failed(honest(), chain({ accountsRoot: 1n }))).toEqual(["attestation"]);
    expect(await failed(honest(), { ...chain(), attestation: async () => null })).toEqual(["attestation"]);
    expect(await failed(honest(), chain({ exchange: 1n }))).toEqual(["attestation"]);
  });

  it("refuses holdings that list a row after a larger one, or a gap", async () => {
    const [first, second, third, ...rest] = honest().holdings;
    const swapped = [second!, first!, third!, ...rest];
    const gap = [first!, { row: 0, quantity: 0n }, second!, third!, ...rest.slice(1)];
    expect(await failed(honest({ holdings: swapped }))).toContain("canonical");
    expect(await failed(honest({ holdings: gap }))).toContain("canonical");
  });

  it("refuses a row that is repeated before it is full, and rows named by empty entries", async () => {
    const [first, second, third, ...rest] = honest().holdings;
    const full = { row: second!.row, quantity: MAX_QUANTITY };
    const of = (...entries: Bundle["holdings"]) => failed(honest({ holdings: entries }));
    expect(await of(first!, second!, second!, third!, ...rest.slice(1))).toContain("canonical");
    expect(await of(first!, full, second!, third!, ...rest.slice(1))).not.toContain("canonical");
    const empty = honest().holdings.map(() => ({ row: 0, quantity: 0n }));
    expect(await of({ row: 2, quantity: 0n }, ...empty.slice(1))).toContain("canonical");
    expect(await of(...empty)).not.toContain("canonical");
  });

  it("refuses free collateral of 0 with the under-margined flag set, which would block her withdrawals", async () => {
    const empty = { holdings: honest().holdings.map(() => ({ row: 0, quantity: 0n })), free: 0n };
    expect(await failed(honest({ ...empty, under: 1 }))).toContain("free collateral");
    expect(await failed(honest({ ...empty, under: 0 }))).not.toContain("free collateral");
  });

  it("refuses an account's last block shown as the whole account", async () => {
    const many = Array.from({ length: 8 }, (_, i) => ({ row: 0, quantity: BigInt(i + 1) }));
    const [head, tail] = holdingBlocks(many) as [(typeof many)[number][], (typeof many)[number][]];
    const id = honest();
    const first = { entries: head, first: 1 as const, identity: 9n, free: 0n, under: 0 as const };
    const last = { entries: tail, first: 0 as const, identity: 0n, free: id.free, under: 0 as const };
    const committed = commitBatch({
      blocks: [first, last],
      words: [{ ...paddingWord(), step: 0 }],
      blinds: [1n, 2n, 3n],
    });
    const shown = honest({
      holdings: tail,
      slot: 1,
      path: batchPath(committed.levels, 1),
      root: committed.root,
    });
    expect(await failed(shown)).toContain("batch");
  });

  it("refuses padding as an inclusion, since identity 0 is no hash that anyone can open", async () => {
    const blocks = [paddingBlock(), paddingBlock()];
    const committed = commitBatch({ blocks, words: [{ ...paddingWord(), step: 0 }], blinds: [1n, 2n, 3n] });
    const empty = honest({
      holdings: paddingBlock().entries.map((e) => ({ ...e })),
      free: 0n,
      root: committed.root,
    });
    expect(await failed({ ...empty, path: batchPath(committed.levels, 0) })).toContain("batch");
  });

  it("says what was not run rather than that it passed", async () => {
    const report = await checkBundle(honest());
    const outcomes = new Map(report.steps.map((step) => [step.name, step.outcome]));
    expect(report.passed).toBe(true);
    for (const name of ["account", "holdings", "owner", "policy", "attestation"])
      expect(outcomes.get(name)).toBe("not run");
  });

  it("accepts an honest bundle, also after a round trip through its file", async () => {
    const bundle = bundleFromJson(bundleToJson(honest()), "ada.json");
    const report = await checkBundle(bundle, { own, policy, attestations: chain() });
    expect(report.steps.filter((step) => step.outcome !== "passed")).toEqual([]);
    expect(report.passed).toBe(true);
  });
});

describe("a bundle's file", () => {
  it("has the same size for all accounts of the same number of blocks", () => {
    const sizes = ["a", "a-much-longer-name-of-a-user", "ünïcödé"].map((userId) =>
      Buffer.byteLength(bundleToJson(honest({ userId, batch: userId.length * 37, epoch: 12_345n }))),
    );
    expect(new Set(sizes).size).toBe(1);
  });

  it.each([
    ["an auxiliary row as a holding", '"row": "0x0000"', '"row": "0x8000"', "holding row"],
    ["a quantity of more than 64 bits", '"quantity": "0x', '"quantity": "0x1', "16 lower-case hex digits"],
    ["a field element that is not canonical", /"owner": "0x[0-9a-f]{2}/, '"owner": "0xff', "canonical"],
    ["an unknown field", '"userId"', '"sneaky": 1, "userId"', "sneaky"],
  ])("names the field of %s", (_, from, to, words) => {
    const text = bundleToJson(honest()).replace(from, to);
    expect(() => bundleFromJson(text, "ada.json")).toThrow(words);
  });
});
