import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HDNodeWallet, Mnemonic, verifyTypedData } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readReserveSet } from "../../../prover/src/chain/reserve-set.ts";
import { ATTESTOR_DELAY, readAttestor, statementTypedData } from "../../../prover/src/chain/reserves.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { readStatements } from "../../../prover/src/cli/statements-file.ts";
import { type LocalChain, localChain } from "../../support/chain.ts";
import { tinyPolicy } from "../../support/exchange.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { serveChain } from "../../support/rpc-server.ts";
import { domainOf, openNow, type Stage, stageRegistry } from "../../support/staged-epoch.ts";

const MNEMONIC = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const walletOf = (index: number) => HDNodeWallet.fromMnemonic(MNEMONIC, `m/44'/60'/0'/0/${index}`);
const PEOPLE = { owner: 0, exchange: 1, relayer: 2, vault: 7, fund: 8, custodian: 9 };

let chain: LocalChain;
let stage: Stage;
let server: Awaited<ReturnType<typeof serveChain>>;
let root: string;
const at = (name: string) => join(root, name);
const book = () => ["--rpc", server.url, "--registry", stage.registry];
const reserves = (...args: string[]) => runCommand(["reserves", ...args, ...book()]);
const attestors = (...args: string[]) => runCommand(["attestors", ...args, ...book()]);
const key = (who: keyof typeof PEOPLE) => ["--key-file", at(`${who}.key`)];
const writeJson = (name: string, value: unknown) => writeFile(at(name), JSON.stringify(value));

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "plimsoll-reserves-"));
  chain = await localChain();
  stage = await stageRegistry(chain, { seed: "reserves by command" });
  server = await serveChain(chain);
  for (const [name, index] of Object.entries(PEOPLE))
    await writeFile(at(`${name}.key`), walletOf(index).privateKey, { mode: 0o600 });
  const token = await stage.tokens[1]!.getAddress();
  await writeJson("tokens.json", {
    format: "plimsoll.reserve-tokens.1",
    tokens: [
      { token, asset: 1, insures: false },
      { token: "native", asset: 0, insures: true },
    ],
  });
  await writeJson("risk.json", tinyRiskParameters);
  await writeJson("marks.json", tinyMarks);
});
afterAll(async () => {
  await server.close();
  await chain.close();
  await rm(root, { recursive: true, force: true });
});

const consent = (who: "vault" | "fund", role: string, ...more: string[]) =>
  reserves(
    ...["consent", ...key(who), "--role", role, "--from-epoch", "1", "--to-epoch", "9"],
    ...["--out", at("consents.json"), ...more],
  );

describe("plimsoll reserves", () => {
  it("takes accounts' consents from files to the chain, reads them, and lets one go", async () => {
    expect((await consent("vault", "custody")).exitCode).toBe(0);
    expect((await consent("fund", "insurance")).text).toMatch(
      /consents\.json: 2 accounts\nnext: plimsoll reserves register/,
    );
    const register = ["register", "--tokens", at("tokens.json"), "--consents", at("consents.json")];
    const alone = await reserves(...register, ...key("relayer"));
    expect(alone).toMatchObject({
      exitCode: 3,
      text: expect.stringMatching(/ExchangeSignatureInvalid[\s\S]*next: .*--exchange-key-file/),
    });
    const relayed = [...register, ...key("relayer"), "--exchange-key-file", at("exchange.key")];
    expect((await reserves(...relayed, "--dry-run")).text).toMatch(
      /register 2 tokens in 2 accounts: \d+ gas\n.*nothing was sent/,
    );
    expect((await reserves(...relayed)).text).toMatch(/1 sent for \d+ gas/);
    const { tokens, accounts } = await readReserveSet(chain.provider, stage.book);
    expect(tokens.map(({ asset, insures, decimals }) => [asset, insures, decimals])).toEqual([
      [0, true, 18],
      [1, false, 6],
    ]);
    expect(
      new Set(
        accounts.map(
          ({ account, isInsurance, fromEpoch, toEpoch }) =>
            `${BigInt(account)} ${isInsurance} ${fromEpoch} ${toEpoch}`,
        ),
      ),
    ).toEqual(
      new Set([`${BigInt(walletOf(7).address)} false 1 9`, `${BigInt(walletOf(8).address)} true 1 9`]),
    );

    expect((await reserves("sample", ...key("relayer"))).text).toMatch(
      /NothingOpen[\s\S]*next: open an epoch/,
    );
    await openNow(stage, 1n);
    expect((await reserves("sample", ...key("relayer"))).text).toMatch(/sample: 1 sent/);
    const { text } = await reserves("status");
    expect(text).toMatch(
      /asset 0: 0xEeee.*, 18 decimals, insures\n[\s\S]*custody, epochs 1 to 9\n[\s\S]*lowest read since epoch 1/,
    );
    expect(text).toMatch(/0x\w+: \d{10,} in custody, \d{10,} in insurance/);

    expect((await reserves("revoke", ...key("vault"))).exitCode).toBe(0);
    expect((await readReserveSet(chain.provider, stage.book)).accounts).toHaveLength(1);
    expect((await reserves(...relayed)).text).toMatch(
      /CustodySignatureInvalid[\s\S]*next: have the account sign again/,
    );
    await consent("vault", "custody");
    expect((await reserves(...relayed)).exitCode).toBe(0);
  });

  it("names file and field of what does not fit, and refuses consents for another registry", async () => {
    await writeJson("bad-tokens.json", {
      format: "plimsoll.reserve-tokens.1",
      tokens: [{ token: "0x12", asset: 0, insures: true }],
    });
    const args = ["--consents", at("consents.json"), ...key("relayer")];
    const bad = await reserves("register", "--tokens", at("bad-tokens.json"), ...args);
    expect(bad).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/FORMAT: .*bad-tokens\.json, field tokens\.0\.token/),
    });
    const other = JSON.parse(await readFile(at("consents.json"), "utf8"));
    await writeJson("other.json", { ...other, registry: `0x${"12".repeat(20)}` });
    const foreign = await reserves(
      "register",
      "--tokens",
      at("tokens.json"),
      "--consents",
      at("other.json"),
      ...key("relayer"),
    );
    expect(foreign).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/other\.json: expected consents for registry .* sign again/),
    });
    const order = await consent("vault", "custody", "--to-epoch", "0");
    expect(order).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/--to-epoch: expected 1 or later, came 0/),
    });
  });
});

