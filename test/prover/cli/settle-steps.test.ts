import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HDNodeWallet, Mnemonic } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commitEpoch } from "../../../prover/src/chain/parts.ts";
import { readAttestation } from "../../../prover/src/chain/registry.ts";
import { commitTypedData, signTypedData } from "../../../prover/src/chain/typed-data.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { costOf } from "../../../prover/src/epoch-report/tables.ts";
import { epochFolder, makeEpochFolder } from "../../../prover/src/pipeline/epoch-folder.ts";
import { writePublic } from "../../../prover/src/pipeline/files.ts";
import { hashPublicPart } from "../../../prover/src/pipeline/public-part.ts";
import { readSent } from "../../../prover/src/pipeline/sent-transactions.ts";
import { toJson } from "../../../verifier/src/formats/codecs.ts";
import { type EpochRecord, epochRecord } from "../../../verifier/src/formats/epoch.ts";
import { type LocalChain, localChain } from "../../support/chain.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { serveChain } from "../../support/rpc-server.ts";
import { fund, honestEpoch, type Stage, stageRegistry } from "../../support/staged-epoch.ts";

const MNEMONIC = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const keyOf = (index: number) => HDNodeWallet.fromMnemonic(MNEMONIC, `m/44'/60'/0'/0/${index}`).privateKey;
const SCRIPT = fileURLToPath(new URL("../../../prover/src/cli/plimsoll.ts", import.meta.url));
const CLAIMS = [5n, 7n, 9n];
const BATCHES = 5;
/** Three parts, then: two of two batches and one of one. */
const PARTS = ["--batches-per-transaction", "2"];

let chain: LocalChain;
let stage: Stage;
let server: Awaited<ReturnType<typeof serveChain>>;
let root: string;
let epoch = 0n;
/** Acts on the endpoint's requests while a test wants it to. */
let interfere: (method: string) => Promise<void> | void = () => {};
const at = (name: string) => join(root, name);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "plimsoll-steps-"));
  chain = await localChain();
  stage = await stageRegistry(chain, { seed: "steps of an epoch" });
  await fund(stage, CLAIMS);
  server = await serveChain(chain, (method) => interfere(method));
  const files = {
    "risk.json": JSON.stringify(tinyRiskParameters),
    "marks.json": JSON.stringify(tinyMarks),
    "reserves.json": JSON.stringify({ format: "plimsoll.reserves.1", insurance: "0", held: {} }),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), text);
  const secrets = { secret: "ab".repeat(32), exchange: keyOf(1), relayer: keyOf(2), stranger: keyOf(3) };
  for (const [name, text] of Object.entries(secrets)) await writeFile(at(name), text, { mode: 0o600 });
});
afterAll(async () => {
  await server.close();
  await chain.close();
  await rm(root, { recursive: true, force: true });
});

/** A folder with a proved epoch that is open, and its configuration. Its proofs are made with the keys' secrets. */
async function provedEpoch() {
  const { submission, snapshotTime } = await honestEpoch(stage, ++epoch, BATCHES, CLAIMS);
  const { epochCircuitId, publicHash: _, batches, ...rest } = submission;
  const { circuitId } = batches[0]!;
  const record: EpochRecord = {
    format: "plimsoll.epoch.1",
    developmentKeys: true,
    ...{ chainId: chain.chainId, registry: BigInt(stage.registry), exchange: BigInt(stage.exchangeAddress) },
    ...{ exchangeId: "staged", snapshotTime, gamma: 1n, beta: 2n },
    ...{ ...rest, claims: [...rest.claims], epochProof: [...rest.epochProof] },
    accountsRoot: BigInt(commitTypedData(domain(), snapshotTime, submission).message.accountsRoot as string),
    batches: batches.map((batch) => ({ ...batch, proof: [...batch.proof] })),
    circuits: {
      batches: [{ name: "batch", circuitId, blocks: 4, words: 8 }],
      epoch: { name: "epoch", circuitId: epochCircuitId, shape: structuredClone(tinyRiskParameters.shape!) },
    },
  };
  const name = `epoch-${epoch}`;
  const folder = epochFolder(at(name));
  await makeEpochFolder(folder);
  await writePublic(folder.record, toJson(epochRecord, record));
  for (const file of [folder.riskParameters, folder.marks, folder.key("batch"), folder.key("epoch")])
    await writePublic(file, "{}\n");
  const config = {
    ...{ format: "plimsoll.config.1", folder: name, chainId: `${chain.chainId}`, registry: stage.registry },
    ...{ exchange: stage.exchangeAddress, exchangeId: "staged", epoch: `${epoch}` },
    snapshotTime: `${snapshotTime}`,
    policy: { riskParameters: "risk.json", marks: "marks.json" },
    snapshot: { balances: ["none.csv"] },
    reserves: "reserves.json",
    circuits: { batch: "batch-4-8", epoch: "epoch-tiny" },
    operatorSecretFile: "secret",
    chain: { rpc: server.url, senderKeyFile: "relayer", exchangeKeyFile: "exchange" },
  };
  const file = at(`${name}.json`);
  await writeFile(file, JSON.stringify(config));
  return { config: ["--config", file], folder, submission, record };
}

