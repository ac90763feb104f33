import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";

const PRIVATE_FILE = 0o600;
const END_BYTES = 8;
const BUFFERED_CHARACTERS = 1 << 18;

/** Where a record file keeps the ends of its records: eight bytes each, little-endian. */
export const indexFile = (file: string): string => `${file}.index`;

/**
 * Texts by number in one file, appended in order: a file for each of a hundred thousand batches takes longer to open than
 * to fill. After a crash the records that were written whole are still there and the rest is cut off.
 */
export class RecordWriter {
  readonly #data: number;
  readonly #index: number;
  #end: number;
  #count: number;
  #texts: string[] = [];
  #ends: number[] = [];
  #buffered = 0;

  private constructor(data: number, index: number) {
    this.#data = data;
    this.#index = index;
    const size = fstatSync(data).size;
    this.#count = Math.floor(fstatSync(index).size / END_BYTES);
    this.#end = endOf(index, this.#count);
    // Power may fail between the two files: an end beyond the data is the end of nothing.
    while (this.#end > size) {
      this.#count -= 1;
      this.#end = endOf(index, this.#count);
    }
    ftruncateSync(index, this.#count * END_BYTES);
    ftruncateSync(data, this.#end);
  }

  /** Opens a file to append to, empty or as an earlier run left it. */
  static open(file: string): RecordWriter {
    return new RecordWriter(openAppending(file), openAppending(indexFile(file)));
  }

  /** Records in the file and on their way to it. */
  get count(): number {
    return this.#count;
  }

  append(text: string): void {
    this.#end += Buffer.byteLength(text);
    this.#count += 1;
    this.#texts.push(text);
    this.#ends.push(this.#end);
    this.#buffered += text.length;
    if (this.#buffered >= BUFFERED_CHARACTERS) this.flush();
  }

  /** Makes all records readable; `sync` puts them on the disk itself. */
  flush(sync = false): void {
    const ends = Buffer.alloc(this.#ends.length * END_BYTES);
    for (const [i, end] of this.#ends.entries()) ends.writeBigUInt64LE(BigInt(end), i * END_BYTES);
    // The data first: the index must never speak of what is not there.
    writeAll(this.#data, Buffer.from(this.#texts.join("")));
    if (sync) fsyncSync(this.#data);
    writeAll(this.#index, ends);
    if (sync) fsyncSync(this.#index);
    this.#texts = [];
    this.#ends = [];
    this.#buffered = 0;
  }

  /** Flushes and closes. */
  close(): void {
    this.flush();
    closeSync(this.#data);
    closeSync(this.#index);
  }
}

/** Records that a file holds, without opening it for good. */
export function countRecords(file: string): number {
  if (!existsSync(indexFile(file))) return 0;
  const index = openSync(indexFile(file), "r");
  try {
    return Math.floor(fstatSync(index).size / END_BYTES);
  } finally {
    closeSync(index);
  }
}

const open = new Map<string, { readonly data: number; readonly index: number }>();

/** One record's text. Files stay open in this thread until `closeRecords`. Throws when there is no such record. */
export function readRecord(file: string, number: number): string {
  const files = open.get(file) ?? { data: openSync(file, "r"), index: openSync(indexFile(file), "r") };
  open.set(file, files);
  const [start, end] = [endOf(files.index, number), endOf(files.index, number + 1)];
  return readAt(files.data, start, end - start, file).toString("utf8");
}

/** Closes what this thread has open of these files. */
export function closeRecords(...files: readonly string[]): void {
  for (const file of files) {
    const found = open.get(file);
    if (found === undefined) continue;
    closeSync(found.data);
    closeSync(found.index);
    open.delete(file);
  }
}

/** Where record `number` starts, which is where the one before ends. */
function endOf(index: number, number: number): number {
  if (number === 0) return 0;
  return Number(readAt(index, (number - 1) * END_BYTES, END_BYTES, "index").readBigUInt64LE());
}

function readAt(file: number, start: number, length: number, name: string): Buffer {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const read = readSync(file, buffer, done, length - done, start + done);
    if (read === 0) throw new RangeError(`${name}: expected ${length} bytes at ${start}, came ${done}`);
    done += read;
  }
  return buffer;
}

function openAppending(file: string): number {
  return openSync(file, "a+", PRIVATE_FILE);
}

function writeAll(file: number, data: Buffer): void {
  for (let done = 0; done < data.length; ) done += writeSync(file, data, done);
}
