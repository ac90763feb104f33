import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { loadConfig, readConfig } from "../../../prover/src/cli/config-file.ts";
import { initCommand } from "../../../prover/src/cli/init-command.ts";
import { errorOutcome } from "../../../prover/src/cli/outcome.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";

const made: string[] = [];
let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "plimsoll-init-"));
  made.push(parent);
});
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});
const at = (name: string) => join(parent, name);
const tiny = (name: string) => join(import.meta.dirname, "../../../examples/tiny", name);
const FILES = {
  riskParameters: tiny("risk-parameters.json"),
  marks: tiny("marks.json"),
  balances: [tiny("balances.csv")],
  reserves: tiny("reserves.json"),
};

describe("init refuses", () => {
  it("a folder that was set up before, and leaves every file as it is", async () => {
    await runCommand(["init", at("x"), "--sample", "tiny"]);
    const before = readFileSync(at("x/secrets/operator-secret"), "utf8");
    const again = await runCommand(["init", at("x"), "--sample", "tiny"]);
    expect(again).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/expected no configuration.*\nnext: plimsoll doctor/),
    });
    expect(readFileSync(at("x/secrets/operator-secret"), "utf8")).toBe(before);
  });

  it("a half-made folder, whose secret may be needed", async () => {
    await runCommand(["init", at("x"), "--sample", "tiny"]);
    rmSync(at("x/plimsoll.jsonc"));
    const { text, exitCode } = await runCommand(["init", at("x"), "--sample", "tiny"]);
    expect(text).toMatch(/half made.*\nnext: move .*operator-secret away \(a secret .* needed again\)/);
    expect(exitCode).toBe(2);
    expect(existsSync(at("x/plimsoll.jsonc"))).toBe(false);
  });

  it("to guess where nobody can be asked, and names every option at once", async () => {
    const { text, exitCode } = await initCommand(at("x"), { marks: FILES.marks }).catch(errorOutcome);
    expect(text).toMatch(/expected --exchange-id, --risk-parameters, --balances, --reserves .*--sample/);
    expect(exitCode).toBe(2);
    expect(existsSync(at("x"))).toBe(false);
  });

  it.each([
    [{ chainId: "one" }, /--chain-id: expected at most 78 decimal digits, came "one"/],
    [{ rpc: "http://127.0.0.1:1", registry: "0x12" }, /--registry: expected 0x and 40 hex digits/],
    [{ rpc: "http://127.0.0.1:1" }, /expected --registry, --exchange, --sender-key-file/],
    [{ snapshotTime: "1" }, /--snapshot-time: expected seconds/],
    [{ batchCircuit: "epoch-tiny" }, /--batch-circuit: expected one of batch-4-8/],
    [{ sample: "tiny" }, /--sample: expected none of one's own files/],
  ] as const)("answers that do not fit: %j", async (given, words) => {
    const options = { exchangeId: "own", ...FILES, ...given };
    const { text, exitCode } = await initCommand(at("x"), options).catch(errorOutcome);
    expect(text).toMatch(words);
    expect(exitCode).toBe(2);
    expect(existsSync(at("x"))).toBe(false);
  });

  it("what makes no configuration before anything is written", async () => {
    const options = { exchangeId: "own", ...FILES, owners: at("x") };
    const { text, exitCode } = await initCommand(at("x"), options).catch(errorOutcome);
    expect(text).toMatch(/plimsoll\.jsonc, field snapshot\.owners/);
    expect(exitCode).toBe(2);
    expect(existsSync(at("x"))).toBe(false);
  });

  it("an endpoint's address that is none without repeating it", async () => {
    const options = { exchangeId: "own", ...FILES, rpc: "rpc.example/SECRET" };
    const { text } = await initCommand(at("x"), options).catch(errorOutcome);
    expect(text).toMatch(/--rpc: .*came another text/);
    expect(text).not.toContain("SECRET");
  });
});