const domain = () => ({ chainId: chain.chainId, registry: stage.registry });
const isAttested = async (record: EpochRecord) =>
  (await readAttestation(chain.provider, stage.registry, epoch))?.accountsRoot === record.accountsRoot;

/** The command as a process; killed, as by kill -9, when it has told of its first transaction. */
async function plimsoll(args: readonly string[]) {
  const child = spawn(process.execPath, [SCRIPT, ...args]);
  let text = "";
  const heard = (data: Buffer) => {
    text += data.toString("utf8");
    if (/transaction 0x/.test(text)) child.kill("SIGKILL");
  };
  child.stdout.on("data", heard);
  child.stderr.on("data", heard);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.on("close", (exit, by) => resolve([exit, by])),
  );
  return { text, code, signal };
}

describe("an epoch settled step by step", () => {
  it("goes through kill -9 after every transaction, and sends each once", async () => {
    const { config, record, folder } = await provedEpoch();
    const before = await stage.relayer.getNonce();
    const balance = () => chain.provider.getBalance(stage.relayer.address);
    const money = await balance();
    const parts = ["prove", "--on-chain", "--batches-per-transaction", "4"];
    for (const command of [["commit"], parts, parts, ["finalise"]]) {
      const { signal, text } = await plimsoll(["epoch", ...command, ...config]);
      expect(signal, text).toBe("SIGKILL");
    }
    for (const command of [["commit"], parts, ["finalise"]])
      expect((await runCommand(["epoch", ...command, ...config])).text).toMatch(/nothing was sent/);
    expect(await isAttested(record)).toBe(true);
    expect((await stage.relayer.getNonce()) - before).toBe(1 + 2 + 1);
    // What was paid is known to the last unit of the coin, and counted once.
    const sent = readSent(folder.transactions);
    expect(sent.map(({ what }) => what.split(" ")[0])).toEqual(["commit", "prove", "prove", "finalise"]);
    expect(costOf(sent)).toMatchObject({ transactions: 4, fee: money - (await balance()) });
  });

  it("resume goes on from what the chain has, to the end, and sends nothing when it is typed again", async () => {
    const { config, record } = await provedEpoch();
    await runCommand(["epoch", "commit", ...config]);
    const resume = () => runCommand(["epoch", "resume", "--quiet", ...config]);
    expect(await resume()).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/attested {2}at .* this folder's[\s\S]*next: nothing/),
    });
    expect(await isAttested(record)).toBe(true);
    const nonce = await stage.relayer.getNonce();
    expect((await resume()).text).toMatch(/next: nothing/);
    expect(await stage.relayer.getNonce()).toBe(nonce);
  });

  it("status tells at every step what there is, and the command that comes next; each is estimated first", async () => {
    const { config, record, folder } = await provedEpoch();
    const status = async () => (await runCommand(["epoch", "status", ...config])).text;
    const run = (...command: string[]) => runCommand(["epoch", ...command, ...config]);
    const dry = async (...command: string[]) => {
      const nonce = await stage.relayer.getNonce();
      const outcome = await run(...command, "--dry-run");
      expect(await stage.relayer.getNonce()).toBe(nonce);
      return outcome;
    };
    expect(await status()).toMatch(
      /to be attested by[\s\S]*list {6}not committed[\s\S]*next: plimsoll epoch attest --config/,
    );
    expect((await dry("prove", "--on-chain")).text).toMatch(/NotCommitted: .*\nnext: .*epoch commit/);
    expect((await dry("attest")).text).toMatch(
      /attest 5 batches at once: \d+ gas\n1 transaction, \d+ gas, .* nothing was sent/,
    );
    expect((await dry("commit")).text).toMatch(/commit to the list of 5 batches: \d+ gas/);
    expect(await run("commit")).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/next: .* prove --on-chain/),
    });
    expect(await status()).toMatch(
      /signed +yes[\s\S]*0 of 5 batches proved, this folder's; missing 0-4\n[\s\S]*next: .* prove --on-chain/,
    );
    expect((await dry("prove", "--on-chain", ...PARTS)).text).toMatch(
      /prove batches 4 to 4: \d+ gas\n3 transactions/,
    );
    expect((await dry("finalise")).text).toMatch(/BatchesMissing: 0 of 5 .*\nnext: .*prove --on-chain/);
    expect((await run("prove", "--on-chain", ...PARTS)).exitCode).toBe(0);
    expect(await status()).toMatch(
      /5 of 5 batches proved, this folder's\n[\s\S]*next: plimsoll epoch finalise/,
    );
    expect((await dry("finalise")).text).toMatch(/finalise: \d+ gas/);
    expect((await run("finalise")).exitCode).toBe(0);
    expect(await status()).toMatch(
      /attested {4}yes[\s\S]*attested {2}at .* this folder's[\s\S]*next: nothing/,
    );
    expect((await run("commit")).text).toMatch(/done before, nothing was sent/);
    expect((await dry("finalise")).text).toMatch(/done before, there is nothing to send/);
    expect(await isAttested(record)).toBe(true);
    expect((await runCommand(["epoch", "status", folder.root, "--rpc", server.url])).text).toMatch(
      /next: nothing/,
    );
  });

  it("is finished by a stranger who has the public part alone, when the operator's machine is lost", async () => {
    const { config, folder, record } = await provedEpoch();
    await runCommand(["epoch", "commit", ...config]);
    await cp(join(folder.root, "public"), at("copy"), { recursive: true });
    await rm(folder.root, { recursive: true });
    const stranger = ["--folder", at("copy"), "--rpc", server.url, "--key-file", at("stranger")];
    const proved = await runCommand(["epoch", "prove", "--on-chain", ...stranger]);
    expect(proved).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/next: plimsoll epoch finalise --folder/),
    });
    // A public part in which a byte was changed has other terms.
    await writeFile(at("copy/policy/marks.json"), "{} \n");
    const changed = await runCommand(["epoch", "finalise", ...stranger]);
    expect(changed).toMatchObject({ exitCode: 3, text: expect.stringMatching(/TermsNotCommitted/) });
    await writeFile(at("copy/policy/marks.json"), "{}\n");
    expect((await runCommand(["epoch", "finalise", ...stranger])).exitCode).toBe(0);
    expect(await isAttested(record)).toBe(true);
  });

  it("goes on when the endpoint loses the answer to a transaction that it took", async () => {
    const { config, record } = await provedEpoch();
    let lost = 0;
    interfere = async (method) => {
      if (method === "eth_getTransactionReceipt" && lost++ < 3) throw new Error("connection lost");
    };
    for (const command of [["commit"], ["prove", "--on-chain"], ["finalise"]]) {
      let outcome = await runCommand(["epoch", ...command, ...config]);
      for (let tries = 0; outcome.exitCode !== 0 && tries < 3; tries++)
        outcome = await runCommand(["epoch", ...command, ...config]);
      expect(outcome).toMatchObject({ exitCode: 0 });
    }
    interfere = () => {};
    expect(lost).toBeGreaterThanOrEqual(3);
    expect(await isAttested(record)).toBe(true);
  });

  it("minds no stranger who commits first with the exchange's signature", async () => {
    const { config, folder, record, submission } = await provedEpoch();
    const signed = { ...submission, publicHash: await hashPublicPart(folder, record) };
    const signature = await signTypedData(
      stage.exchange,
      commitTypedData(domain(), record.snapshotTime, signed),
    );
    let came = false;
    interfere = async (method) => {
      if (method !== "eth_sendRawTransaction" || came) return;
      came = true;
      await commitEpoch(stage.custody, stage.registry, signed, signature);
    };
    const outcome = await runCommand(["epoch", "commit", ...config]);
    interfere = () => {};
    expect(came).toBe(true);
    expect(outcome).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/done before, nothing was sent/),
    });
    await runCommand(["epoch", "prove", "--on-chain", ...config]);
    await runCommand(["epoch", "finalise", ...config]);
    expect(await isAttested(record)).toBe(true);
  });
});

