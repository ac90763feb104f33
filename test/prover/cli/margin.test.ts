import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../../prover/src/build/paths.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { readDemoExchange } from "../../../prover/src/demo/demo-exchange.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";

const demo = (name: string) => join(ROOT, "examples/demo", name);
const POLICY = ["--risk-parameters", demo("risk-parameters.json"), "--marks", demo("marks.json")];
const MARGIN_ACCOUNTS = ["--balances", demo("margin-accounts.csv"), "--positions", demo("positions.csv")];
const EVERYBODY = [
  "--balances",
  demo("users.csv"),
  demo("margin-accounts.csv"),
  "--positions",
  demo("positions.csv"),
];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-margin-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("plimsoll margin, when something is wrong", () => {
  it.each([
    [["account", ...POLICY, ...MARGIN_ACCOUNTS], /required option '--user <id>'/],
    [["account", ...POLICY, "--user", "house"], /--balances FILE.*--positions FILE.*neither/],
    [
      ["account", ...POLICY, ...MARGIN_ACCOUNTS, "--user", "frob"],
      /--user "frob".*none of its 21.*spelled as in the files/,
    ],
    [["exchange", ...POLICY, "--balances", demo("users.csv")], /users\.csv:3.*8 decimals.*--dust credit/],
    [["exchange", ...POLICY, ...MARGIN_ACCOUNTS, "--dust", "keep"], /Allowed choices are refuse, credit/],
    [["exchange", ...POLICY, "--balances", "none.csv"], /none\.csv: expected a file that can be read/],
    [
      ["account", ...POLICY, ...MARGIN_ACCOUNTS, "--user", "house", "--html", "no/such/folder.html"],
      /--html no\/such\/folder\.html.*does its folder exist/,
    ],
    [
      [
        "exchange",
        "--risk-parameters",
        demo("marks.json"),
        "--marks",
        demo("marks.json"),
        ...MARGIN_ACCOUNTS,
      ],
      /POLICY_FILE: risk parameters: format/,
    ],
  ])("of %j says what to do and exits with 2", async (args, words) => {
    const { text, exitCode } = await runCommand(["margin", ...args]);
    expect(text).toMatch(words);
    expect(exitCode).toBe(2);
  });
});

describe("plimsoll margin", () => {
  it("shows the free collateral that the epoch proves", async () => {
    const { policy, accounts } = await readDemoExchange(false);
    const { holdings } = accounts.find(({ userId }) => userId === "covered-call-eth")!;
    const { free, report } = completeAccount(policy, holdings);
    const args = ["margin", "account", ...POLICY, ...MARGIN_ACCOUNTS, "--user", "covered-call-eth"];
    const { text, exitCode } = await runCommand([...args, "--json"]);
    expect(exitCode).toBe(0);
    const json = JSON.parse(text);
    expect(Number(json.free)).toBe(Number(free) / 1e6);
    expect(Number(json.surplus.maintenance)).toBeCloseTo(Number(report.maintenanceSurplus) / 1e12, 6);
    const people = await runCommand(args);
    expect(people).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/Free collateral +31,288\.08 usdt[\s\S]*ISOLATED AGAINST CROSS/),
    });
  });

  it("writes a page that only its owner may read, over one that anybody could", async () => {
    const file = join(folder, "report.html");
    // One that everybody could read was there before.
    await writeFile(file, "", { mode: 0o644 });
    await writeFile(file, "", { mode: 0o644 });
    const args = [
      "margin",
      "account",
      ...POLICY,
      ...MARGIN_ACCOUNTS,
      "--user",
      "market-maker",
      "--html",
      file,
    ];
    const { text, exitCode } = await runCommand(args);
    expect(exitCode).toBe(0);
    expect(text).toContain(`written to ${file}`);
    expect(await readFile(file, "utf8")).toMatch(/^<!doctype html>[\s\S]*Margin report of market-maker/);
    if (process.platform !== "win32") expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("reports the whole exchange, and names the account under maintenance", async () => {
    const file = join(folder, "exchange.html");
    const args = ["margin", "exchange", ...POLICY, ...EVERYBODY, "--dust", "credit"];
    const { text, exitCode } = await runCommand([...args, "--html", file]);
    expect(exitCode).toBe(0);
    expect(text).toMatch(/Accounts +123\n[\s\S]*Shortfall +669\.68 usdt {2}<- look at this/);
    expect(text).toMatch(/under-maintenance-eth +130\.4 %/);
    expect(await readFile(file, "utf8")).toContain("under-maintenance-eth");
    const json = JSON.parse((await runCommand([...args, "--json"])).text);
    expect(json.counts).toMatchObject({ accounts: 123, underMaintenance: 1 });
    expect(json.totals.shortfall).toBe("669.682496");
  });

  it.each([
    [["margin", "account", "--help"], /plimsoll margin account --risk-parameters examples\/demo/],
    [["margin", "exchange", "--help"], /--dust credit/],
    [["policy", "build", "--help"], /plimsoll policy build --risk-parameters examples/],
    [["policy", "lint", "--help"], /plimsoll policy lint --risk-parameters examples/],
    [["policy", "diff", "--help"], /plimsoll policy diff examples\/demo examples\/all/],
    [["policy", "verify", "--help"], /plimsoll policy verify --epoch/],
  ])("explains %j by an example", async (args, words) => {
    expect(await runCommand(args)).toMatchObject({ exitCode: 0, text: expect.stringMatching(words) });
  });
});
