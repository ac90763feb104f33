import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ContractFactory, HDNodeWallet, JsonRpcProvider, Mnemonic, type Signer, toBeHex } from "ethers";
import { network } from "hardhat";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import { contractArtifact } from "../../../prover/src/chain/artifacts.ts";
import { certifiedPublication } from "../../../prover/src/chain/certified-publication.ts";
import { publicationToAbi } from "../../../prover/src/chain/policy-typed-data.ts";
import { deployRegistry } from "../../../prover/src/chain/registry.ts";
import { nameAttestor, reserveBookOf, signStatement } from "../../../prover/src/chain/reserves.ts";
import { doctorCommand } from "../../../prover/src/cli/doctor-command.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { readSent } from "../../../prover/src/pipeline/sent-transactions.ts";
import { packKey } from "../../../verifier/src/groth16/key.ts";
import { tinyPolicy } from "../../support/exchange.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";

// The accounts of every Hardhat network.
const MNEMONIC = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const signer = (index: number) => HDNodeWallet.fromMnemonic(MNEMONIC, `m/44'/60'/0'/0/${index}`);
const [owner, exchange, relayer, custodian] = [0, 1, 2, 3].map(signer) as HDNodeWallet[];

let folder: string;
let config: string;
let registry: string;
// When the marks were observed.
const snapshotTime = BigInt(Date.parse(tinyMarks.observedAt) / 1000);
const servers: Awaited<ReturnType<typeof startChain>>[] = [];
const at = (name: string) => join(folder, name);

