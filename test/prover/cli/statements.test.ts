import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { computeAddress } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proveCommand } from "../../../prover/src/cli/epoch-commands.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { accountStatementFromJson } from "../../../verifier/src/formats/account-statement.ts";
import { bundleFromJson } from "../../../verifier/src/formats/bundle.ts";
import { fromJson } from "../../../verifier/src/formats/codecs.ts";
import { epochRecord } from "../../../verifier/src/formats/epoch.ts";
import { evidenceToJson } from "../../../verifier/src/formats/evidence.ts";
import { ConstraintProver } from "../../support/constraint-prover.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { type RpcStandIn, rpcStandIn } from "../../support/rpc-stand-in.ts";

const KEY = "42".repeat(32);
const EXCHANGE = computeAddress(`0x${KEY}`);
const REGISTRY = `0x${"11".repeat(20)}`;
/** An account id that a spreadsheet would compute. */
const FORMULA = '=HYPERLINK("http://x")';
const BALANCES = `account,asset,quantity\nalice,BTC,1.5\nalice,USDT,250\nbob,USDT,98765.4321\n"${FORMULA.replaceAll('"', '""')}",BTC,2\n`;

let folder: string;
let endpoint: RpcStandIn;
const at = (name: string) => join(folder, name);
const sign = (...args: string[]) =>
  runCommand(["statement", "sign", "--config", at("config.json"), "--key-file", at("key"), ...args]);
const mode = async (name: string) => (await stat(at(name))).mode & 0o777;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-statements-"));
  const files: Record<string, string> = {
    "risk.json": JSON.stringify(tinyRiskParameters),
    "marks.json": JSON.stringify(tinyMarks),
    "balances.csv": BALANCES,
    "reserves.json": JSON.stringify({
      ...{ format: "plimsoll.reserves.1", insurance: "0", held: { BTC: "3.5", USDT: "99015.4321" } },
    }),
    "config.json": JSON.stringify({
      ...{ format: "plimsoll.config.1", folder: "epoch", chainId: "31337", registry: REGISTRY },
      ...{ exchange: EXCHANGE, exchangeId: "tiny", epoch: "3", reserves: "reserves.json" },
      snapshotTime: `${Date.parse(tinyMarks.observedAt) / 1000}`,
      policy: { riskParameters: "risk.json", marks: "marks.json" },
      ...{ snapshot: { balances: ["balances.csv"] }, operatorSecretFile: "secret" },
      circuits: { batch: "batch-4-8", epoch: "epoch-tiny" },
    }),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), text);
  await writeFile(at("secret"), "5a".repeat(32), { mode: 0o600 });
  await writeFile(at("key"), KEY, { mode: 0o600 });
  await proveCommand(at("config.json"), { progress: () => {}, prover: new ConstraintProver() });
  const record = fromJson(epochRecord, await readFile(at("epoch/public/epoch.json"), "utf8"), "epoch.json");
  const { circuits, batches, snapshotTime } = record;
  endpoint = await rpcStandIn({
    ...record,
    ...{ epochCircuitId: circuits.epoch.circuitId, batchCount: batches.length },
    attestedAt: snapshotTime + 60n,
  });
});
afterAll(async () => {
  await endpoint.close();
  await rm(folder, { recursive: true, force: true });
});

describe("statement sign refuses", () => {
  it("another key than the exchange's, and one that others may read, and shows nothing of it", async () => {
    await writeFile(at("other"), "43".repeat(32), { mode: 0o600 });
    const other = await sign("--key-file", at("other"), "--out", at("none"));
    expect(other).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/expected the key of the exchange 0x/),
    });
    await writeFile(at("open"), KEY);
    await chmod(at("open"), 0o644);
    const open = await sign("--key-file", at("open"), "--out", at("none"));
    expect(open).toMatchObject({ exitCode: 2, text: expect.stringMatching(/0600.*came mode 0644/) });
    const without = await runCommand(["statement", "sign", "--config", at("config.json")]);
    expect(without).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/or --key-file, came neither/),
    });
    for (const { text } of [other, open]) expect(text).not.toMatch(/4242|4343/);
  });

  it("a user whom the snapshot lacks, other accounts than were proved, and a folder that is there", async () => {
    const missing = await sign("--users", "alice", "zoe", "--out", at("none"));
    expect(missing).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/came "zoe"; nothing was written/),
    });
    await writeFile(at("balances.csv"), BALANCES.replace("1.5", "1.4"));
    const changed = await sign("--out", at("none"));
    await writeFile(at("balances.csv"), BALANCES);
    expect(changed).toMatchObject({
      ...{ exitCode: 2, text: expect.stringMatching(/what is signed must be what is proved; nothing was/) },
    });
    await writeFile(at("there"), "");
    expect(await sign("--out", at("there"))).toMatchObject({
      ...{ exitCode: 2, text: expect.stringMatching(/a folder that is not there yet/) },
    });
    expect((await readdir(folder)).filter((name) => /none|part/.test(name))).toEqual([]);
  });
});

