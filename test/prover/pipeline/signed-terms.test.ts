import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { epochFolder } from "../../../prover/src/pipeline/epoch-folder.ts";
import type { EpochChain } from "../../../prover/src/pipeline/ports.ts";
import { hashPublicPart, readRecord } from "../../../prover/src/pipeline/public-part.ts";
import { runEpoch } from "../../../prover/src/pipeline/run-epoch.ts";
import { toJson } from "../../../verifier/src/formats/codecs.ts";
import { EPOCH_FILES, epochRecord } from "../../../verifier/src/formats/epoch.ts";
import { publicPaths } from "../../../verifier/src/formats/public-hash.ts";
import { ConstraintProver } from "../../support/constraint-prover.ts";
import { account, tinyConfig } from "../../support/exchange.ts";

const prover = new ConstraintProver({ randomised: true });
const accounts = [account("alice", { usdt: 5_000_000n }), account("bob", { btc: 7n })];
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "plimsoll-terms-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Runs against a chain that keeps what it is sent, and dies after it when it is told so. */
async function run({ dies = false } = {}) {
  let publicHash: bigint | undefined;
  const config = tinyConfig(root, accounts);
  const chain: EpochChain = {
    openedAt: async () => config.snapshotTime,
    attestedRoot: async () => undefined,
    attest: async (_, sent) => {
      publicHash = sent;
      if (dies) throw new Error("killed");
      return { transaction: "0x", blockNumber: 0, gasUsed: 0n };
    },
  };
  const result = await runEpoch(config, { prover, chain }).catch((error: Error) => error);
  if (dies) expect(result).toMatchObject({ message: "killed" });
  else if (result instanceof Error) throw result;
  return { publicHash: publicHash!, isAsSigned: result instanceof Error ? undefined : result.isAsSigned };
}

const folder = () => epochFolder(root);
async function loseProofs(): Promise<void> {
  const names = await readdir(folder().private, { recursive: true });
  for (const name of names.filter((file) => /proof\.json$/.test(file)))
    await rm(join(folder().private, name));
}

describe("terms that were signed", () => {
  it.each([
    ["stay as they are when every proof has to be made again", false],
    ["and when the public part is lost as well", true],
  ])("%s", async (_, alsoPublic) => {
    const first = await run({ dies: true });
    const before = await readRecord(folder());
    await loseProofs();
    if (alsoPublic) await rm(join(root, "public"), { recursive: true });
    const made = prover.proved.length;
    const second = await run();
    expect(prover.proved.length).toBeGreaterThan(made);
    expect(second).toEqual({ publicHash: first.publicHash, isAsSigned: true });
    const after = await readRecord(folder());
    expect(after.epochProof).not.toEqual(before.epochProof);
    expect(await hashPublicPart(folder(), after)).toBe(first.publicHash);
  });

  it("follow from a backup that is older than they are", async () => {
    const first = await run({ dies: true });
    await loseProofs();
    await rm(folder().terms);
    await rm(join(root, "public"), { recursive: true });
    expect(await run()).toEqual({ publicHash: first.publicHash, isAsSigned: true });
  });

  it("don't bring back a proof that was spoilt in the public part", async () => {
    await run({ dies: true });
    const record = await readRecord(folder());
    const spoilt = { ...record, epochProof: record.epochProof.map((word) => word + 1n) };
    await writeFile(folder().record, toJson(epochRecord, spoilt));
    await run();
    expect(await readRecord(folder())).toEqual(record);
  });

  it("are refused in a folder with another epoch's", async () => {
    await run({ dies: true });
    const terms = JSON.parse(await readFile(folder().terms, "utf8"));
    await writeFile(folder().terms, JSON.stringify({ ...terms, batchCount: terms.batchCount + 1 }));
    await expect(run()).rejects.toMatchObject({ code: "INPUT_CHANGED", changed: ["batchCount"] });
  });
});

describe("the hash of the public part", () => {
  it("counts the files of one list, and no stray one; of the record everything but proofs", async () => {
    await runEpoch(tinyConfig(root, accounts), { prover });
    const record = await readRecord(folder());
    const hash = await hashPublicPart(folder(), record);
    const names = await readdir(join(root, "public"), { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile()).length;
    expect(publicPaths(record)).toHaveLength(files);

    await writeFile(join(root, "public/.DS_Store"), "stray");
    await writeFile(join(root, "public/keys/other.vkey.json"), "{}");
    expect(await hashPublicPart(folder(), record)).toBe(hash);
    for (const path of publicPaths(record)) {
      if (path === EPOCH_FILES.record) continue;
      const whole = await readFile(join(root, path), "utf8");
      await writeFile(join(root, path), `${whole} `);
      expect(await hashPublicPart(folder(), record), path).not.toBe(hash);
      await writeFile(join(root, path), whole);
    }
    const other = { ...record, exchangeId: `${record.exchangeId} ` };
    await writeFile(folder().record, toJson(epochRecord, other));
    expect(await hashPublicPart(folder(), record)).not.toBe(hash);
    await rm(join(root, "public/policy/marks.json"));
    await expect(hashPublicPart(folder(), record)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
