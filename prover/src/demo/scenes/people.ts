import type { Wallet } from "ethers";
import type { LocalNetwork } from "./local-network.ts";

/** Everybody who has to do with the exchange, each with an account of the local network. */
export interface People {
  /** Deploys, and owns both registries. */
  readonly owner: Wallet;
  /** The exchange's key: opens and commits. */
  readonly exchange: Wallet;
  /** Pays for what others signed. */
  readonly relayer: Wallet;
  readonly custody: Wallet;
  readonly insuranceFund: Wallet;
  /** Holds assets for the exchange and signs what it holds; named by the owner. */
  readonly custodian: Wallet;
  /** Two of three sign a policy. */
  readonly publishers: readonly [Wallet, Wallet, Wallet];
  /** Has nothing to do with the exchange. */
  readonly stranger: Wallet;
}

export const ROLES = Object.freeze({ owner: 0, exchange: 1, relayer: 2, custody: 3, insuranceFund: 4 });

export function peopleOf({ wallet }: LocalNetwork): People {
  return {
    owner: wallet(ROLES.owner),
    exchange: wallet(ROLES.exchange),
    relayer: wallet(ROLES.relayer),
    custody: wallet(ROLES.custody),
    insuranceFund: wallet(ROLES.insuranceFund),
    custodian: wallet(5),
    publishers: [wallet(6), wallet(7), wallet(8)],
    stranger: wallet(9),
  };
}
