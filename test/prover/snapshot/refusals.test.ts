import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { writeAccounts } from "../../../prover/src/snapshot/accounts-file.ts";
import { normalise, type SnapshotFiles } from "../../../prover/src/snapshot/normalise.ts";
import { refusal, snapshotFolder } from "./folder.ts";
import { ROWS } from "./policy-rows.ts";

const folder = snapshotFolder();
const HEADER = "account,asset,quantity\n";
/** How far reading had come when the decompressor noticed. */
const SOMEWHERE: unknown = expect.any(Number);
const GOOD = `${HEADER}ann,btc,1\nbob,usdt,2\n`;
const OUT_OF_RANGE = (64n * (2n ** 64n - 1n) + 1n).toString();

const long = (content: string | Uint8Array): SnapshotFiles => ({
  balances: [folder.file("long.csv", content)],
});
const wide = (content: string): SnapshotFiles => ({ balances: [folder.file("wide.csv", content)] });
const withPositions = (content: string): SnapshotFiles => ({
  balances: [folder.file("long.csv", GOOD)],
  positions: [folder.file("positions.csv", content)],
});
const POSITIONS = "account,instrument,quantity,unrealised\n";
const WIDE =
  "rn,id,e_btc,d_btc,btc,e_doge,d_doge,doge,btc_udst_price,doge_udst_price,total_net_balance_usdt\n";