describe("signed statements", () => {
  beforeAll(async () => {
    const { text, exitCode } = await sign();
    expect({ exitCode, text }).toEqual({
      exitCode: 0,
      text: expect.stringMatching(/^epoch 3: 3 account statements signed by 0x/),
    });
    expect(text).not.toMatch(/98765|4242/);
  });

  it("are files that nobody but the operator can read (attack row 35), the same each time", async () => {
    expect(await mode("epoch/private/statements")).toBe(0o700);
    const names = await readdir(at("epoch/private/statements"));
    expect(names).toHaveLength(3);
    for (const name of names) expect(await mode(`epoch/private/statements/${name}`)).toBe(0o600);
    expect((await sign("--users", "bob", "--out", at("again"))).exitCode).toBe(0);
    expect(await readdir(at("again"))).toEqual(["bob.json"]);
    const first = await readFile(at("epoch/private/statements/bob.json"), "utf8");
    expect(await readFile(at("again/bob.json"), "utf8")).toBe(first);
  });

  it("are checked beside a bundle, or alone by who was left out", async () => {
    const [statement, bundle] = [
      at("epoch/private/statements/bob.json"),
      at("epoch/private/bundles/bob.json"),
    ];
    const chain = ["--rpc", endpoint.url, "--registry", REGISTRY, "--epoch", at("epoch")];
    const both = await runCommand(["verify", "bundle", bundle, "--statement", statement, ...chain]);
    expect(both.text).toMatch(
      /ok +statement's holdings: [\s\S]*The exchange signed what it put into its proof\.\n$/,
    );
    expect(both.exitCode).toBe(0);
    const swapped = await runCommand(["verify", "statement", statement, "--bundle", bundle, ...chain]);
    expect(swapped).toEqual(both);
    const alone = await runCommand(["verify", "statement", statement, "--exchange", EXCHANGE]);
    const json = await runCommand(["verify", "statement", statement, "--exchange", EXCHANGE, "--json"]);
    expect(JSON.parse(json.text)).toMatchObject({
      passed: true,
      proves: expect.stringMatching(/Ask the exchange/),
    });
    expect(alone.text).toMatch(
      /^statement for account "bob" of tiny, epoch 3:\n {2}98765\.4321 USDT owned\n/,
    );
    expect(alone.text).toMatch(/Ask the exchange for the bundle[\s\S]*show this statement/);
    expect(alone.exitCode).toBe(0);
    const stranger = await runCommand([
      "verify",
      "statement",
      statement,
      "--exchange",
      `0x${"33".repeat(20)}`,
    ]);
    expect(stranger).toMatchObject({
      exitCode: 1,
      text: expect.stringMatching(/FAILED +statement's exchange/),
    });
    const alices = await runCommand([
      "verify",
      "bundle",
      at("epoch/private/bundles/alice.json"),
      "--statement",
      statement,
    ]);
    expect(alices).toMatchObject({ exitCode: 1, text: expect.stringMatching(/FAILED +statement's account/) });
    const badAddress = await runCommand(["verify", "statement", statement, "--exchange", "0x12"]);
    expect(badAddress).toMatchObject({ exitCode: 2, text: expect.stringMatching(/--exchange: expected 0x/) });
  });

  it("leave beside the bundles, all of one size, for no other user of the machine to read", async () => {
    const to = ["--config", at("config.json"), "--links", at("links.csv"), "--base-url", "http://host"];
    const { text, exitCode } = await runCommand(["bundles", "export", ...to, "--out", at("static")]);
    expect({ exitCode, text }).toEqual({
      exitCode: 0,
      text: expect.stringMatching(/3 signed statements beside them, \d+ bytes each/),
    });
    for (const part of ["b", "s"]) {
      const names = await readdir(at(`static/${part}`));
      expect(names).toHaveLength(3);
      const sizes = await Promise.all(
        names.map(async (name) => (await stat(at(`static/${part}/${name}`))).size),
      );
      expect(new Set(sizes).size).toBe(1);
      for (const name of names) expect(await mode(`static/${part}/${name}`)).toBe(0o600);
    }
    for (const name of ["static", "static/b", "static/s"]) expect(await mode(name)).toBe(0o700);
    const lines = parse(await readFile(at("links.csv"), "utf8"), { columns: true }) as Record<
      string,
      string
    >[];
    for (const { account, link, statement } of lines) {
      const read = (url: string) => readFile(at(`static/${new URL(url).pathname}`), "utf8");
      const of = account === `'${FORMULA}` ? FORMULA : account;
      expect(bundleFromJson(await read(link!), "b").userId).toBe(of);
      expect(accountStatementFromJson(await read(statement!), "s").userId).toBe(of);
    }
  });

  it("give a spreadsheet nothing to compute: ids that would be get an apostrophe", async () => {
    const links = await readFile(at("links.csv"), "utf8");
    expect(links).toContain(`"'${FORMULA.replaceAll('"', '""')}",http`);
    expect(links).not.toMatch(/^"?[=+@-]/m);
  });

  it("are checked again from evidence, which says what it can't check", async () => {
    const read = (name: string) => readFile(at(name), "utf8");
    const bundle = bundleFromJson(await read("epoch/private/bundles/bob.json"), "b");
    const statement = accountStatementFromJson(await read("epoch/private/statements/bob.json"), "s");
    const evidence = evidenceToJson({
      ...{
        format: "plimsoll.evidence.1",
        checkedAt: "2026-11-23T10:00:00.000Z",
        endpoints: ["https://x.example/"],
      },
      chain: { chainId: 31337n, registry: BigInt(REGISTRY), attestation: null },
      steps: [{ name: "attestation", outcome: "failed", words: "not attested" }],
      ...{ bundle, statement },
    });
    await writeFile(at("evidence.json"), evidence);
    const offline = await runCommand(["verify", "evidence", at("evidence.json"), "--exchange", EXCHANGE]);
    expect(offline.text).toMatch(
      /^kept on 2026-11-23T10:00:00.000Z by somebody who asked https:\/\/x.example\/; failed then: attestation\n/,
    );
    expect(offline.text).toMatch(/not run +attestation: [\s\S]*ok +statement's signature: /);
    expect(offline.exitCode).toBe(0);
    const online = ["--exchange", EXCHANGE, "--rpc", endpoint.url, "--registry", REGISTRY];
    expect((await runCommand(["verify", "evidence", at("evidence.json"), ...online])).text).toMatch(
      /ok +attestation/,
    );
    await writeFile(at("evidence.json"), evidence.replace('"98765.4321"', '"98765.4322"'));
    const edited = await runCommand(["verify", "evidence", at("evidence.json"), "--exchange", EXCHANGE]);
    expect(edited).toMatchObject({
      exitCode: 1,
      text: expect.stringMatching(/FAILED +statement's signature/),
    });
    await writeFile(
      at("evidence.json"),
      JSON.stringify({ ...JSON.parse(evidence), bundle: undefined, statement: undefined }),
    );
    const nothing = await runCommand(["verify", "evidence", at("evidence.json")]);
    expect(nothing).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/expected a bundle or a statement/),
    });
  });

  it.each(["bundles", "statements"])(
    "are not served from a link among %s, which would lead anywhere",
    async (part) => {
      const name = at(`epoch/private/${part}/alice.json`);
      const text = await readFile(name);
      await rm(name);
      await symlink(at("secret"), name);
      const links = ["--links", at("more.csv"), "--base-url", "http://host"];
      const refused = await runCommand(["bundles", "links", "--config", at("config.json"), ...links]);
      await rm(name);
      await writeFile(name, text, { mode: 0o600 });
      expect(refused).toMatchObject({
        exitCode: 2,
        text: expect.stringMatching(/alice\.json: .*came no file; remove it/),
      });
      expect(refused.text).not.toContain("5a5a");
    },
  );
});