describe("plimsoll attestors", () => {
  const custodian = walletOf(9).address;
  const sign = (...more: string[]) =>
    attestors(
      ...["sign", ...key("custodian"), "--epoch", "2", "--risk-parameters", at("risk.json")],
      ...["--marks", at("marks.json"), "--held", at("held.json"), "--out", at("statements.json"), ...more],
    );

  it("names, lists and removes as the owner; what an attestor signs is what chain.statements reads", async () => {
    const name = ["name", "--attestor", custodian, "--name", "A custodian"];
    expect((await attestors(...name, ...key("relayer"))).text).toMatch(
      /OwnableUnauthorizedAccount[\s\S]*next: .*owner's key/,
    );
    expect((await attestors(...name, ...key("owner"))).text).toMatch(/count for snapshots from \d+ on/);
    expect((await attestors("list")).text).toBe(
      `${custodian}  "A custodian"  counts for snapshots from ${(await readAttestor(chain.provider, stage.book, custodian)).from} on\n`,
    );
    await writeJson("held.json", { format: "plimsoll.reserves.1", insurance: "0", held: { USDT: "12.5" } });
    expect((await sign()).text).toMatch(/--epoch: expected 2 to wait for its attestation, came epoch 1/);
    const early = await openNow(stage, 2n);
    expect((await sign()).text).toMatch(
      /expected one who counts at the snapshot .* came one whose statements count from/,
    );
    await chain.setNextTime(early + ATTESTOR_DELAY);
    await chain.provider.send("evm_mine", []);
    const snapshotTime = await openNow(stage, 3n);
    expect((await sign("--epoch", "3")).text).toMatch(
      /"A custodian" states what it holds of 1 assets for epoch 3[\s\S]*1 statements\n/,
    );
    const [statement] = await readStatements(at("statements.json"));
    const { rowTableHash } = tinyPolicy.descriptor;
    const { assets, amounts, signature } = statement!;
    expect([assets, amounts]).toEqual([[1], [12_500_000n]]);
    const { domain, types, message } = statementTypedData(domainOf(stage), {
      epoch: 3n,
      snapshotTime,
      rowTableHash,
      assets,
      amounts,
    });
    expect(verifyTypedData(domain, types, message, signature)).toBe(custodian);

    expect((await attestors("remove", "--attestor", custodian, ...key("owner"))).exitCode).toBe(0);
    expect((await attestors("list")).text).toMatch(/"A custodian" {2}removed/);
    expect((await sign("--epoch", "3")).text).toMatch(/came one that isn't named/);
  });

  it("refuses a statement about insurance, or about nothing", async () => {
    for (const [insurance, held, words] of [
      ["1", { USDT: "1" }, /insurance "0"/],
      ["0", {}, /an asset that is held, came none/],
      ["0", { XBT: "1" }, /XBT/],
    ] as const) {
      await writeJson("held.json", { format: "plimsoll.reserves.1", insurance, held });
      expect(await sign("--epoch", "3")).toMatchObject({ exitCode: 2, text: expect.stringMatching(words) });
    }
  });
});
