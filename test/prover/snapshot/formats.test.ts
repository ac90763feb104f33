import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { openTable } from "../../../prover/src/snapshot/open-table.ts";
import { collect, readAll, refusal, snapshotFolder } from "./folder.ts";

const folder = snapshotFolder();

const CSV = "account,asset,quantity\nann,btc,1.25\nann,usdt,12\nbob,usdt,0.5\n";
const NDJSON = `{"account":"ann","asset":"btc","quantity":1.25}
{"quantity":"12","asset":"usdt","account":"ann"}
{"account":"bob","asset":"usdt","quantity":0.5}
`;
const ROWS = ["ann", "ann", "bob"];
const ASSETS = ["btc", "usdt", "usdt"];

/** Parquet with amounts in hundredths, as a decimal column holds them. */
function parquet(amounts: bigint[] = [125n, 1200n, 50n], codec?: "GZIP" | "ZSTD", scale = 2): Uint8Array {
  const compressors = {
    GZIP: (bytes: Uint8Array) => gzipSync(bytes),
    ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes),
  };
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "account", data: ROWS },
        { name: "asset", data: ASSETS },
        { name: "quantity", data: amounts },
      ],
      schema: [
        { name: "root", num_children: 3 },
        { name: "account", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
        { name: "asset", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
        {
          ...{ name: "quantity", type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, repetition_type: "REQUIRED" },
          ...{ converted_type: "DECIMAL", precision: 38, scale },
        },
      ],
      rowGroupSize: 2,
      statistics: false,
      ...(codec === undefined ? {} : { codec, compressors }),
    }),
  );
}

const read = async (name: string, content: string | Uint8Array) =>
  await readAll({ balances: [folder.file(name, content)] });
const refused = async (name: string, content: string | Uint8Array) =>
  await refusal({ balances: [folder.file(name, content)] });

describe("a snapshot in another format", () => {
  it.each<[string, string | Uint8Array]>([
    ["NDJSON", NDJSON],
    ["NDJSON with other line ends, the last left out", NDJSON.trimEnd().replaceAll("\n", "\r\n")],
    ["NDJSON, gzipped", gzipSync(NDJSON)],
    ["CSV under zstd", zstdCompressSync(CSV)],
    ["NDJSON under zstd", zstdCompressSync(NDJSON)],
    ["Parquet", parquet()],
    ["Parquet with gzipped pages", parquet(undefined, "GZIP")],
    ["Parquet with pages under zstd", parquet(undefined, "ZSTD")],
  ])("has the same accounts: %s", async (name, content) => {
    expect(await read(`${name.replaceAll(/\W/g, "-")}.dat`, content)).toEqual(await read("plain.csv", CSV));
  });

  it("keeps every digit of an amount, where floating point would lose some", async () => {
    const digits = "1234567890123.4567891";
    const line = `{"account":"ann","asset":"usdt","quantity":${digits}}\n`;
    const { rows } = await openTable(folder.file("digits.ndjson", line));
    expect((await collect(rows)).flat()[0]?.cells[2]).toBe(digits);
    const large = 123456789012345678901234567890n;
    const columns = await openTable(folder.file("digits.parquet", parquet([large, -large, 5n])));
    const cells = (await collect(columns.rows)).flat().map((row) => row.cells[2]);
    expect(cells).toEqual(["1234567890123456789012345678.90", "-1234567890123456789012345678.90", "0.05"]);
  });

  it("reads an exponent exactly", async () => {
    const line = (number: string) => `{"account":"ann","asset":"btc","quantity":${number}}\n`;
    const text = `{"account":"a:\\":\\\\","asset":"btc","quantity" : 1}\n`;
    expect((await collect((await openTable(folder.file("colons.ndjson", text))).rows)).flat()).toHaveLength(
      1,
    );
    expect(await read("exponent.ndjson", line("125e-2"))).toEqual(await read("plain.ndjson", line("1.25")));
  });

  it("says the line of what is wrong in it", async () => {
    const broken = `${NDJSON}{"account":"cid","asset":"xbt","quantity":"1"}\n`;
    expect(await refused("asset.ndjson", broken)).toMatchObject({
      code: "unknown-asset",
      line: 4,
      field: "asset",
    });
    expect(await refused("negative.parquet", parquet([125n, -1n, 5n]))).toMatchObject({
      ...{ code: "negative", line: 2, field: "quantity" },
    });
  });

  it.each<[string, string | Uint8Array, object]>([
    ["a line that is no JSON", `${NDJSON}{"account":`, { code: "broken-row", line: 4 }],
    ["a line that is an array", `${NDJSON}["cid"]\n`, { code: "broken-row", line: 4 }],
    ["an empty line within", `${NDJSON}\n${NDJSON}`, { code: "broken-row", line: 4 }],
    [
      "a name that others lack",
      `${NDJSON}{"account":"cid","asset":"btc","quantity":1,"debt":1}\n`,
      { line: 4 },
    ],
    ["a missing name", `${NDJSON}{"account":"cid","asset":"btc"}\n`, { code: "broken-row", line: 4 }],
    [
      "a name twice in an object, of which the first would be lost",
      `${NDJSON}{"account":"cid","asset":"btc","quantity":9,"quan\\u0074ity" :1}\n`,
      { code: "broken-row", line: 4 },
    ],
    [
      "a name twice in the first object",
      `{"account":"a","asset":"btc","asset":"usdt","quantity":1}\n`,
      { line: 1 },
    ],
    ["Parquet with a negative scale", parquet(undefined, undefined, -2), { code: "unexpected-column" }],
    [
      "Parquet with a scale that fills the memory",
      parquet(undefined, undefined, 1 << 30),
      { field: "quantity" },
    ],
    ["Parquet with a page that unpacks to more than it says", bomb(), { code: "broken-parquet" }],
    [
      "Parquet with a page under snappy that says it has a gigabyte",
      claiming(1 << 30),
      { code: "broken-parquet", cause: { message: "a page of 1073741824 bytes" } },
    ],
    [
      "half a sign in an account id, of which any other half would make the same id",
      `{"account":"a\\ud800","asset":"btc","quantity":1}\n`,
      { code: "broken-row", field: "account" },
    ],
    ["an amount that is an object", `{"account":"a","asset":"btc","quantity":{}}\n`, { field: "quantity" }],
    ["zstd cut short", zstdCompressSync(NDJSON.repeat(99)).subarray(0, -9), { code: "truncated" }],
    ["Parquet cut short", parquet().subarray(0, -9), { code: "broken-parquet" }],
    ["Parquet with a broken page", parquet().map((byte, i) => (i === 40 ? byte ^ 0xff : byte)), {}],
    ["Parquet without rows", empty(), { code: "empty-file" }],
    ["Parquet with floating-point amounts", floating(), { code: "unexpected-column", field: "quantity" }],
    ["Parquet with account ids in another encoding", latin1(), { code: "broken-parquet" }],
  ])("is refused: %s", async (name, content, expected) => {
    expect(await refused(`${name.replaceAll(/\W/g, "-")}.dat`, content)).toMatchObject(expected);
  });

  it("is read from standard input, but for Parquet", () => {
    const script = join(folder.path, "script.ts");
    const at = (file: string) =>
      fileURLToPath(new URL(`../../../prover/src/snapshot/${file}`, import.meta.url));
    writeFileSync(
      script,
      `import { openTable } from ${JSON.stringify(at("open-table.ts"))};
      try {
        const table = await openTable("-");
        const cells = [];
        for await (const rows of table.rows) for (const row of rows) cells.push(row.cells);
        console.log(JSON.stringify([table.file, table.header, cells]));
      } catch (error) { console.log(error.message); }`,
    );
    const run = (input: string | Uint8Array) =>
      spawnSync(process.execPath, [script], { input, encoding: "utf8" }).stdout.trim();
    const cells = ["ann,btc,1.25", "ann,usdt,12", "bob,usdt,0.5"].map((row) => row.split(","));
    const expected = JSON.stringify(["standard input", ["account", "asset", "quantity"], cells]);
    expect(run(CSV)).toBe(expected);
    expect(run(gzipSync(NDJSON))).toBe(expected);
    expect(run("")).toMatch(/standard input: expected a header and rows, came an empty file/);
    expect(run(parquet())).toMatch(/standard input.*Parquet/);
  });
});

