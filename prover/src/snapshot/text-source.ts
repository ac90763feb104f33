import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable, Transform, type TransformCallback } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { SnapshotError, type SnapshotErrorCode } from "./error.ts";

/** Stands for standard input where a file's name is expected. */
export const STANDARD_INPUT = "-";

/** Most characters of a line. */
export const LONGEST_LINE = 1 << 22;

const GZIP = Buffer.from([0x1f, 0x8b]);
const PARQUET = Buffer.from("PAR1");
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/**
 * The UTF-8 bytes of a file or of standard input, unpacked where they are gzipped or under zstd. Whatever is wrong later
 * destroys the stream; `sourceError` puts that into words.
 */
export async function openText(file: string): Promise<Readable> {
  const bytes = file === STANDARD_INPUT ? process.stdin : createReadStream(file);
  const head = file === STANDARD_INPUT ? await firstChunk(bytes) : await headOf(file, ZSTD.length);
  const packed = head?.subarray(0, 2).equals(GZIP)
    ? [createGunzip()]
    : head?.subarray(0, 4).equals(ZSTD)
      ? [createZstdDecompress()]
      : [];
  if (file === STANDARD_INPUT && head?.subarray(0, 4).equals(PARQUET)) {
    const hint = { hint: "give the name of its file: it is read from its end" };
    throw new SnapshotError("unreadable", { file: "standard input" }, "CSV or NDJSON", "Parquet", hint);
  }
  const guard = utf8Guard(file);
  // The guard is destroyed with whatever goes wrong before it, and its reader then throws that.
  pipeline([bytes, ...packed, guard], () => {});
  return guard;
}

/** The first bytes of a file, fewer where it is shorter. Throws a SnapshotError where it can't be read. */
export async function headOf(file: string, length: number): Promise<Buffer> {
  try {
    await using handle = await open(file);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "an error";
    throw new SnapshotError("unreadable", { file }, "a file that can be read", code, { cause });
  }
}

/** What comes first out of a stream, which stays in it; undefined at its end. */
export async function firstChunk(stream: Readable): Promise<Buffer | undefined> {
  const chunk = await new Promise<Buffer | null>((settle, refuse) => {
    const done = (act: () => void) => {
      for (const [event, listener] of listeners) stream.off(event, listener);
      act();
    };
    const look = () => {
      const read: Buffer | null = stream.read();
      if (read !== null || stream.readableEnded) done(() => settle(read));
    };
    const listeners = [
      ["readable", look],
      ["end", () => done(() => settle(null))],
      ["error", (error: Error) => done(() => refuse(error))],
    ] as const;
    for (const [event, listener] of listeners) stream.on(event, listener);
  });
  if (chunk === null) return undefined;
  stream.unshift(chunk);
  return chunk;
}

/** Passes bytes on and refuses what is not UTF-8: replacement characters could make one account id of two. */
function utf8Guard(file: string): Transform {
  let line = 1;
  // Bytes after the last line end, since a character may be cut where a chunk ends, but never where a line does.
  let rest: Buffer = Buffer.alloc(0);
  const check = (lines: Buffer): void => {
    if (isUtf8(lines)) return;
    let start = 0;
    for (
      let end = lines.indexOf(10);
      end >= 0 && isUtf8(lines.subarray(start, end));
      end = lines.indexOf(10, start)
    ) {
      start = end + 1;
      line++;
    }
    const utf16 = line === 1 && (lines[0] === 0xff || lines[0] === 0xfe);
    throw utf16
      ? byteOrderMark(file)
      : new SnapshotError("encoding", { file, line }, "UTF-8", "bytes of another encoding");
  };
  const guarded = (done: TransformCallback, act: () => Buffer | undefined): void => {
    try {
      done(null, act());
    } catch (error) {
      done(error as Error);
    }
  };
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) =>
      guarded(done, () => {
        const end = chunk.lastIndexOf(10) + 1;
        if (end > 0) {
          const lines = Buffer.concat([rest, chunk.subarray(0, end)]);
          check(lines);
          for (let at = lines.indexOf(10); at >= 0; at = lines.indexOf(10, at + 1)) line++;
        }
        rest = end > 0 ? chunk.subarray(end) : Buffer.concat([rest, chunk]);
        return chunk;
      }),
    flush: (done) =>
      guarded(done, () => {
        check(rest);
        return undefined;
      }),
  });
}

export function byteOrderMark(file: string): SnapshotError {
  const hint = "save the file as UTF-8 without BOM";
  return new SnapshotError("bom", { file, line: 1 }, "the first column's name", "a byte-order mark", {
    hint,
  });
}

/** What stopped a text source after `line - 1` whole lines, in words. */
export function sourceError(file: string, line: number, error: Error): SnapshotError {
  if (error instanceof SnapshotError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const found =
    code === undefined ? undefined : (PACKED[code] ?? PACKED[code.slice(0, code.indexOf("_") + 1)]);
  if (found === undefined) {
    const came = code ?? error.message;
    return new SnapshotError("unreadable", { file, line }, "a file that can be read", came, { cause: error });
  }
  const [refusal, expected, came] = found;
  const hint = refusal === "truncated" ? { hint: "copy or download it again" } : {};
  return new SnapshotError(refusal, { file, line }, expected, came, { cause: error, ...hint });
}

/** By zlib's code, or its beginning. */
const PACKED: Partial<Record<string, readonly [SnapshotErrorCode, expected: string, came: string]>> = {
  Z_BUF_ERROR: ["truncated", "a whole gzip or zstd file", "one that ends in the middle"],
  Z_: ["broken-gzip", "a gzip file", "one with broken content"],
  ZSTD_: ["broken-zstd", "a zstd file", "one with broken content"],
};
