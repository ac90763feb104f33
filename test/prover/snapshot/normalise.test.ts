import { statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAccounts, writeAccounts } from "../../../prover/src/snapshot/accounts-file.ts";
import { normalise } from "../../../prover/src/snapshot/normalise.ts";
import { SeenAccounts } from "../../../prover/src/snapshot/seen.ts";
import { formatQuantity } from "../../../verifier/src/encodings/quantity.ts";
import { collect, readAll, snapshotFolder } from "./folder.ts";
import { ROWS } from "./policy-rows.ts";

const folder = snapshotFolder();
const MAX = 2n ** 64n - 1n;

describe("long balances", () => {
  it("become entries by ascending row without zeros, whatever the order of lines and columns", async () => {
    const file = folder.file(
      "a.csv",
      "asset,quantity,account\nusdt,2,ann\nbtc,1.76e-06,ann\neth,0.0,ann\nbtc,-0.0,bob\n",
    );
    expect(await readAll({ balances: [file] })).toEqual([
      {
        userId: "ann",
        owner: 0n,
        holdings: [
          { row: 0, quantity: 176n },
          { row: 4, quantity: 2_000_000n },
        ],
      },
      { userId: "bob", owner: 0n, holdings: [] },
    ]);
  });

  it("keep equity and debt of one asset, from a debt column or a signed one", async () => {
    const both = folder.file("b.csv", "account,asset,quantity,debt\nann,btc,3,2\n");
    const signed = folder.file("c.csv", "account,asset,signed_quantity\nbob,btc,-2\n");
    const accounts = await readAll({ balances: [both, signed] });
    expect(accounts.map(({ holdings }) => holdings)).toEqual([
      [
        { row: 0, quantity: 300_000_000n },
        { row: 1, quantity: 200_000_000n },
      ],
      [{ row: 1, quantity: 200_000_000n }],
    ]);
  });

  it("repeat a row that exceeds 2^64 - 1, and only then", async () => {
    const texts = [MAX, MAX + 1n, 3n * MAX].map((units) => formatQuantity(units, 8));
    const file = folder.file(
      "d.csv",
      `account,asset,quantity\n${texts.map((text, i) => `u${i},btc,${text}\n`).join("")}`,
    );
    const quantities = (await readAll({ balances: [file] })).map(({ holdings }) =>
      holdings.map((h) => h.quantity),
    );
    expect(quantities).toEqual([[MAX], [MAX, 1n], [MAX, MAX, MAX]]);
  });

  it("read the same from Windows lines, quotes, gzip, many gzip members and without a last line end", async () => {
    const plain = "account,asset,quantity\nann,btc,1\nbob,eth,2\n";
    const cut = plain.indexOf("bob");
    const variants = [
      plain,
      plain.replaceAll("\n", "\r\n"),
      plain.replaceAll("ann", '"ann"'),
      plain.slice(0, -1),
      gzipSync(plain),
      Buffer.concat([gzipSync(plain.slice(0, cut)), gzipSync(plain.slice(cut))]),
    ];
    const read = [];
    for (const [i, text] of variants.entries())
      read.push(await readAll({ balances: [folder.file(`e${i}`, text)] }));
    for (const accounts of read) expect(accounts).toEqual(read[0]);
    expect(read[0]).toHaveLength(2);
  });

  it("round dust in the user's favour only when told to, counted and valued", async () => {
    const file = folder.file(
      "f.csv",
      "account,asset,quantity,debt\nann,usdt,1.0000001,2.0000009\nbob,eth,1.0000000001,0\n",
    );
    const snapshot = normalise({ balances: [file] }, ROWS, { quote: "usdt", dust: "credit" });
    const accounts = await collect(snapshot.accounts);
    expect(accounts.map(({ holdings }) => holdings)).toEqual([
      [
        { row: 4, quantity: 1_000_001n },
        { row: 5, quantity: 2_000_000n },
      ],
      [{ row: 2, quantity: 100_000_001n }],
    ]);
    expect(snapshot.report()).toEqual({ accounts: 2, dust: { fields: 3, value: 2_000_000n, unvalued: 1 } });
  });
});