function empty(): Uint8Array {
  const columnData = ["account", "asset", "quantity"].map((name) => ({
    name,
    data: [],
    type: "STRING" as const,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

/** A packed page with a megabyte behind what its header says. */
function bomb(): Uint8Array {
  const compressors = {
    GZIP: (bytes: Uint8Array) => gzipSync(Buffer.concat([bytes, Buffer.alloc(1 << 20)])),
  };
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "account", data: ROWS, type: "STRING" },
        { name: "asset", data: ASSETS, type: "STRING" },
        { name: "quantity", data: ["1", "2", "3"], type: "STRING" },
      ],
      ...{ codec: "GZIP", compressors, statistics: false },
    }),
  );
}

/** A file whose first page says in its header that it unpacks to so many bytes. */
function claiming(bytes: number): Uint8Array {
  const plain = parquet();
  // After the magic number in thrift's compact protocol: the page's type, then its unpacked size as a zigzag varint.
  expect([...plain.subarray(4, 7)]).toEqual([0x15, 4, 0x15]);
  const varint: number[] = [];
  for (let rest = 2 * bytes; rest > 0; rest = Math.floor(rest / 128)) {
    varint.push((rest % 128) + (rest >= 128 ? 128 : 0));
  }
  return Uint8Array.from([...plain.subarray(0, 7), ...varint, ...plain.subarray(8)]);
}

function floating(): Uint8Array {
  const quantity = { name: "quantity", data: [1.25, 12, 0.5], type: "DOUBLE" as const };
  const texts = [
    { name: "account", data: ROWS },
    { name: "asset", data: ASSETS },
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData: [...texts, quantity] }));
}

/** Two ids that replacement characters would make one. */
function latin1(): Uint8Array {
  const ids = [0xe4, 0xe5, 0xe6].map((byte) => Uint8Array.of(byte));
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "account", data: ids },
        { name: "asset", data: ASSETS },
        { name: "quantity", data: ["1", "2", "3"] },
      ],
      schema: [
        { name: "root", num_children: 3 },
        ...["account", "asset", "quantity"].map((name) => ({
          ...{ name, type: "BYTE_ARRAY" as const, converted_type: "UTF8" as const },
          repetition_type: "REQUIRED" as const,
        })),
      ],
      statistics: false,
    }),
  );
}
