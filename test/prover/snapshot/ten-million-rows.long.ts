import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { describe, expect, it } from "vitest";
import { normalise } from "../../../prover/src/snapshot/normalise.ts";
import { snapshotFolder } from "./folder.ts";
import { ROWS } from "./policy-rows.ts";

const folder = snapshotFolder();
const ACCOUNTS = 5_000_000;
const CEILING = 400 * 2 ** 20;

describe("ten million rows", () => {
  it("are read within 400 MiB, the set of seen accounts included, and a duplicate in the last line is found", async () => {
    const file = join(folder.path, "large.csv.gz");
    await pipeline(Readable.from(lines()), createGzip({ level: 1 }), createWriteStream(file));
    let accounts = 0;
    let units = 0n;
    let peak = 0;
    const read = async () => {
      for await (const { holdings } of normalise({ balances: [file] }, ROWS, { quote: "usdt" }).accounts) {
        for (const { quantity } of holdings) units += quantity;
        if (++accounts % 100_000 === 0) {
          const { heapUsed, arrayBuffers } = process.memoryUsage();
          peak = Math.max(peak, heapUsed + arrayBuffers);
        }
      }
    };
    await expect(read()).rejects.toMatchObject({ code: "duplicate-account", line: 2 * ACCOUNTS + 2 });
    expect(accounts).toBe(ACCOUNTS);
    expect(units).toBe(BigInt(ACCOUNTS) * (150_000_000n + 1_000_001n));
    expect(peak).toBeLessThan(CEILING);
  });
});

function* lines(): Generator<string> {
  yield "account,asset,quantity\n";
  for (let start = 0; start < ACCOUNTS; start += 1000) {
    let text = "";
    for (let i = start; i < start + 1000; i++) text += `user-${i},btc,1.5\nuser-${i},usdt,1.000001\n`;
    yield text;
  }
  yield "user-0,btc,1\n";
}