describe("a settling command, when something is wrong", () => {
  it.each([
    [["commit"], /--config FILE, or .* --folder FOLDER, --rpc URL and --key-file FILE/],
    [["finalise", "--folder", "x", "--rpc", "http://127.0.0.1:1"], /--key-file FILE/],
    [["prove"], /--config FILE, or --on-chain/],
    [["status"], /an epoch folder or --config FILE/],
  ])("%j says what it expects", async (args, words) => {
    expect(await runCommand(["epoch", ...args])).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(words),
    });
  });

  it("says so when there is no endpoint, no proved epoch, or another chain", async () => {
    const { config } = await provedEpoch();
    const [, file] = config as [string, string];
    const changed = async (changes: object) => {
      const whole = JSON.parse(await readFile(file, "utf8"));
      await writeFile(at("changed.json"), JSON.stringify({ ...whole, ...changes }));
      return runCommand(["epoch", "commit", "--config", at("changed.json")]);
    };
    const keys = { senderKeyFile: "relayer" };
    expect(await changed({ chain: { rpc: "http://127.0.0.1:1/secret", ...keys } })).toMatchObject({
      exitCode: 2,
      text: expect.not.stringMatching(/secret/),
    });
    expect((await changed({ folder: "nowhere" })).text).toMatch(
      /expected a proved epoch, came none: run `plimsoll epoch prove/,
    );
    expect((await changed({ epoch: "99" })).text).toMatch(/expected an epoch with epoch 99 .* came \d+/);
    const odd = await runCommand([
      "epoch",
      "prove",
      "--on-chain",
      ...config,
      "--batches-per-transaction",
      "3",
    ]);
    expect(odd).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/power of two from 1 to 256, came "3"/),
    });
  });
});