describe("wide balances", () => {
  it("take equity and debt of each asset; an asset that nobody holds may be unknown", async () => {
    const header =
      "rn,id,e_btc,d_btc,btc,e_doge,d_doge,doge,btc_udst_price,doge_udst_price,total_net_balance_usdt";
    const file = folder.file(
      "w.csv",
      `${header}\n1,ab,3.5,1.25,2.25,0.0,0.0,0.0,9,9,0\n2,cd,0.0,0.0,0.0,0.0,0.0,0.0,9,9,0\n`,
    );
    expect(await readAll({ balances: [file] })).toEqual([
      {
        userId: "ab",
        owner: 0n,
        holdings: [
          { row: 0, quantity: 350_000_000n },
          { row: 1, quantity: 125_000_000n },
        ],
      },
      { userId: "cd", owner: 0n, holdings: [] },
    ]);
  });
});

describe("positions and owners", () => {
  const balances = [folder.file("bal.csv", "account,asset,quantity\nann,usdt,5\nbob,usdt,5\ncid,usdt,5\n")];

  it("join balances in their order; shorts take the short row, profit is owned and loss is owed in quote", async () => {
    const text =
      "account,instrument,quantity,unrealised\nann,BTC-PERP,1.5,2.5\nann,ETH-PERP,-1,-0.5\ncid,ETH-PERP,1,0.5\nzoe,BTC-PERP,-1.5,-2.5\n";
    const owners = folder.file("own.csv", "account,owner\nbob,0x10\nzoe,7\n");
    const accounts = await readAll({ balances, positions: [folder.file("pos.csv", text)], owners });
    expect(accounts).toEqual([
      {
        userId: "ann",
        owner: 0n,
        holdings: [
          { row: 4, quantity: 7_000_000n },
          { row: 6, quantity: 15_000n },
          { row: 9, quantity: 1_000n },
        ],
      },
      { userId: "bob", owner: 16n, holdings: [{ row: 4, quantity: 5_000_000n }] },
      {
        userId: "cid",
        owner: 0n,
        holdings: [
          { row: 4, quantity: 5_500_000n },
          { row: 8, quantity: 1_000n },
        ],
      },
      {
        userId: "zoe",
        owner: 7n,
        holdings: [
          { row: 5, quantity: 2_500_000n },
          { row: 7, quantity: 15_000n },
        ],
      },
    ]);
  });

  it("sum profits exactly before they are rounded for one account", async () => {
    const text =
      "account,instrument,quantity,unrealised\nann,BTC-PERP,1,0.00000001\nbob,BTC-PERP,-1,-0.00000001\ncid,BTC-PERP,0,0\n";
    const files = { balances, positions: [folder.file("pos.csv", text)] };
    const [ann, bob] = await readAll(files, { dust: "credit" });
    expect(ann!.holdings[0]).toEqual({ row: 4, quantity: 5_000_001n });
    expect(bob!.holdings).toEqual([
      { row: 4, quantity: 5_000_000n },
      { row: 7, quantity: 10_000n },
    ]);
  });
});

describe("an accounts file", () => {
  it("gives back what was written, readable by its owner only", async () => {
    const entry = fc.record({ row: fc.nat(32767), quantity: fc.bigInt(1n, MAX) });
    const account = fc.record({
      userId: fc.string({ unit: "binary" }),
      owner: fc.bigInt(0n, 2n ** 253n),
      holdings: fc.array(entry),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(account), async (accounts) => {
        const path = join(folder.path, "accounts.ndjson");
        const plain = accounts.map((a) => ({ ...a, holdings: a.holdings.map((h) => ({ ...h })) }));
        expect(await writeAccounts(streamOf(plain), path)).toBe(plain.length);
        expect(await collect(readAccounts(path))).toEqual(plain);
        expect(statSync(path).mode & 0o777).toBe(0o600);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the set of seen accounts", () => {
  it("tells new ids from old ones through many growths", () => {
    const seen = new SeenAccounts();
    for (let i = 0; i < 5000; i++) expect(seen.add(`user ${i}`)).toBe(true);
    for (let i = 0; i < 5000; i++) expect(seen.add(`user ${i}`)).toBe(false);
    expect(seen.has("user 5000")).toBe(false);
    expect(seen.size).toBe(5000);
  });
});

async function* streamOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
