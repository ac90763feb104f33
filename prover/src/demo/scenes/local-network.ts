import { HDNodeWallet, JsonRpcProvider, Mnemonic, Wallet } from "ethers";
import { network } from "hardhat";

/** A chain in this process behind an endpoint, so that other processes reach it too. */
export interface LocalNetwork {
  readonly url: string;
  readonly provider: JsonRpcProvider;
  readonly chainId: bigint;
  /** One of the network's funded accounts, which are the same on every Hardhat network. */
  readonly wallet: (index: number) => Wallet;
  /** Time of the newest block, in seconds since 1970. */
  readonly now: () => Promise<bigint>;
  /** Lets the next block have this time; a chain's time never goes back. */
  readonly setNextTime: (time: bigint) => Promise<void>;
  /** Lets time pass until a moment. */
  readonly advanceTo: (time: bigint) => Promise<void>;
  readonly close: () => Promise<void>;
}

const ACCOUNTS = Mnemonic.fromPhrase("test test test test test test test test test test test junk");

/** Starts a chain whose time begins at `initialDate` (ISO 8601), on a port that is free or on the one named. */
export async function startNetwork(initialDate: string, wantedPort?: number): Promise<LocalNetwork> {
  const server = await network.createServer({ override: { initialDate } }, "127.0.0.1", wantedPort);
  const { address, port } = await server.listen();
  const url = `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
  // Nothing may be remembered between calls: blocks come as fast as they are asked for.
  const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 50 });
  const now = async () => BigInt((await provider.getBlock("latest"))!.timestamp);
  const setNextTime = async (time: bigint): Promise<void> => {
    await provider.send("evm_setNextBlockTimestamp", [Number(time)]);
  };
  return {
    url,
    provider,
    chainId: (await provider.getNetwork()).chainId,
    wallet: (index) => new Wallet(keyOf(index), provider),
    now,
    setNextTime,
    async advanceTo(time) {
      if (time <= (await now())) return;
      await setNextTime(time);
      await provider.send("evm_mine", []);
    },
    async close() {
      provider.destroy();
      await server.close();
    },
  };
}

/** The private key of account `index`, 0x hex. */
export function keyOf(index: number): string {
  return HDNodeWallet.fromMnemonic(ACCOUNTS, `m/44'/60'/0'/0/${index}`).privateKey;
}