type Case = [
  what: string,
  files: () => SnapshotFiles,
  code: string,
  line: unknown,
  field: string | undefined,
];
const CASES: Case[] = [
  ["an account that comes back later", () => long(`${GOOD}ann,usdt,1\n`), "duplicate-account", 4, "account"],
  ["an asset twice in an account", () => long(`${GOOD}bob,usdt,1\n`), "duplicate-row", 4, "asset"],
  ["an asset that the policy lacks", () => long(`${GOOD}cid,xbt,1\n`), "unknown-asset", 4, "asset"],
  ["a negative balance", () => long(`${GOOD}cid,btc,-0.5\n`), "negative", 4, "quantity"],
  ["a negative debt", () => long("account,asset,quantity,debt\nann,btc,0,-1\n"), "negative", 2, "debt"],
  [
    "a debt of an asset that is not lent (attack row 36)",
    () => long("account,asset,quantity,debt\nann,btc,0,1\nann,bnb,5,1\n"),
    "not-borrowable",
    3,
    "debt",
  ],
  [
    "such a debt as a negative number (attack row 36)",
    () => long("account,asset,signed_quantity\nann,btc,-1\nann,bnb,-1\n"),
    "not-borrowable",
    3,
    "signed_quantity",
  ],
  [
    "more decimals than the row has",
    () => long(`${GOOD}cid,btc,0.123456789\n`),
    "excess-digits",
    4,
    "quantity",
  ],
  ["NaN", () => long(`${GOOD}cid,btc,NaN\n`), "not-a-number", 4, "quantity"],
  ["infinity", () => long(`${GOOD}cid,btc,inf\n`), "not-a-number", 4, "quantity"],
  ["an empty quantity", () => long(`${GOOD}cid,btc,\n`), "not-a-number", 4, "quantity"],
  ["blanks around a number", () => long(`${GOOD}cid,btc, 1\n`), "not-a-number", 4, "quantity"],
  ["a hexadecimal number", () => long(`${GOOD}cid,btc,0x10\n`), "not-a-number", 4, "quantity"],
  ["a decimal comma in quotes", () => long(`${GOOD}cid,btc,"1,5"\n`), "not-a-number", 4, "quantity"],
  ["a number beyond its row", () => long(`${GOOD}cid,btc,${OUT_OF_RANGE}e-8\n`), "overflow", 4, "quantity"],
  ["an exponent beyond reason", () => long(`${GOOD}cid,btc,1e999\n`), "overflow", 4, "quantity"],
  ["a row too short", () => long(`${GOOD}cid,btc\n`), "broken-row", 4, undefined],
  ["a row too long", () => long(`${GOOD}cid,btc,1,1\n`), "broken-row", 4, undefined],
  ["an empty line", () => long(`${GOOD}\ncid,btc,1\n`), "broken-row", 4, undefined],
  ["an empty account id", () => long(`${GOOD},btc,1\n`), "broken-row", 4, "account"],
  [
    "an account id for which a bundle has no room",
    () => long(`${GOOD}${"c".repeat(129)},btc,1\n`),
    "broken-row",
    4,
    "account",
  ],
  ["blanks around an account id", () => long(`${GOOD} ann,btc,1\n`), "broken-row", 4, "account"],
  ["a quote that never closes", () => long(`${GOOD}cid,"btc,1\n`), "broken-row", 4, undefined],
  ["a quote inside a field", () => long(`${GOOD}cid,b"tc,1\n`), "broken-row", 4, undefined],
  ["a line break in a field", () => long(`${GOOD}"ci\nd",btc,1\n`), "broken-row", 4, undefined],
  ["semicolons", () => long(GOOD.replaceAll(",", ";")), "delimiter", 1, undefined],
  ["tabs", () => long(GOOD.replaceAll(",", "\t")), "delimiter", 1, undefined],
  ["a byte-order mark", () => long(`\uFEFF${GOOD}`), "bom", 1, undefined],
  ["UTF-16", () => long(Buffer.from(`\uFEFF${GOOD}`, "utf16le")), "bom", 1, undefined],
  ["Latin-1", () => long(Buffer.from(`${GOOD}jos\u00e9,btc,1\n`, "latin1")), "encoding", 4, undefined],
  [
    "a character cut off at the end",
    () => long(Buffer.from(`${GOOD}\u00e9`).subarray(0, -1)),
    "encoding",
    4,
    undefined,
  ],
  ["an empty file", () => long(""), "empty-file", undefined, undefined],
  ["an empty header", () => long("\n"), "empty-file", 1, undefined],
  ["a header without accounts", () => long(HEADER), "empty-file", 2, undefined],
  ["a missing column", () => long("account,asset\nann,btc\n"), "missing-column", 1, "quantity"],
  [
    "a column it does not know",
    () => long("account,asset,quantity,note\nann,btc,1,x\n"),
    "unexpected-column",
    1,
    undefined,
  ],
  [
    "a column twice",
    () => long("account,asset,quantity,quantity\nann,btc,1,1\n"),
    "unexpected-column",
    1,
    undefined,
  ],
  ["a gzip cut short", () => long(gzipSync(GOOD).subarray(0, -9)), "truncated", SOMEWHERE, undefined],
  [
    "a gzip with a broken check sum",
    () => long(Buffer.concat([gzipSync(GOOD).subarray(0, -8), Buffer.alloc(8)])),
    "broken-gzip",
    SOMEWHERE,
    undefined,
  ],
  [
    "a file that is not there",
    () => ({ balances: [join(folder.path, "none.csv")] }),
    "unreadable",
    undefined,
    undefined,
  ],

  [
    "wide: an account twice",
    () => wide(`${WIDE}1,a,0,0,0,0,0,0,1,1,0\n2,a,0,0,0,0,0,0,1,1,0\n`),
    "duplicate-account",
    3,
    "account",
  ],
  ["wide: an unknown asset held", () => wide(`${WIDE}1,a,0,0,0,1,0,1,1,1,0\n`), "unknown-asset", 2, "e_doge"],
  [
    "wide: a debt of an asset that is not lent (attack row 36)",
    () => wide(`${WIDE.replaceAll("doge", "bnb")}1,a,0,0,0,2,1,1,1,1,0\n`),
    "not-borrowable",
    2,
    "d_bnb",
  ],
  ["wide: a negative debt", () => wide(`${WIDE}1,a,0,-1,1,0,0,0,1,1,0\n`), "negative", 2, "d_btc"],
  [
    "wide: net that is not equity less debt",
    () => wide(`${WIDE}1,a,3,1,1,0,0,0,1,1,0\n`),
    "net-differs",
    2,
    "btc",
  ],
  ["wide: no debt column", () => wide(WIDE.replace("d_doge,", "")), "missing-column", 1, "d_doge"],
  ["wide: a debt column alone", () => wide(WIDE.replace("e_doge,", "")), "unexpected-column", 1, undefined],
  ["wide: no accounts", () => wide(WIDE), "empty-file", 2, undefined],

  [
    "an unknown instrument",
    () => withPositions(`${POSITIONS}ann,XRP-PERP,1,0\n`),
    "unknown-instrument",
    2,
    "instrument",
  ],
  [
    "an instrument twice in an account",
    () => withPositions(`${POSITIONS}ann,BTC-PERP,1,0\nann,BTC-PERP,-1,0\n`),
    "duplicate-row",
    3,
    "instrument",
  ],
  [
    "positions finer than a contract's unit",
    () => withPositions(`${POSITIONS}ann,BTC-PERP,0.00001,0\n`),
    "excess-digits",
    2,
    "quantity",
  ],
  [
    "positions in another order than balances",
    () => withPositions(`${POSITIONS}bob,BTC-PERP,1,0\nann,BTC-PERP,-1,0\n`),
    "order",
    3,
    "account",
  ],
  [
    "a long without a short",
    () => withPositions(`${POSITIONS}ann,BTC-PERP,1,0\n`),
    "unmatched-instrument",
    undefined,
    "quantity of BTC-PERP",
  ],
  [
    "profits without losses",
    () => withPositions(`${POSITIONS}ann,BTC-PERP,1,2\nbob,BTC-PERP,-1,-1\n`),
    "unrealised-sum",
    undefined,
    "unrealised of BTC-PERP",
  ],
  [
    "profits finer than the quote asset",
    () => withPositions(`${POSITIONS}ann,BTC-PERP,1,0.1234567\n`),
    "excess-digits",
    2,
    "unrealised",
  ],

  [
    "an owner of no account",
    () => ({ ...long(GOOD), owners: folder.file("o.csv", "account,owner\nzoe,1\n") }),
    "unknown-account",
    2,
    "account",
  ],
  [
    "owners in another order",
    () => ({ ...long(GOOD), owners: folder.file("o.csv", "account,owner\nbob,1\nann,2\n") }),
    "order",
    3,
    "account",
  ],
  [
    "an owner beyond the field",
    () => ({ ...long(GOOD), owners: folder.file("o.csv", `account,owner\nann,0x${"f".repeat(64)}\n`) }),
    "broken-row",
    2,
    "owner",
  ],
];

