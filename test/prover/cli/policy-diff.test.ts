import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import type { Marks, RiskParameters } from "../../../verifier/src/policy/schemas.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";

let folder: string;
const at = (name: string) => join(folder, name);
const word = (value: bigint) => `0x${value.toString(16).padStart(64, "0")}`;

async function writePolicy(name: string, riskParameters: unknown, marks: unknown): Promise<string> {
  await mkdir(at(name), { recursive: true });
  await writeFile(join(at(name), "risk-parameters.json"), JSON.stringify(riskParameters));
  await writeFile(join(at(name), "marks.json"), JSON.stringify(marks));
  return at(name);
}

const [btc, usdt] = tinyRiskParameters.collateral as [
  RiskParameters["collateral"][number],
  RiskParameters["collateral"][number],
];
const [group] = tinyRiskParameters.groups as [RiskParameters["groups"][number]];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-diff-"));
  await writePolicy("before", tinyRiskParameters, tinyMarks);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function diffTo(riskParameters: unknown, marks: unknown = tinyMarks): Promise<string> {
  const after = await writePolicy("after", riskParameters, marks);
  const { text, exitCode } = await runCommand(["policy", "diff", at("before"), after]);
  expect(exitCode).toBe(0);
  return text;
}

describe("plimsoll policy diff", () => {
  it("says of the same policy that it is the same", async () => {
    const text = await diffTo(tinyRiskParameters);
    expect(text).toMatch(/risk parameters: the same\nmarks: the same\npolicy hash: the same, 0x/);
  });

  it.each([
    [
      { collateral: [{ ...btc, weight: { maintenance: "0.9", initial: "0.8" } }, usdt] },
      /stricter: accounts need more\n +asset "BTC", weight, initial: 0\.85 -> 0\.8: counts for less\n/,
    ],
    [
      { groups: [{ ...group, hedge: { asset: "BTC", refund: { maintenance: "0.09", initial: "0.1" } } }] },
      /looser: accounts need less\n +group "BTC", hedge, refund, maintenance: 0\.08 -> 0\.09: more of the haircut/,
    ],
    [
      { marginFactor: { maintenance: "0.75", initial: "1" } },
      /looser[\s\S]*margin factor, maintenance: 0\.8 -> 0\.75: less of the scan risk is charged/,
    ],
    [{ stalenessSeconds: 600 }, /looser[\s\S]*staleness seconds: 300 -> 600: older marks are let in/],
    [
      { collateral: [{ ...btc, decimals: 7 }, usdt] },
      /other\n +asset "BTC", decimals: 8 -> 7: the row's unit is another/,
    ],
    [
      { collateral: [usdt, btc], groups: [{ ...group }], shape: undefined },
      /collateral: in another order: rows move/,
    ],
  ])("tells what a change of %j does", async (change, words) => {
    expect(await diffTo({ ...tinyRiskParameters, ...change })).toMatch(words);
  });

  it("names what was added and removed, and the rows that moved", async () => {
    const eth = { ...btc, symbol: "ETH" };
    const { shape: _, ...open } = tinyRiskParameters;
    const marks: Marks = { ...tinyMarks, spot: { ...tinyMarks.spot, ETH: { price: "3000" } } };
    const text = await diffTo({ ...open, collateral: [eth, btc, usdt] }, marks);
    expect(text).toMatch(/asset "ETH": added: decimals 8, weight \(maintenance 0\.9, initial 0\.85\)/);
    expect(text).toMatch(/shape: removed/);
    expect(text).toMatch(/spot price of "ETH": added: price 3000/);
    expect(text).toMatch(/rows: 8 moved; the first, asset BTC, from 0 to 2/);
  });

  it("counts many additions in one line", async () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ ...btc, symbol: `NEW${i}` }));
    const { shape: _, ...open } = tinyRiskParameters;
    const spot = Object.fromEntries(many.map(({ symbol }) => [symbol, { price: "3" }]));
    const marks: Marks = { ...tinyMarks, spot: { ...tinyMarks.spot, ...spot } };
    // One unit of 10^-8 at this price would be worth too little.
    const coarse = many.map((asset) => ({ ...asset, decimals: 6 }));
    const text = await diffTo({ ...open, collateral: [btc, usdt, ...coarse] }, marks);
    expect(text).toMatch(/^ +collateral: 20 added: "NEW0", .*"NEW7" and others/m);
    expect(text).not.toContain("NEW8");
  });

  it("measures prices in per cent and volatilities in points", async () => {
    const expiry = tinyMarks.expiries.BTC!["2026-12-25T08:00:00Z"]!;
    const marks: Marks = {
      ...tinyMarks,
      spot: { ...tinyMarks.spot, BTC: { price: "57000" } },
      expiries: { BTC: { "2026-12-25T08:00:00Z": { ...expiry, volatility: { "70000": "0.6" } } } },
    };
    const text = await diffTo(tinyRiskParameters, marks);
    expect(text).toMatch(/spot price of "BTC", price: 60000 -> 57000 \(-5 %\)/);
    expect(text).toMatch(/volatility, 70000: 0\.55 -> 0\.6 \(\+5 points\)/);
  });

  it("compares two files of one kind, refuses two of different kinds, and gives JSON when asked", async () => {
    const [risk, marks] = [join(at("before"), "risk-parameters.json"), join(at("before"), "marks.json")];
    expect(await runCommand(["policy", "diff", risk, risk])).toEqual({
      text: "risk parameters: the same\n",
      exitCode: 0,
    });
    expect(await runCommand(["policy", "diff", risk, marks])).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/give A and B alike/),
    });
    expect(await runCommand(["policy", "diff", folder, risk])).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/expected a folder with risk-parameters\.json/),
    });
    const json = JSON.parse(
      (await runCommand(["policy", "diff", at("before"), at("before"), "--json"])).text,
    );
    expect(json).toMatchObject({ riskParameters: [], marks: [], hashes: [{}, {}] });
  });
});

