import { Wallet } from "ethers";

/** Below what a block's largest transaction may take; more than any call of the scenes needs. */
const GAS_LIMIT = 14_000_000n;

/**
 * A sender that asks nobody whether a transaction would fail, as one who cheats may not: it is mined, fails on chain, and is
 * paid for.
 */
export class BluntWallet extends Wallet {
  static of(wallet: Wallet): BluntWallet {
    return new BluntWallet(wallet.privateKey, wallet.provider);
  }

  override async estimateGas(): Promise<bigint> {
    return GAS_LIMIT;
  }
}