describe("a snapshot", () => {
  it.each(CASES)("is refused for %s, with file, line and field", async (_what, files, code, line, field) => {
    const given = files();
    const error = await refusal(given);
    expect({ code: error.code, line: error.line, field: error.field }).toEqual({ code, line, field });
    expect([...given.balances, ...(given.positions ?? []), given.owners]).toContain(error.file);
    expect(error.message).toContain(error.file);
    expect(error.message).toContain(error.expected);
    expect(error.message).toContain(error.came);
  });

  it("is refused without a balance, an id or an owner in the message, its fields or its cause", async () => {
    for (const row of [
      "secretid,btc,123.987654321",
      "secretid,btc,-123.98",
      "secretid,123.98,btc",
      'secretid,"1"23.98,btc',
      "secretid,btc",
    ]) {
      const error = await refusal(long(`${GOOD}${row}\n`));
      const shown = `${error.message} ${JSON.stringify(error)} ${String(error.cause)}`;
      expect(shown).not.toMatch(/secretid|123|987/);
    }
  });

  it("leaves no file behind when its last line is wrong", async () => {
    const { accounts } = normalise(long(`${GOOD}ann,usdt,1\n`), ROWS, { quote: "usdt" });
    const target = join(folder.path, "accounts.ndjson");
    await expect(writeAccounts(accounts, target)).rejects.toMatchObject({ code: "duplicate-account" });
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(folder.path).filter((name) => name.includes("ndjson"))).toEqual([]);
  });
});