describe("plimsoll policy verify", () => {
  const policy = compilePolicy(tinyRiskParameters, tinyMarks);
  const files = () => [
    "--risk-parameters",
    join(at("before"), "risk-parameters.json"),
    "--marks",
    join(at("before"), "marks.json"),
  ];
  const verify = (...args: string[]) => runCommand(["policy", "verify", ...args]);

  it("accepts the hashes of the files", async () => {
    const hashes = [
      "--policy-hash",
      word(policy.policyHash),
      "--descriptor-hash",
      word(policy.descriptorHash),
    ];
    expect(await verify(...files(), ...hashes)).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(
        /^ok +policy hash.*\nok +descriptor hash.*\nthese files are the policy: "tiny"/,
      ),
    });
  });

  it("refuses another hash, and shows both", async () => {
    const { text, exitCode } = await verify(...files(), "--policy-hash", word(policy.policyHash + 1n));
    expect(exitCode).toBe(1);
    expect(text).toContain(word(policy.policyHash));
    expect(text).toContain(word(policy.policyHash + 1n));
    expect(text).toMatch(
      /FAILED +policy hash[\s\S]*not that policy: find what differs with `plimsoll policy diff`/,
    );
  });

  it("tells other names over the same numbers from other numbers", async () => {
    const hashes = ["--policy-hash", word(policy.policyHash), "--descriptor-hash", "0x1"];
    const { text, exitCode } = await verify(...files(), ...hashes);
    expect(exitCode).toBe(1);
    expect(text).toMatch(
      /ok +policy hash[\s\S]*FAILED +descriptor hash[\s\S]*the numbers are the same, but not what they/,
    );
  });

  it.each([
    [[], /give --policy-hash or --descriptor-hash, --epoch FOLDER .* --registry/],
    [["--policy-hash", "12"], /--policy-hash: expected 0x and up to 64 hex digits/],
    [["--policy-hash", "0x1", "--marks", "marks.json"], /--risk-parameters FILE and --marks FILE together/],
    [["--epoch", "nowhere"], /--epoch nowhere: expected an epoch folder that was proved/],
  ])("with %j says what is needed and exits with 2", async (args, words) => {
    const { text, exitCode } = await verify(...args);
    expect(text).toMatch(words);
    expect(exitCode).toBe(2);
  });
});
