import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ExampleSummary,
  exampleSnapshot,
  makeExamples,
  makeHaircutExample,
} from "../../../prover/src/demo/make-examples.ts";
import { normalise } from "../../../prover/src/snapshot/normalise.ts";
import { readReserves } from "../../../prover/src/snapshot/reserves.ts";
import { rowLookup } from "../../../prover/src/snapshot/rows.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { collect, refusal, snapshotFolder } from "./folder.ts";

const examples = resolve(import.meta.dirname, "../../../examples");
const exchange = join(examples, "exchange");
const made = mkdtempSync(join(tmpdir(), "plimsoll-examples-"));
const temporary = snapshotFolder();
let summary: Record<"demo" | "all", ExampleSummary>;

beforeAll(async () => {
  summary = await makeExamples(exchange, made);
  await makeHaircutExample(exchange, made);
});
afterAll(() => rmSync(made, { recursive: true, force: true }));

const policyOf = (name: string) => {
  const [parameters, marks] = ["risk-parameters", "marks"].map((file) =>
    JSON.parse(readFileSync(join(examples, name, `${file}.json`), "utf8")),
  );
  return compilePolicy(parameters, marks);
};

describe("the examples", () => {
  it.each(["demo", "all", "haircut"])("%s is what its script makes, byte for byte", (name) => {
    // The sample configuration is written by hand; example-config.test.ts reads it.
    const files = readdirSync(join(examples, name)).filter((file) => file !== "config.json");
    expect(files.toSorted()).toEqual(readdirSync(join(made, name)).toSorted());
    for (const file of files) {
      const [committed, fresh] = [examples, made].map((root) => readFileSync(join(root, name, file), "utf8"));
      expect(committed === fresh, file).toBe(true);
    }
  });

  it("have the shapes of their epoch circuits", () => {
    const shape = (assets: number, instruments: number, scenarios: number) => ({
      assets,
      groups: [0, 1].map((hedge) => ({ instruments, scenarios, hedges: [hedge] })),
    });
    expect(policyOf("demo").layout.shape).toEqual(shape(40, 12, 16));
    expect(policyOf("all").layout.shape).toEqual(shape(271, 30, 40));
  });

  it("hold 102 or all 200 users and 21 margin accounts, one of them short, within the insurance", () => {
    expect(summary.demo).toMatchObject({ accounts: 123, underMargined: 1 });
    expect(summary.all).toMatchObject({ accounts: 221, underMargined: 1 });
    for (const { shortfall } of Object.values(summary)) expect(shortfall).toBeLessThan(25_000n * 10n ** 12n);
  });

  it("declare reserves of every asset that cover what is owed, by a hundredth", async () => {
    const policy = policyOf("demo");
    const rows = rowLookup(policy);
    const { claims } = await readReserves(join(examples, "demo", "reserves.json"), rows);
    const files = exampleSnapshot(join(examples, "demo"), [join(examples, "demo", "users.csv")]);
    const accounts = await collect(normalise(files, rows, { quote: "usdt", dust: "credit" }).accounts);
    const held = (row: number) =>
      accounts
        .flatMap((a) => a.holdings.filter((h) => h.row === row))
        .reduce((sum, h) => sum + h.quantity, 0n);
    for (const [symbol, claim] of Object.entries(claims)) {
      const { row } = rows.asset(symbol)!;
      const owed = held(row) - held(row + 1);
      expect(claim >= owed && claim * 100n <= owed * 102n + 100n, symbol).toBe(true);
    }
    expect(Object.keys(claims)).toHaveLength(40);
  });

  it("refuse a debt of each asset that their risk parameters do not lend, and of no other (attack row 36)", async () => {
    const { riskParameters, ...policy } = policyOf("demo");
    const rows = rowLookup(policy);
    for (const { symbol, borrowable } of riskParameters.collateral) {
      const file = temporary.file("debt.csv", `account,asset,quantity,debt\nann,${symbol},0,1\n`);
      const read = collect(normalise({ balances: [file] }, rows, { quote: "usdt" }).accounts);
      if (borrowable) expect(await read).toHaveLength(1);
      else await expect(read).rejects.toMatchObject({ code: "not-borrowable", line: 2, field: "debt" });
    }
    expect(new Set(riskParameters.collateral.map(({ borrowable }) => borrowable)).size).toBe(2);
  });

  it("refuse the sample's digits below a unit unless the operator credits them", async () => {
    const files = exampleSnapshot(join(examples, "demo"), [join(examples, "demo", "users.csv")]);
    const stream = normalise(files, rowLookup(policyOf("demo")), { quote: "usdt" }).accounts;
    await expect(collect(stream)).rejects.toMatchObject({ code: "excess-digits" });
  });
});

describe("a reserves file", () => {
  const rows = rowLookup(policyOf("demo"));
  const read = (held: object, insurance = "1") =>
    readReserves(
      temporary.file("reserves.json", JSON.stringify({ format: "plimsoll.reserves.1", insurance, held })),
      rows,
    );

  it.each([
    ["an unknown asset", { xbt: "1" }, "unknown-asset", "held.xbt"],
    ["a negative amount", { btc: "-1" }, "negative", "held.btc"],
    ["an amount finer than a unit", { btc: "0.123456789" }, "excess-digits", "held.btc"],
    ["2^128 units", { btc: "3402823669209384634633746074317.68211456" }, "overflow", "held.btc"],
    ["NaN", { btc: "NaN" }, "not-a-number", "held.btc"],
    ["a JSON number", { btc: 1 }, "broken-row", "held.btc"],
  ])("is refused for %s", async (_what, held, code, field) => {
    await expect(read(held)).rejects.toMatchObject({ code, field });
  });

  it("is read exactly", async () => {
    expect(await read({ btc: "3402823669209384634633746074317.68211455" }, "0.000000000001")).toEqual({
      claims: { btc: 2n ** 128n - 1n },
      insurance: 1n,
    });
  });
});

describe("the sample's files", () => {
  it("hold assets that a smaller policy refuses by name", async () => {
    const error = await refusal({ balances: [join(exchange, "exchange_users_0.csv")] }, { dust: "credit" });
    expect(error).toMatchObject({ code: "unknown-asset", line: 2 });
  });
});
