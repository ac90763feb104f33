import { appendFile, mkdtemp, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  closeRecords,
  countRecords,
  indexFile,
  RecordWriter,
  readRecord,
} from "../../../prover/src/commit/record-file.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-records-"));
  file = join(folder, "records");
});
afterEach(() => {
  closeRecords(file);
  return rm(folder, { recursive: true, force: true });
});

const TEXTS = ["first\n", "", "zwölf €", "x".repeat(300_000), "last"];

function write(texts: readonly string[]): void {
  const writer = RecordWriter.open(file);
  for (const text of texts) writer.append(text);
  writer.close();
}

const read = (count: number) => Array.from({ length: count }, (_, i) => readRecord(file, i));

describe("a record file", () => {
  it("has no record beyond the last", () => {
    write(TEXTS);
    expect(() => readRecord(file, TEXTS.length)).toThrow(RangeError);
    expect(countRecords(join(folder, "nothing"))).toBe(0);
  });

  it("loses what was half-written when it is opened again, in the data or in the index", async () => {
    write(TEXTS.slice(0, 3));
    await appendFile(file, "half a rec");
    await appendFile(indexFile(file), Uint8Array.of(1, 2, 3));
    const writer = RecordWriter.open(file);
    expect(writer.count).toBe(3);
    for (const text of TEXTS.slice(3)) writer.append(text);
    writer.close();
    expect(read(5)).toEqual(TEXTS);
  });

  it("drops ends of data that never reached the disk", async () => {
    write(TEXTS);
    await truncate(file, (await stat(file)).size - 300_000);
    const writer = RecordWriter.open(file);
    expect(writer.count).toBe(3);
    writer.close();
    expect(read(3)).toEqual(TEXTS.slice(0, 3));
  });

  it("gives back every text by its number, and is for its owner alone", async () => {
    write(TEXTS);
    expect(countRecords(file)).toBe(TEXTS.length);
    expect(read(5)).toEqual(TEXTS);
    for (const name of [file, indexFile(file)]) expect((await stat(name)).mode & 0o777).toBe(0o600);
  });
});
