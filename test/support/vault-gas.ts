import type { Contract } from "ethers";
import { localChain } from "./chain.ts";
import { refusalOf } from "./staged-ledger.ts";
import {
  attest,
  deposit,
  freshAddress,
  inToken,
  NOBODY,
  pass,
  proved,
  requestExit,
  signOrder,
  stageVault,
  TIMES,
  transact,
  UNIT_WEIGHT,
} from "./staged-vault.ts";

/** Gas of a vault's transactions; a key's first payment, to an address that never had any of the token. */
export interface VaultGas {
  readonly deposit: number;
  readonly withdrawToken: number;
  readonly withdrawCoin: number;
  readonly requestExit: number;
  readonly approveExit: number;
  readonly refuse: number;
  readonly freeze: number;
  readonly registerClaim: number;
  readonly payClaim: number;
}

/** Measures on a chain of its own. Proofs and keys differ by some zero bytes from seed to seed. */
export async function measureVault(): Promise<VaultGas> {
  const chain = await localChain();
  try {
    const stage = await stageVault(chain, "vault gas");
    for (const asset of [0, 2]) await deposit(stage, asset, inToken(asset, 10n ** 6n));
    const vault = stage.vault.connect(stage.bob) as Contract;
    const operator = stage.vault.connect(stage.operator) as Contract;
    const used = async (contract: Contract, method: string, ...args: unknown[]): Promise<number> =>
      Number((await transact(contract, method, args)).gasUsed);
    const wish = (asset = 0) => {
      const [key, recipient] = [stage.next(), freshAddress(stage)];
      return { key, recipient, asset, amount: 1000n };
    };
    const old = await attest(stage, 1n);
    const last = await attest(stage, 2n);

    /** Sent by a stranger, with the operator's signature. */
    const withdraw = async (asset: number): Promise<number> => {
      const w = proved(stage, last, "Withdraw", wish(asset));
      const order = { paidBefore: 0n, deadline: (await chain.now()) + 1000n };
      const signature = await signOrder(stage, stage.operator, w, NOBODY, order);
      return used(vault, "withdraw", w, NOBODY, order, signature);
    };
    // The ledger learns a token with the first payment that anybody ever has of it.
    for (const asset of [0, 2]) await withdraw(asset);
    const [withdrawToken, withdrawCoin] = [await withdraw(0), await withdraw(2)];

    const asked = proved(stage, old, "Exit", wish());
    const request = await used(vault, "requestExit", asked, NOBODY);
    const approve = await used(operator, "approveExit", 1n, inToken(0, 1000n), 0n, "0x");
    const denied = proved(stage, old, "Exit", wish());
    const id = await requestExit(stage, denied);
    const { key } = denied;
    const denial = { key, asset: 0, amount: 1000n, charge: 1000n * UNIT_WEIGHT };
    const refuse = await used(vault, "refuse", id, refusalOf(stage, last, denial));

    const unanswered = await requestExit(stage, proved(stage, last, "Exit", wish()));
    const token = stage.tokens[0]!.connect(stage.bob) as Contract;
    await transact(token, "mint", [stage.bob.address, 1000n]);
    await transact(token, "approve", [stage.address, 1000n]);
    const deposited = await used(vault, "deposit", stage.rows[0]!.token, 1000n, 7n);
    await pass(chain, TIMES.response + 1n);
    const freeze = await used(vault, "freeze", unanswered);
    const register = await used(vault, "registerClaim", proved(stage, last, "Claim", wish()), NOBODY);
    await pass(chain, TIMES.claim + 1n);
    const pay = await used(vault, "payClaim", 1n);
    return {
      ...{ deposit: deposited, withdrawToken, withdrawCoin, requestExit: request, approveExit: approve },
      ...{ refuse, freeze, registerClaim: register, payClaim: pay },
    };
  } finally {
    await chain.close();
  }
}
