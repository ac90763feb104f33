import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Contract, HDNodeWallet, JsonRpcProvider, Mnemonic } from "ethers";
import { network } from "hardhat";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import { contractArtifact } from "../../../prover/src/chain/artifacts.ts";
import { policyRegistryAt } from "../../../prover/src/chain/policy-registry.ts";
import { circuitIdOf, registryAt } from "../../../prover/src/chain/registry.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { packKey, toSnarkjsKey } from "../../../verifier/src/groth16/key.ts";
import { canonicalHash } from "../../../verifier/src/policy/canonical.ts";
import { deploy } from "../../support/chain.ts";
import { tinyRiskParameters } from "../../support/policies.ts";
import { call } from "../../support/refusal.ts";

// The accounts of every Hardhat network.
const MNEMONIC = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const signer = (index: number) => HDNodeWallet.fromMnemonic(MNEMONIC, `m/44'/60'/0'/0/${index}`);
const [deployer, owner, exchange, custody, publisher] = [0, 1, 2, 3, 5].map(signer) as [
  HDNodeWallet,
  HDNodeWallet,
  HDNodeWallet,
  HDNodeWallet,
  HDNodeWallet,
];

let folder: string;
let feed: string;
const servers: Awaited<ReturnType<typeof startChain>>[] = [];
const at = (name: string) => join(folder, name);