describe("init", () => {
  it.each(["demo", "tiny"])(
    "--sample %s makes a folder whose configuration loads, with a secret of its own",
    async (name) => {
      const { text, exitCode } = await runCommand(["init", at(name), "--sample", name]);
      expect(text).toMatch(/next: plimsoll doctor --config/);
      expect(exitCode).toBe(0);
      expect(statSync(at(`${name}/secrets/operator-secret`)).mode & 0o777).toBe(0o600);
      expect(text).not.toContain(readFileSync(at(`${name}/secrets/operator-secret`), "utf8").trim());
      expect(readFileSync(at(`${name}/.gitignore`), "utf8")).toMatch(/^secrets\/\nepochs\/\*\/private\/$/m);
      const { epoch } = await loadConfig(at(`${name}/plimsoll.jsonc`));
      let accounts = 0;
      for await (const _ of epoch.accounts()) accounts++;
      expect(accounts).toBe(name === "demo" ? 123 : 6);
      expect(epoch.operatorSecret).toHaveLength(32);
    },
  );

  it("draws another secret every time", async () => {
    await runCommand(["init", at("a"), "--sample", "tiny"]);
    await runCommand(["init", at("b"), "--sample", "tiny"]);
    const secret = (name: string) => readFileSync(at(`${name}/secrets/operator-secret`), "utf8");
    expect(secret("a")).not.toBe(secret("b"));
  });

  it("leaves a .gitignore that is there, and says what it lacks", async () => {
    await mkdir(at("x"));
    writeFileSync(at("x/.gitignore"), "*.log\n");
    const { text } = await runCommand(["init", at("x"), "--sample", "tiny"]);
    expect(text).toMatch(/warning {2}.*\.gitignore: is there .*add secrets\/, epochs\/\*\/private\//);
    expect(readFileSync(at("x/.gitignore"), "utf8")).toBe("*.log\n");
  });

  it("asks for what no option says, again until an answer fits, and finds the epoch circuit by the policy's shape", async () => {
    const asked: string[] = [];
    const answers = ["", "own exchange", "", "", "31337x", "1337", ""];
    const outcome = await initCommand(at("x"), { ...FILES }, async (question) => {
      asked.push(question);
      return answers[asked.length - 1]!;
    });
    expect(asked).toEqual([
      "name of the exchange, part of every account's reference: ",
      "expected a name; name of the exchange, part of every account's reference: ",
      "files of positions, with spaces between [none]: ",
      "number of the first epoch [1]: ",
      "id of the chain [31337]: ",
      "expected at most 78 decimal digits; id of the chain [31337]: ",
      "JSON-RPC endpoint, nothing to prove without a chain [none]: ",
    ]);
    expect(outcome.exitCode).toBe(0);
    const config = await readConfig(at("x/plimsoll.jsonc"));
    expect(config).toMatchObject({
      exchangeId: "own exchange",
      epoch: 1n,
      circuits: { epoch: "epoch-tiny" },
    });
    expect(config.chain).toBeUndefined();
  });

  it("writes the chain where there is an endpoint, and warns of a key file that is not there yet", async () => {
    const chain = {
      rpc: "http://127.0.0.1:8545",
      registry: `0x${"11".repeat(20)}`,
      exchange: `0x${"22".repeat(20)}`,
      senderKeyFile: at("x/secrets/sender.key"),
    };
    const { text } = await initCommand(at("x"), { exchangeId: "own", ...FILES, ...chain });
    expect(text).toMatch(/warning {2}.*sender\.key: is not there yet/);
    // A key may be in the endpoint's address.
    expect(statSync(at("x/plimsoll.jsonc")).mode & 0o777).toBe(0o600);
    const config = await readConfig(at("x/plimsoll.jsonc"));
    expect(config.chain).toEqual({ rpc: "http://127.0.0.1:8545", senderKeyFile: "secrets/sender.key" });
  });
});