async function startChain() {
  const server = await network.createServer({ override: { initialDate: "2026-11-18T07:00:00Z" } });
  const { address, port } = await server.listen();
  const url = `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
  return { server, url, provider: new JsonRpcProvider(url, undefined, { cacheTimeout: -1 }) };
}

/** A registry of policies that takes any, with the tiny one for the snapshot's time. */
async function deployPolicies(deployer: Signer): Promise<string> {
  const { abi, bytecode } = await contractArtifact("PoliciesMock");
  const contract = await new ContractFactory(abi, bytecode, deployer).deploy();
  await contract.waitForDeployment();
  const publication = await certifiedPublication(tinyPolicy, {
    chainId: 31337n,
    observationTime: snapshotTime,
  });
  const args = [publicationToAbi(publication), toBeHex(tinyPolicy.descriptorHash, 32)];
  await (await contract.getFunction("publish").send(...args)).wait();
  return contract.getAddress();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-settle-"));
  servers.push(await startChain(), await startChain());
  const { provider, url } = servers[0]!;
  const deployer = owner!.connect(provider);
  const [batch, epoch] = await Promise.all(["batch-4-8", "epoch-tiny"].map(instanceArtifacts));
  registry = (
    await deployRegistry(deployer, {
      exchange: exchange!.address,
      owner: owner!.address,
      policies: await deployPolicies(deployer),
      minimumInterval: 3600n,
      batchKeys: [packKey(batch!.vkey)],
      epochKeys: [{ packed: packKey(epoch!.vkey), assets: 2 }],
    })
  ).address;
  const book = await reserveBookOf(registry, provider);
  await nameAttestor(deployer, book, custodian!.address, "A custodian");
  const domain = { chainId: 31337n, registry, book };
  const { rowTableHash } = tinyPolicy.descriptor;
  const held = { epoch: 1n, snapshotTime, rowTableHash, assets: [1], amounts: [12_500_000n] };
  const { amounts, ...statement } = await signStatement(custodian!, domain, held);

  // The attestor's word counts by then, and the snapshot is near enough to be opened.
  await provider.send("evm_setNextBlockTimestamp", [Number(snapshotTime) - 3600]);
  await provider.send("evm_mine", []);

  const reserves = { format: "plimsoll.reserves.1", insurance: "0", held: { USDT: "12.5" } };
  const files: Record<string, string> = {
    "risk.json": JSON.stringify(tinyRiskParameters),
    "marks.json": JSON.stringify(tinyMarks),
    "balances.csv": "account,asset,quantity\nalice,USDT,12\nbob,USDT,0.5\n",
    "reserves.json": JSON.stringify(reserves),
    "statements.json": JSON.stringify({
      format: "plimsoll.statements.1",
      statements: [{ ...statement, amounts: amounts.map(String) }],
    }),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), text);
  const secrets = { secret: "ab".repeat(32), sender: relayer!.privateKey, signer: exchange!.privateKey };
  for (const [name, text] of Object.entries(secrets)) await writeFile(at(name), text, { mode: 0o600 });
  config = at("config.json");
  await writeFile(
    config,
    JSON.stringify({
      format: "plimsoll.config.1",
      folder: "epoch",
      chainId: "31337",
      registry,
      exchange: exchange!.address,
      exchangeId: "tiny",
      epoch: "1",
      snapshotTime: snapshotTime.toString(),
      policy: { riskParameters: "risk.json", marks: "marks.json" },
      snapshot: { balances: ["balances.csv"] },
      reserves: "reserves.json",
      circuits: { batch: "batch-4-8", epoch: "epoch-tiny" },
      operatorSecretFile: "secret",
      chain: { rpc: url, senderKeyFile: "sender", exchangeKeyFile: "signer", statements: "statements.json" },
    }),
  );
});
afterAll(async () => {
  for (const { provider, server } of servers) {
    provider.destroy();
    await server.close();
  }
  await rm(folder, { recursive: true, force: true });
});

/** Of what everybody sees on the chain (attack row 35). */
async function expectNoSecrets(calldata: string): Promise<void> {
  const read = async (path: string) => JSON.parse(await readFile(at(`epoch/private/${path}`), "utf8"));
  const { totalsSalt, weightsSalt, blinds } = await read("commit.json");
  const [alice, bob] = [await read("bundles/alice.json"), await read("bundles/bob.json")];
  const operator = (await readFile(at("secret"), "utf8")).trim().replace(/^0x/, "");
  const secrets = [totalsSalt, weightsSalt, ...blinds.flat(), alice.salt, bob.salt].map((hex: string) =>
    hex.slice(2),
  );
  const names = ["alice", "bob"].map((name) => Buffer.from(name).toString("hex"));
  // A total of everybody's is only in a commitment; no word of the data is one account's quantity either.
  const quantities = [...alice.holdings, ...bob.holdings].map(({ quantity }) => BigInt(quantity));
  const words = new Set((calldata.slice(10).match(/.{64}/g) ?? []).map((word) => BigInt(`0x${word}`)));
  expect(secrets.length).toBeGreaterThan(6);
  for (const secret of [...secrets, ...names, operator]) expect(calldata).not.toContain(secret);
  for (const quantity of quantities.filter((units) => units > 1000n)) expect(words).not.toContain(quantity);
}

describe("settling over JSON-RPC, with a relayer that pays", () => {
  const attest = () => runCommand(["epoch", "attest", "--config", config]);

  it("refuses to work on an epoch that was not opened, before any proof", async () => {
    const { text, exitCode } = await attest();
    expect(text).toMatch(
      /CONFIG: epoch 1: expected the registry to have it open .* came an epoch that is not open/,
    );
    expect(exitCode).toBe(2);
  });

  it("opens, attests once, and verifies bundle and epoch against the chain", async () => {
    const opened = await runCommand(["epoch", "resume", "--config", config]);
    expect(opened).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/to be attested by[\s\S]*next: take the snapshot at/),
    });
    const { provider, url } = servers[0]!;
    await provider.send("evm_setNextBlockTimestamp", [Number(snapshotTime) + 60]);
    await provider.send("evm_mine", []);

    const first = await attest();
    expect(first).toMatchObject({ exitCode: 0, text: expect.stringMatching(/attested in transaction 0x/) });
    await expectNoSecrets(
      (await provider.getTransaction(/transaction (0x\w{64})/.exec(first.text)![1]!))!.data,
    );
    expect(await attest()).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/attested before, under this very root/),
    });
    const sent = readSent(at("epoch/private/transactions.json"));
    expect(sent.map(({ what }) => what)).toEqual([
      `open epoch 1 for the snapshot at ${snapshotTime}`,
      "attest 1 batch at once",
    ]);
    for (const { hashes, mined } of sent) {
      const { hash, gasUsed, gasPrice, blockNumber } = (await provider.getTransactionReceipt(hashes[0]!))!;
      expect(mined).toEqual({ hash, gasUsed, fee: gasUsed * gasPrice, blockNumber });
    }
    const status = await runCommand(["epoch", "status", at("epoch")]);
    expect(status.text).toMatch(/attested +yes/);

    // As after a run that was stopped while it wrote bundles.
    await rm(at("epoch/private/bundles/bob.json"));
    const resume = await runCommand(["epoch", "resume", "--config", config, "--json"]);
    expect(JSON.parse(resume.text)).toMatchObject({
      folder: { bundles: 2 },
      chain: { newestAttested: "1" },
      next: { words: expect.stringMatching(/^nothing/) },
    });

    const chain = ["--rpc", url, "--registry", registry];
    const bundle = await runCommand(["verify", "bundle", at("epoch/private/bundles/bob.json"), ...chain]);
    expect(bundle).toMatchObject({ exitCode: 0, text: expect.stringMatching(/ok +attestation/) });
    const epoch = await runCommand(["verify", "epoch", at("epoch/public"), ...chain]);
    expect(epoch).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/ok +epoch proof[\s\S]*ok +attestation[\s\S]*ok +public files/),
    });
    // What an exchange publishes beside was not signed, and needs no signature.
    await runCommand(["epoch", "publish-totals", at("epoch"), "--yes"]);
    const published = await runCommand(["verify", "epoch", at("epoch/public"), ...chain]);
    expect(published.text).toMatch(/ok +totals[\s\S]*ok +public files[\s\S]*COVERAGE BY ASSET/);
    expect(published.text).toMatch(/^ +USDT +12\.5 +0 +12\.5 +100 % +12\.50$/m);
    expect(published.exitCode).toBe(0);
  });

  it("reports what settling cost, also of a transaction that a killed run sent and never saw in a block", async () => {
    const file = at("epoch/private/transactions.json");
    const known = readSent(file);
    const costs = async () => {
      const { text, exitCode } = await runCommand(["epoch", "report", "--config", config]);
      expect(exitCode, text).toBe(0);
      const html = await readFile(at("epoch/private/report.html"), "utf8");
      return { text, gas: /<dt>Gas<\/dt><dd>([^<]*)/.exec(html)![1]! };
    };
    const all = known.reduce((sum, { mined }) => sum + mined!.gasUsed, 0n).toLocaleString("en");
    expect(await costs()).toMatchObject({ gas: all, text: expect.not.stringMatching(/was not read/) });
    const unseen = (await readFile(file, "utf8")).replace(
      /"mined": \{[^}]*\}(?=\s*\}\s*\])/,
      '"mined": null',
    );
    await writeFile(file, unseen);
    expect(readSent(file).map(({ mined }) => mined === null)).toEqual([false, true]);
    expect((await costs()).gas).toBe(all);
    expect(readSent(file)).toEqual(known);
  });

  it("refuses a copy of the public part in which a file was changed, and minds no stray one", async () => {
    await cp(at("epoch/public"), at("copy"), { recursive: true });
    await writeFile(at("copy/.DS_Store"), "stray");
    const { url } = servers[0]!;
    const verify = () => runCommand(["verify", "epoch", at("copy"), "--rpc", url, "--registry", registry]);
    expect(await verify()).toMatchObject({ exitCode: 0, text: expect.stringMatching(/ok +public files/) });
    // The same marks, so the same policy, in other bytes.
    await writeFile(at("copy/policy/marks.json"), JSON.stringify(tinyMarks, null, 1));
    expect(await verify()).toMatchObject({
      exitCode: 1,
      text: expect.stringMatching(
        /ok +attestation[\s\S]*FAILED +public files: .*hash 0x.* here, 0x.* in the event/,
      ),
    });
  });

  it("refuses another registry, and endpoints that tell different things (attack row 32)", async () => {
    const bundle = at("epoch/private/bundles/bob.json");
    const verify = (...options: string[]) => runCommand(["verify", "bundle", bundle, ...options]);
    const [honest, other] = servers.map((server) => server.url) as [string, string];
    const stranger = await verify("--rpc", honest, "--registry", custodian!.address);
    expect(stranger).toMatchObject({ exitCode: 1, text: expect.stringMatching(/FAILED +attestation/) });
    const split = await verify("--rpc", honest, other, "--registry", registry);
    expect(split).toMatchObject({ exitCode: 1, text: expect.stringMatching(/FAILED +attestation/) });
  });

  it("asks an exchange that is a contract whether it signed a statement", async () => {
    const { provider, url } = servers[0]!;
    const { abi, bytecode } = await contractArtifact("WalletMock");
    const wallet = await new ContractFactory(abi, bytecode, owner!.connect(provider)).deploy(
      exchange!.address,
    );
    await wallet.waitForDeployment();
    const address = await wallet.getAddress();
    const changes = { exchange: address, folder: "of-contract" };
    await writeFile(
      at("of-contract.json"),
      JSON.stringify({ ...JSON.parse(await readFile(config, "utf8")), ...changes }),
    );
    const sign = ["statement", "sign", "--config", at("of-contract.json"), "--users", "bob"];
    expect((await runCommand(sign)).text).toMatch(/expected the key of the exchange .*--for-contract/);
    expect((await runCommand([...sign, "--for-contract"])).exitCode).toBe(0);
    const verify = () =>
      runCommand([
        ...["verify", "statement", at("of-contract/private/statements/bob.json"), "--exchange", address],
        ...["--rpc", url, "--registry", registry],
      ]);
    const signed = await verify();
    expect(signed.text).toMatch(/FAILED +statement's exchange: [\s\S]*ok +statement's signature: /);
    await (await wallet.getFunction("setKey").send(relayer!.address)).wait();
    expect((await verify()).text).toMatch(/FAILED +statement's signature: the exchange did not sign this/);
  });

  it("has a doctor who compares the configuration with the chain, and tells no key", async () => {
    const machine = {
      ...{ node: process.versions.node, freeMemory: 8e9, freeDisk: 50e9 },
      prover: async () => ({ prover: "own", reason: "as in another test" }) as const,
    };
    const doctor = async (changes: object = {}) => {
      const text = JSON.parse(await readFile(config, "utf8"));
      await writeFile(at("doctor.json"), JSON.stringify({ ...text, ...changes }));
      return doctorCommand({ config: at("doctor.json") }, machine);
    };
    const { text: good } = await doctor();
    expect(good).toMatch(/ok +endpoint: .* answers for chain 31337/);
    expect(good).toMatch(/(ok|warning) +clock: /);
    expect(good).toMatch(/ok +registry: 0x.*\nok +batch-4-8 on chain: .*\nok +epoch-tiny on chain: /);
    expect(good).toMatch(/ok +balance: 0x\w+ has /);
    for (const key of [relayer!.privateKey, exchange!.privateKey]) expect(good).not.toContain(key.slice(2));
    const none = await doctor({ registry: custodian!.address });
    expect(none).toMatchObject({
      ...{
        exitCode: 1,
        text: expect.stringMatching(/wrong +registry: .*expected a contract, came none\n +plimsoll deploy/),
      },
    });
    expect((await doctor({ exchange: relayer!.address })).text).toMatch(
      /wrong +registry: .*expected exchange/,
    );
    expect((await doctor({ chainId: "1" })).text).toMatch(
      /wrong +endpoint: .*expected an endpoint of chain 1, came/,
    );
  });
});
