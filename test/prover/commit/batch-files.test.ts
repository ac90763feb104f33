import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  batchRecords,
  CommitRecordError,
  closeBatchRecords,
  commitToRecord,
  readBatchCommit,
} from "../../../prover/src/commit/batch-files.ts";
import { RecordWriter } from "../../../prover/src/commit/record-file.ts";
import { FIELD } from "../../../verifier/src/constants.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-batches-"));
});
afterEach(() => {
  closeBatchRecords(folder);
  return rm(folder, { recursive: true, force: true });
});

const COMMIT = {
  root: FIELD - 1n,
  transcript: 0n,
  accounts: [[3, 1n, 2n] as const, [0, FIELD - 2n, 4n] as const],
};

function write(...records: readonly string[]): void {
  const writer = RecordWriter.open(batchRecords(folder).commits);
  for (const record of records) writer.append(record);
  writer.close();
}

describe("the commit record of a batch", () => {
  const good = commitToRecord(COMMIT);
  it.each([
    ["cut off", good.slice(0, -9)],
    ["no object", "null"],
    ["no accounts", good.replace(/"accounts":.*\]\]/, '"accounts":{}')],
    ["an element that is not canonical", good.replace((FIELD - 1n).toString(16), FIELD.toString(16))],
    ["an element with a digit less", good.replace('"0x0', '"0x')],
    ["a number for an element", good.replace(/"0x0+1"/, "1")],
    ["an account without its leaf", good.replace(/,"0x0+2"/, "")],
    ["a line below 0", good.replace("[3,", "[-3,")],
  ])("is refused when it has %s", (_, record) => {
    expect(record).not.toBe(good);
    write(good, record);
    expect(() => readBatchCommit(folder, 1)).toThrow(CommitRecordError);
    expect(readBatchCommit(folder, 0)).toEqual(COMMIT);
  });

  it("comes back as it was written", () => {
    write(good);
    expect(readBatchCommit(folder, 0)).toEqual(COMMIT);
  });
});
