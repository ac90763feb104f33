import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { costOf } from "../../../prover/src/epoch-report/tables.ts";
import { readSent, sentLog } from "../../../prover/src/pipeline/sent-transactions.ts";

let folder: string;
const file = () => join(folder, "transactions.json");
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-sent-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const hash = (digit: string) => `0x${digit.repeat(64)}`;
const mined = (digit: string, gasUsed = 100n) => ({
  ...{ hash: hash(digit), gasUsed, blockNumber: 7 },
  fee: gasUsed * 2_000_000_000n,
});

describe("what was sent for an epoch", () => {
  it("counts a transaction once, however often it is told of", () => {
    for (let i = 0; i < 2; i++) {
      const log = sentLog(file());
      log.sent("commit to the list of 3 batches", [hash("a")]);
      log.mined("commit to the list of 3 batches", mined("a"));
      log.mined("commit to the list of 3 batches", mined("a"));
    }
    expect(readSent(file())).toHaveLength(1);
    expect(costOf(readSent(file()))).toEqual({ transactions: 1, gas: 100n, fee: 200_000_000_000n });
  });

  it("counts one of a transaction and those that replaced it for a higher fee", () => {
    const log = sentLog(file());
    log.sent("finalise", [hash("a")]);
    log.sent("finalise", [hash("a"), hash("b")]);
    log.mined("finalise", mined("a", 90n));
    log.sent("prove batches 0 to 63", [hash("c")]);
    log.mined("prove batches 0 to 63", mined("c"));
    expect(readSent(file()).map(({ hashes }) => hashes.length)).toEqual([2, 1]);
    expect(costOf(readSent(file()))).toMatchObject({ transactions: 2, gas: 190n });
  });

  it("remembers what a killed run sent, until somebody finds its receipt", () => {
    sentLog(file()).sent("attest 1 batch at once", [hash("a")]);
    expect(readSent(file())).toMatchObject([{ what: "attest 1 batch at once", mined: null }]);
    expect(costOf(readSent(file())).transactions).toBe(0);
    sentLog(file()).mined("attest 1 batch at once", mined("a"));
    expect(costOf(readSent(file()))).toMatchObject({ transactions: 1, gas: 100n });
  });

  it("is for the operator's eyes, survives a spoilt file, and stops no settlement", async () => {
    await writeFile(file(), "{");
    expect(readSent(file())).toEqual([]);
    sentLog(file()).mined("finalise", mined("a"));
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    await rm(folder, { recursive: true });
    expect(() => sentLog(file()).sent("finalise", [hash("b")])).not.toThrow();
  });
});
