import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HDNodeWallet, JsonRpcProvider, Mnemonic } from "ethers";
import { network } from "hardhat";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployPolicyRegistry } from "../../../prover/src/chain/policy-registry.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { descriptorParts } from "../../../verifier/src/policy/descriptor.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";

// The accounts of every Hardhat network.
const MNEMONIC = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const signer = (index: number) => HDNodeWallet.fromMnemonic(MNEMONIC, `m/44'/60'/0'/0/${index}`);
const [owner, relayer, ann, bob, cat] = [0, 1, 2, 3, 4].map(signer) as [
  HDNodeWallet,
  HDNodeWallet,
  HDNodeWallet,
  HDNodeWallet,
  HDNodeWallet,
];
const observationTime = Date.parse(tinyMarks.observedAt) / 1000;

let folder: string;
let url: string;
let registry: string;
let close: () => Promise<void>;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-publish-"));
  const started = new Date((observationTime + 60) * 1000).toISOString();
  const server = await network.createServer({ override: { initialDate: started } });
  const { address, port } = await server.listen();
  url = `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
  const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1 });
  close = async () => {
    provider.destroy();
    await server.close();
  };
  const { riskParametersHash } = descriptorParts(tinyRiskParameters, tinyMarks, []);
  const { address: deployed } = await deployPolicyRegistry(owner.connect(provider), {
    owner: owner.address,
    timeLock: 86_400n,
    configuration: {
      publishers: [ann, bob, cat].map((one) => one.address),
      threshold: 2,
      riskParametersHash,
      publishWithin: 3_600,
      gracePeriod: 0,
      feeds: [],
    },
  });
  registry = deployed;
  await writeFile(at("risk.json"), JSON.stringify(tinyRiskParameters));
  await writeFile(at("marks.json"), JSON.stringify(tinyMarks));
  const dearer = structuredClone(tinyMarks);
  dearer.spot.BTC!.price = "60001";
  await writeFile(at("dearer.json"), JSON.stringify(dearer));
  for (const [name, wallet] of Object.entries({ ann, bob, cat, relayer }))
    await writeFile(at(`${name}.key`), wallet.privateKey, { mode: 0o600 });
});
afterAll(async () => {
  await close();
  await rm(folder, { recursive: true, force: true });
});

const policy = (marks = "marks.json") => ["--risk-parameters", at("risk.json"), "--marks", at(marks)];
const sign = (who: string, out: string, ...more: string[]) => {
  const files = more.includes("--marks") ? [] : policy();
  const where = ["--registry", registry, "--chain-id", "31337", "--out", at(out)];
  return runCommand(["policy", "sign", ...files, ...where, "--key-file", at(`${who}.key`), ...more]);
};
const publish = (files: readonly string[], ...more: string[]) =>
  runCommand([
    ...["policy", "publish", "--publication", ...files.map(at), "--rpc", url],
    ...["--key-file", at("relayer.key"), ...more],
  ]);
const verify = (...more: string[]) =>
  runCommand([
    "policy",
    "verify",
    ...(more.includes("--marks") ? [] : policy()),
    "--rpc",
    url,
    "--registry",
    registry,
    ...more,
  ]);

describe("publishers sign, anybody publishes, everybody checks", () => {
  it("a file of another publisher is signed only when it says the same, number by number", async () => {
    const first = await sign("ann", "a.json");
    expect(first).toMatchObject({ exitCode: 0, text: expect.stringContaining(ann.address) });
    const text = await readFile(at("a.json"), "utf8");
    await writeFile(at("edited.json"), text.replace(/"unitWeight": "\d+"/, '"unitWeight": "1"'));
    const edited = await sign("bob", "edited.json");
    expect(edited).toMatchObject({ exitCode: 2, text: expect.stringMatching(/came another publication/) });
    const other = await sign(
      "bob",
      "a.json",
      "--risk-parameters",
      at("risk.json"),
      "--marks",
      at("dearer.json"),
    );
    expect(other.exitCode).toBe(2);
    expect(await readFile(at("a.json"), "utf8")).toBe(text);
  });

  it("one signature is too few, as the registry says in words; nothing was sent", async () => {
    const few = await publish(["a.json"], "--dry-run");
    expect(few).toMatchObject({
      exitCode: 3,
      text: expect.stringMatching(/SignaturesTooFew: expected signatures of 2 publishers, came 1/),
    });
  });

  it("signatures of two files are put together, and not those of another publication", async () => {
    await sign("bob", "b.json");
    await sign("cat", "later.json", "--valid-for", "7200");
    expect(await publish(["a.json", "later.json"])).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/came another one/),
    });
    const dry = await publish(["a.json", "b.json"], "--dry-run");
    expect(dry).toMatchObject({ exitCode: 0, text: expect.stringMatching(/would be published for \d+ gas/) });
    expect(await verify()).toMatchObject({
      exitCode: 1,
      text: expect.stringMatching(/nothing is published/),
    });
    const done = await publish(["a.json", "b.json"]);
    expect(done).toMatchObject({ exitCode: 0, text: expect.stringMatching(/published in transaction 0x/) });
    expect(await publish(["a.json", "b.json"])).toMatchObject({
      exitCode: 3,
      text: expect.stringMatching(/AlreadyPublished/),
    });
  });

  it("what is published is what the files give, and not what others give", async () => {
    const good = await verify();
    expect(good).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/ok +unit weights[\s\S]*nothing failed/),
    });
    const dearer = await verify("--risk-parameters", at("risk.json"), "--marks", at("dearer.json"));
    expect(dearer).toMatchObject({
      exitCode: 1,
      text: expect.stringMatching(/FAILED +policy[\s\S]*price of "BTC"/),
    });
    expect(await verify("--time", String(observationTime + 5))).toMatchObject({ exitCode: 1 });
    // A second endpoint of the same chain id that knows nothing of the registry (attack row 32).
    const other = await network.createServer();
    const { address, port } = await other.listen();
    const lying = `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
    expect((await verify("--rpc", url, lying)).exitCode).toBe(3);
    expect((await verify("--rpc", url, url)).exitCode).toBe(0);
    await other.close();
  });

  it("keys in a readable file, addresses and numbers that are none, are refused", async () => {
    await writeFile(at("open.key"), ann.privateKey, { mode: 0o644 });
    expect(await sign("open", "c.json")).toMatchObject({ exitCode: 2, text: expect.stringMatching(/0600/) });
    expect(await sign("ann", "c.json", "--time", "soon")).toMatchObject({ exitCode: 2 });
    expect(await sign("ann", "c.json", "--publisher", "0x12")).toMatchObject({ exitCode: 2 });
  });
});