async function startChain(chainId?: number) {
  const server = await network.createServer(chainId === undefined ? {} : { override: { chainId } });
  const { address, port } = await server.listen();
  const url = `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
  return { server, url, provider: new JsonRpcProvider(url, undefined, { cacheTimeout: -1 }) };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-deploy-"));
  servers.push(await startChain(), await startChain(99));
  feed = await (await deploy(deployer.connect(servers[0]!.provider), "FeedMock", 8, 60_000n)).getAddress();
  await writeFile(at("risk.json"), JSON.stringify(tinyRiskParameters));
  for (const name of ["batch-4-8", "epoch-tiny", "account-1"])
    await writeFile(
      at(`${name}.vkey.json`),
      JSON.stringify(toSnarkjsKey((await instanceArtifacts(name)).vkey)),
    );
  for (const [name, wallet] of Object.entries({ deployer, owner }))
    await writeFile(at(`${name}.key`), wallet.privateKey, { mode: 0o600 });
});
afterAll(async () => {
  for (const { provider, server } of servers) {
    provider.destroy();
    await server.close();
  }
  await rm(folder, { recursive: true, force: true });
});

const policies = () => ({
  owner: owner.address,
  timeLockSeconds: 172_800,
  publishers: [publisher.address],
  threshold: 1,
  riskParameters: "risk.json",
  publishWithinSeconds: 3_600,
  feeds: [{ asset: "BTC", aggregator: feed, decimals: 8, heartbeatSeconds: 3_600, bandPercent: "1.5" }],
});
const solvency = () => ({
  owner: owner.address,
  exchange: exchange.address,
  minimumIntervalSeconds: 3_600,
  batchKeys: ["batch-4-8.vkey.json"],
  epochKeys: [{ key: "epoch-tiny.vkey.json", assets: 2 }],
});

async function run(name: string, edit: Record<string, unknown> = {}) {
  const config = {
    format: "plimsoll.deployment.1",
    chainId: "31337",
    rpc: servers[0]!.url,
    deployerKeyFile: "deployer.key",
    folder: name,
    policyRegistry: policies(),
    solvencyRegistry: solvency(),
    ...edit,
  };
  await writeFile(at(`${name}.json`), JSON.stringify(config));
  return runCommand(["deploy", "--config", at(`${name}.json`)]);
}

describe("plimsoll deploy", () => {
  it("puts both registries and their keys on a chain, and sends nothing twice", async () => {
    const { text, exitCode } = await run("both");
    expect(exitCode, text).toBe(0);
    const [, policyRegistry, solvencyRegistry] = text.match(
      /policy registry +(0x\w+)\nsolvency registry +(0x\w+)/,
    )!;
    const { provider } = servers[0]!;
    const own = await policyRegistryAt(policyRegistry!, provider);
    const [inForce] = await call<[Record<string, unknown>]>(own, "configuration");
    expect(inForce.riskParametersHash).toBe(
      `0x${canonicalHash(tinyRiskParameters).toString(16).padStart(64, "0")}`,
    );
    expect(inForce.feeds).toEqual([[0n, feed, 8n, 3_600n, 150n]]);
    expect([await call(own, "owner"), await call(own, "timeLock")]).toEqual([owner.address, 172_800n]);
    const registry = await registryAt(solvencyRegistry!, provider);
    expect(await call(registry, "exchange")).toBe(exchange.address);
    const id = circuitIdOf(packKey((await instanceArtifacts("epoch-tiny")).vkey));
    const circuit = await call<{ assets: bigint }>(
      registry,
      "circuitOf",
      `0x${id.toString(16).padStart(64, "0")}`,
    );
    expect(circuit.assets).toBe(2n);
    expect(await call(registry, "policies")).toBe(policyRegistry);

    const sent = await provider.getTransactionCount(deployer.address);
    expect((await run("both")).text).toBe(text);
    expect(await provider.getTransactionCount(deployer.address)).toBe(sent);
  });

  it("goes on where a run stopped: a registry added to the file is the only one sent", async () => {
    const first = await run("grown", { solvencyRegistry: undefined });
    const [policyRegistry] = first.text.match(/0x\w{40}/)!;
    const both = await run("grown");
    expect(both.text).toContain(policyRegistry);
    expect(both.text).toMatch(/solvency registry +0x/);
    const { provider } = servers[0]!;
    const sent = await provider.getTransactionCount(deployer.address);
    const judged = { ...solvency(), accountKeys: ["account-1.vkey.json"] };
    const all = await run("grown", { solvencyRegistry: judged });
    const check = all.text.match(/account check +(0x\w{40})/)![1]!;
    expect(all.text).toContain(both.text.match(/solvency registry +(0x\w{40})/)![1]);
    // A key and the contract.
    expect(await provider.getTransactionCount(deployer.address)).toBe(sent + 2);
    const { abi } = await contractArtifact("AccountCheck");
    const id = circuitIdOf(packKey((await instanceArtifacts("account-1")).vkey));
    const key = await call(
      new Contract(check, abi, provider),
      "keyOf",
      `0x${id.toString(16).padStart(64, "0")}`,
    );
    expect(BigInt(key as string)).not.toBe(0n);
  });

  it("refuses to change in a journal what is on chain already", async () => {
    await run("fixed", { solvencyRegistry: undefined });
    const other = await run("fixed", {
      policyRegistry: { ...policies(), threshold: 1, owner: custody.address },
    });
    expect(other).toMatchObject({
      exitCode: 3,
      text: expect.stringMatching(/another deployment: take a new one/),
    });
  });

  it("says what a registry refuses, in its own words: development keys off local chains (attack row 3)", async () => {
    const elsewhere = { chainId: "99", rpc: servers[1]!.url, confirmations: 1 };
    const refused = await run("public", {
      ...elsewhere,
      policyRegistry: undefined,
      solvencyRegistry: { ...solvency(), policies: custody.address },
    });
    expect(refused.exitCode).toBe(3);
    expect(refused.text).toMatch(/DevelopmentKeyOnPublicChain/);
    const short = await run("short", { policyRegistry: { ...policies(), timeLockSeconds: 60 } });
    expect(short).toMatchObject({ exitCode: 3, text: expect.stringMatching(/TimeLockTooShort/) });
    // Put right in the file, it goes on.
    expect(await run("short")).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/policy registry +0x/),
    });
  });

  it("configures a registry step by step: proposed, waiting, in force, and never before its time lock", async () => {
    const { text } = await run("configured", { solvencyRegistry: undefined });
    const registry = text.match(/0x\w{40}/)![0];
    const configure = (...more: string[]) =>
      runCommand(["policy", "configure", "--config", at("configured.json"), "--registry", registry, ...more]);
    expect((await configure()).text).toMatch(/is in force, as number 1/);
    await run("configured", {
      policyRegistry: { ...policies(), publishers: [publisher.address, custody.address], threshold: 2 },
      solvencyRegistry: undefined,
    });
    expect((await configure()).text).toMatch(/would be proposed now; nothing was sent/);
    const byStranger = await configure("--key-file", at("deployer.key"));
    expect(byStranger).toMatchObject({
      exitCode: 3,
      text: expect.stringMatching(/OwnableUnauthorizedAccount/),
    });
    expect((await configure("--key-file", at("owner.key"))).text).toMatch(/proposed in transaction 0x/);
    expect((await configure("--key-file", at("owner.key"))).text).toMatch(
      /can be put in force from \d+ to \d+/,
    );
    const { provider } = servers[0]!;
    await provider.send("evm_increaseTime", [172_800]);
    await provider.send("evm_mine", []);
    expect((await configure("--key-file", at("owner.key"))).text).toMatch(/put in force in transaction 0x/);
    expect((await configure()).text).toMatch(/is in force, as number 2/);
  });

  it("refuses a file that names another chain, an unknown asset, or nothing", async () => {
    expect(await run("a", { chainId: "1" })).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/chain 1,/),
    });
    const [known] = policies().feeds;
    const feeds = [{ ...known, asset: "XBT" }];
    expect(await run("b", { policyRegistry: { ...policies(), feeds } })).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/asset "XBT" is not in the risk parameters/),
    });
    expect(await run("c", { policyRegistry: undefined, solvencyRegistry: undefined })).toMatchObject({
      exitCode: 2,
    });
  });
});
