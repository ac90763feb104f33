import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readConfig } from "../../../prover/src/cli/config-file.ts";
import { proveCommand } from "../../../prover/src/cli/epoch-commands.ts";
import { errorOutcome } from "../../../prover/src/cli/outcome.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { progressWords } from "../../../prover/src/cli/progress-lines.ts";
import { ConstraintProver } from "../../support/constraint-prover.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";

const SECRET = "5a".repeat(32);
let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-cli-"));
  await writeFile(at("risk.json"), JSON.stringify(tinyRiskParameters));
  await writeFile(at("marks.json"), JSON.stringify(tinyMarks));
  await writeFile(
    at("balances.csv"),
    "account,asset,quantity\nalice,BTC,1.5\nalice,USDT,250\nbob,USDT,98765.4321\n",
  );
  const reserves = {
    format: "plimsoll.reserves.1",
    insurance: "0",
    held: { BTC: "1.5", USDT: "99015.4321" },
  };
  await writeFile(at("reserves.json"), JSON.stringify(reserves));
  await writeFile(at("secret"), SECRET, { mode: 0o600 });
  await writeConfig("config.json", {});
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function writeConfig(name: string, changes: object): Promise<string> {
  const config = {
    format: "plimsoll.config.1",
    folder: "epoch",
    chainId: "31337",
    registry: `0x${"11".repeat(20)}`,
    exchange: `0x${"22".repeat(20)}`,
    exchangeId: "tiny",
    epoch: "3",
    snapshotTime: "1795161600",
    policy: { riskParameters: "risk.json", marks: "marks.json" },
    snapshot: { balances: ["balances.csv"] },
    reserves: "reserves.json",
    circuits: { batch: "batch-4-8", epoch: "epoch-tiny" },
    operatorSecretFile: "secret",
    ...changes,
  };
  await writeFile(at(name), JSON.stringify(config));
  return at(name);
}

const policyFiles = () => ["--risk-parameters", at("risk.json"), "--marks", at("marks.json")];

describe("the plimsoll command, when something is wrong", () => {
  it.each([
    [["frob"], /unknown command/],
    [["epoch", "prove"], /--config/],
    [["verify", "bundle"], /missing required argument/],
    [["policy", "build", "--marks", "x"], /--risk-parameters/],
  ])("explains the usage of %j and exits with 2", async (args, words) => {
    const { text, exitCode } = await runCommand(args);
    expect(text).toMatch(words);
    expect(exitCode).toBe(2);
  });

  it("names file and field of a configuration that does not fit", async () => {
    const file = await writeConfig("bad.json", { epoch: 3 });
    const { text, exitCode } = await runCommand(["epoch", "prove", "--config", file]);
    expect(text).toMatch(/FORMAT: .*bad\.json, field epoch/);
    expect(exitCode).toBe(2);
  });

  it("reads a configuration with comments, and names file and field of one that has them too", async () => {
    const good = await readFile(at("config.json"), "utf8");
    await writeFile(
      at("commented.json"),
      good.replace("{", '{ // "epoch": "9",\n /* a comment */').replace(/}$/, ",}"),
    );
    expect((await readConfig(at("commented.json"))).epoch).toBe(3n);
    await writeFile(at("commented.json"), good.replace('"3"', "/* three */ 3"));
    await expect(readConfig(at("commented.json"))).rejects.toThrow(/commented\.json, field epoch/);
  });

  it("refuses a secret that others may read, or that is short, and shows nothing of it", async () => {
    const file = await writeConfig("open.json", { operatorSecretFile: "open-secret" });
    await writeFile(at("open-secret"), SECRET);
    await chmod(at("open-secret"), 0o644);
    const open = await runCommand(["epoch", "prove", "--config", file]);
    expect(open).toMatchObject({ exitCode: 2, text: expect.stringMatching(/0600.*came mode 0644/) });
    await writeFile(at("open-secret"), "5a5a5a");
    await chmod(at("open-secret"), 0o600);
    const short = await runCommand(["epoch", "prove", "--config", file]);
    expect(short).toMatchObject({ exitCode: 2, text: expect.stringMatching(/at least 32 bytes/) });
    expect(open.text + short.text).not.toContain("5a5a");
  });

  it("says where a snapshot is wrong, and leaves no commit", async () => {
    await writeFile(at("broken.csv"), "account,asset,quantity\nalice,XBT,1\n");
    const file = await writeConfig("broken.json", {
      folder: "broken",
      snapshot: { balances: ["broken.csv"] },
    });
    const { text, exitCode } = await runWithConstraints(file);
    expect(text).toMatch(/broken\.csv.*2.*XBT/s);
    expect(exitCode).toBe(2);
    expect(await readdir(at("broken/private"))).not.toContain("commit.json");
  });

  it("wants an endpoint to attest, and a registry to verify with", async () => {
    const attest = await runCommand(["epoch", "attest", "--config", at("config.json")]);
    expect(attest).toMatchObject({ exitCode: 2, text: expect.stringMatching(/expected "chain"/) });
    await runWithConstraints(at("config.json"));
    const bundle = at("epoch/private/bundles/alice.json");
    const verify = await runCommand(["verify", "bundle", bundle, "--registry", `0x${"11".repeat(20)}`]);
    expect(verify).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/--rpc URL and --registry ADDRESS/),
    });
  });

  it("tells an error without a stack, and whether to try again", () => {
    const busy = Object.assign(new Error("expected this, came that"), {
      code: "FOLDER_BUSY",
      retryable: true,
    });
    expect(errorOutcome(busy)).toEqual({
      text: "plimsoll: FOLDER_BUSY: expected this, came that\nnext: try again; what is finished is kept\n",
      data: {
        error: {
          code: "FOLDER_BUSY",
          message: "expected this, came that",
          next: "try again; what is finished is kept",
        },
      },
      exitCode: 3,
    });
    expect(errorOutcome("a text").exitCode).toBe(3);
  });

  it("exits as a process with the code and prints errors on standard error", () => {
    const script = fileURLToPath(new URL("../../../prover/src/cli/plimsoll.ts", import.meta.url));
    const child = spawnSync(process.execPath, [script, "epoch", "status", at("nowhere")], {
      encoding: "utf8",
    });
    expect(child).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/CONFIG: .*nowhere/),
    });
  });
});

