import { ContractFactory, HDNodeWallet, JsonRpcProvider, Mnemonic } from "ethers";
import { network } from "hardhat";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contractArtifact } from "../../../prover/src/chain/artifacts.ts";
import { NotMinedError, raisedFees, send, sendCall } from "../../../prover/src/chain/sending.ts";

const MNEMONIC = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const PATIENCE = { milliseconds: 400, attempts: 3 };

let server: Awaited<ReturnType<typeof network.createServer>>;
let provider: JsonRpcProvider;
let wallet: HDNodeWallet;
let token: Awaited<ReturnType<ContractFactory["deploy"]>>;

beforeAll(async () => {
  server = await network.createServer();
  const { address, port } = await server.listen();
  const url = `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
  provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, polling: true });
  provider.pollingInterval = 50;
  wallet = HDNodeWallet.fromMnemonic(MNEMONIC, "m/44'/60'/0'/0/0").connect(provider);
  const { abi, bytecode } = await contractArtifact("TokenMock");
  token = await new ContractFactory(abi, bytecode, wallet).deploy("T", 6);
  await token.waitForDeployment();
});
afterAll(async () => {
  provider.destroy();
  await server.close();
});

const mint = (amount: bigint) => send(token as never, "mint", [wallet.address, amount], PATIENCE);
const balance = () => token.getFunction("balanceOf").staticCall(wallet.address);

describe("a transaction that no block takes", () => {
  it("is replaced for a higher fee, and counts once", async () => {
    await provider.send("evm_setAutomine", [false]);
    const nonce = await wallet.getNonce();
    const told: string[][] = [];
    const call = { contract: token as never, method: "mint", args: [wallet.address, 5n] };
    const sent = sendCall(call, PATIENCE, (hash, replaced) => told.push([...replaced, hash]));
    const pending = async () => (await provider.send("eth_getBlockByNumber", ["pending", true])).transactions;
    const [first] = await until(pending, (list) => list.length === 1);
    const [second] = await until(pending, ([one]) => one !== undefined && one.hash !== first.hash);
    expect(BigInt(second.nonce)).toBe(BigInt(nonce));
    const raised = (BigInt(first.maxFeePerGas) * 5n) / 4n;
    expect(BigInt(second.maxFeePerGas)).toBeGreaterThanOrEqual(raised);
    await provider.send("evm_mine", []);
    await provider.send("evm_setAutomine", [true]);
    const { hash, gasUsed, fee } = await sent;
    expect(gasUsed).toBeGreaterThan(0n);
    expect(fee).toBe(gasUsed * (await provider.getTransactionReceipt(hash))!.gasPrice);
    // Whoever keeps an account of it knows that they are one.
    expect(told.slice(0, 2)).toEqual([[first.hash], [first.hash, second.hash]]);
    expect(await balance()).toBe(5n);
    expect(await wallet.getNonce()).toBe(nonce + 1);
  });

  it("is told with the contract's reason when it fails in its block, because another one came before", async () => {
    const other = HDNodeWallet.fromMnemonic(MNEMONIC, "m/44'/60'/0'/0/1").connect(provider);
    await send(token as never, "approve", [other.address, 5n], PATIENCE);
    await provider.send("evm_setAutomine", [false]);
    const patience = { milliseconds: 10_000, attempts: 2 };
    const lost = send(token as never, "transfer", [other.address, 5n], patience).catch(
      (error: unknown) => error,
    );
    const pending = async () => (await provider.send("eth_getBlockByNumber", ["pending", true])).transactions;
    await until(pending, (list) => list.length === 1);
    const first = token.connect(other).getFunction("transferFrom");
    const fees = { maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 11n };
    await first.send(wallet.address, other.address, 5n, { gasLimit: 200_000n, ...fees });
    await provider.send("evm_mine", []);
    await provider.send("evm_setAutomine", [true]);
    expect(await lost).toMatchObject({ name: "RegistryError", code: "ERC20InsufficientBalance" });
    await send(token as never, "mint", [wallet.address, 5n], PATIENCE);
  });

  it("is given up after some attempts, with the hashes to look for", async () => {
    await provider.send("evm_setAutomine", [false]);
    const error = await mint(7n).then(
      () => undefined,
      (refusal: unknown) => refusal,
    );
    expect(error).toBeInstanceOf(NotMinedError);
    expect((error as NotMinedError).hashes).toHaveLength(3);
    expect((error as NotMinedError).retryable).toBe(true);
    await provider.send("evm_mine", []);
    await provider.send("evm_setAutomine", [true]);
    expect(await balance()).toBe(12n);
  });
});

it("fees are raised by a quarter, of either kind of transaction", () => {
  expect(raisedFees({ gasPrice: 100n, maxFeePerGas: null, maxPriorityFeePerGas: null })).toEqual({
    gasPrice: 126n,
  });
  expect(raisedFees({ gasPrice: 0n, maxFeePerGas: 100n, maxPriorityFeePerGas: 0n })).toEqual({
    maxFeePerGas: 126n,
    maxPriorityFeePerGas: 1n,
  });
});

async function until<T>(read: () => Promise<T>, passes: (value: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const value = await read();
    if (passes(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it never came");
}