describe("the plimsoll command", () => {
  it("builds and lints a policy", async () => {
    const build = await runCommand(["policy", "build", ...policyFiles(), "--json"]);
    expect(build.exitCode).toBe(0);
    expect(JSON.parse(build.text)).toMatchObject({
      shape: tinyRiskParameters.shape,
      rowTable: expect.any(Array),
    });
    const people = await runCommand(["policy", "build", ...policyFiles()]);
    expect(people.text).toContain(JSON.parse(build.text).policyHash);
    const lint = await runCommand(["policy", "lint", ...policyFiles()]);
    expect(lint).toMatchObject({ exitCode: 0, text: expect.stringMatching(/accepted: .* certificates/) });
  });

  it.each([
    ["1", 1, /REFUSED +borrowed-unit-gains.*\n[\s\S]*must not be used/],
    ["0.5", 2, /POLICY_FILE: .*debtWeight\.initial/],
  ])("refuses a policy whose debts weigh %s, with exit code %i", async (weight, code, words) => {
    const [btc, usdt] = tinyRiskParameters.collateral;
    const debtWeight = { maintenance: weight, initial: weight };
    await writeFile(
      at("weak.json"),
      JSON.stringify({ ...tinyRiskParameters, collateral: [{ ...btc, debtWeight }, usdt] }),
    );
    const args = ["policy", "lint", "--risk-parameters", at("weak.json"), "--marks", at("marks.json")];
    expect(await runCommand(args)).toMatchObject({ exitCode: code, text: expect.stringMatching(words) });
  });

  it("proves, tells the status and verifies a bundle, without a secret or anybody else's balance in what it prints", async () => {
    const proved = await runWithConstraints(at("config.json"));
    expect(proved).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(
        /epoch 3: 2 accounts in 1 batches proved[\s\S]*DEVELOPMENT KEYS[\s\S]*next: /,
      ),
    });
    const status = await runCommand(["epoch", "status", at("epoch")]);
    expect(status.text).toMatch(
      /planned +2 accounts in 1 batches.*\ncommitted +1 of 1 .*\nproved +1 of 1 batches, epoch yes/,
    );
    const policy = await runCommand(["policy", "verify", "--epoch", at("epoch")]);
    expect(policy).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/^ok +policy hash of epoch 3: 0x.*\nok +descriptor hash of epoch 3/),
    });
    const bundle = at("epoch/private/bundles/bob.json");
    const good = await runCommand(["verify", "bundle", bundle, "--epoch", at("epoch"), "--user", "bob"]);
    expect(good).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/ok +free collateral[\s\S]*nothing failed/),
    });
    const other = await runCommand(["verify", "bundle", bundle, "--user", "alice"]);
    expect(other).toMatchObject({ exitCode: 1, text: expect.stringMatching(/FAILED +account/) });
    const { salt } = JSON.parse(await readFile(bundle, "utf8"));
    for (const { text } of [proved, status, good, other])
      for (const secret of [SECRET, salt.slice(2)]) expect(text).not.toContain(secret);
    for (const { text } of [proved, status])
      for (const balance of ["98765", "250"]) expect(text).not.toContain(balance);
    // The holder of a bundle has to see what was counted as hers.
    expect(good.text).toMatch(/^account "bob" of .*\n {2}\S+ \S+ (owned|long)/);
    const strict = await runCommand(["verify", "bundle", bundle, "--user", "bob", "--strict"]);
    expect(strict).toMatchObject({ exitCode: 1, text: expect.stringContaining("nothing failed") });
  });

  it("exports bundles of one size under the links it lists, and serves the same ones until it is stopped", async () => {
    await runWithConstraints(at("config.json"));
    const to = ["--config", at("config.json"), "--links", at("links.csv"), "--base-url", "http://host/x"];
    const exported = await runCommand(["bundles", "export", ...to, "--out", at("static")]);
    expect(exported).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/^2 bundles of epoch 3, \d+ bytes each/),
    });
    const links = await readFile(at("links.csv"), "utf8");
    const [header, ...lines] = links.trimEnd().split("\n");
    expect(header).toBe("account,link");
    expect((await stat(at("links.csv"))).mode & 0o777).toBe(0o600);
    const names = await readdir(at("static/b"));
    expect(lines.map((line) => line.split(",")[1]).toSorted()).toEqual(
      names.map((name) => `http://host/x/b/${name}`).toSorted(),
    );
    const sizes = await Promise.all(names.map(async (name) => (await stat(at(`static/b/${name}`))).size));
    expect(new Set(sizes).size).toBe(1);
    expect(await runCommand(["bundles", "export", ...to, "--out", at("static")])).toMatchObject({
      ...{ exitCode: 2, text: expect.stringMatching(/static: expected a folder that is not there yet/) },
    });
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/\.part$/));
    for (const { text } of [exported])
      for (const name of names) expect(text).not.toContain(name.slice(0, 43));

    const script = fileURLToPath(new URL("../../../prover/src/cli/plimsoll.ts", import.meta.url));
    const child = spawn(process.execPath, [
      script,
      "serve",
      "--config",
      at("config.json"),
      "--listen",
      "127.0.0.1:0",
    ]);
    let said = "";
    child.stderr.on("data", (text: Buffer) => {
      said += text.toString();
    });
    try {
      await vi.waitFor(() => expect(said).toMatch(/serving bundles of epoch 3 at http/), { timeout: 30_000 });
      const at = /http:\/\/127\.0\.0\.1:\d+\//.exec(said)![0];
      const path = new URL(lines[0]!.split(",")[1]!).pathname.replace("/x/", "");
      const bundle = await fetch(at + path);
      expect((await bundle.json()).userId).toBe(lines[0]!.split(",")[0]);
      expect((await fetch(`${at}b/${"a".repeat(43)}.json`)).status).toBe(404);
    } finally {
      child.kill("SIGTERM");
    }
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
    for (const name of names) expect(said).not.toContain(name.slice(0, 43));
  });

  it.each([
    [["--listen", "8080"], /--listen: expected HOST:PORT, came "8080"/],
    [["--misses-per-minute", "0"], /--misses-per-minute: expected a whole number from 1/],
  ])("does not serve with %j", async (args, words) => {
    await runWithConstraints(at("config.json"));
    const { text, exitCode } = await runCommand(["serve", "--config", at("config.json"), ...args]);
    expect(text).toMatch(words);
    expect(exitCode).toBe(2);
  });

  it("serves nothing of an epoch that is not proved", async () => {
    const file = await writeConfig("unproved.json", { folder: "unproved" });
    const { text, exitCode } = await runCommand(["serve", "--config", file]);
    expect(text).toMatch(/unproved: expected an epoch that is proved, came none; next: plimsoll epoch prove/);
    expect(exitCode).toBe(2);
  });

  it("says of progress how much, how fast and what was kept", () => {
    const event = { stage: "commit", unit: "accounts", state: "working" } as const;
    expect(
      progressWords({ ...event, done: 9_000, total: 10_000, seconds: 2.9, perSecond: 3_103.4, kept: 500 }),
    ).toBe("commit: 9,000 of 10,000 accounts, 2.9 s, 3,103 a second, 0.3 s left, 500 kept from before");
    expect(progressWords({ ...event, done: 3, total: 3, seconds: 0.1 })).toBe("commit: 3 accounts, 0.1 s");
  });
});

/** `epoch prove` with a prover that checks constraints and makes no Groth16 proofs. */
function runWithConstraints(file: string) {
  return proveCommand(file, { progress: () => {}, prover: new ConstraintProver() }).catch(errorOutcome);
}
