import type { Wallet } from "ethers";
import { HOUR } from "../stage.ts";
import type { MoneyStage } from "./money-stage.ts";
import { NOBODY, type Relay, type Withdrawal } from "./proofs.ts";

const typed = (list: string) =>
  list.split(",").map((field) => {
    const [type, name] = field.split(" ");
    return { type: type!, name: name! };
  });
const WITHDRAW = typed(
  "uint256 key,uint64 epoch,address recipient,uint16 asset,uint128 amount,uint128 charge," +
    "address relayer,uint96 fee,uint256 paidBefore,uint64 deadline",
);
const APPROVE = typed("uint256 exit,uint256 most,uint64 deadline");

/** What an instant withdrawal is sent with: proof, relay, order and the operator's signature. */
export async function ordered(
  stage: MoneyStage,
  withdrawal: Withdrawal,
  {
    relay = NOBODY,
    by = stage.operator,
    deadline,
  }: { readonly relay?: Relay; readonly by?: Wallet; readonly deadline?: bigint } = {},
) {
  const { key, epoch, recipient, asset, amount, charge } = withdrawal;
  const token = stage.tokens[asset]!;
  const order = {
    paidBefore: (await stage.ledger.getFunction("paidSince").staticCall(key, token, epoch)) as bigint,
    deadline: deadline ?? (await stage.network.now()) + HOUR,
  };
  const message = { key, epoch, recipient, asset, amount, charge, ...relay, ...order };
  const signature = await by.signTypedData(await domainOf(stage), { Withdraw: WITHDRAW }, message);
  return [withdrawal, relay, order, signature] as const;
}

/** What an exit is paid with: its number, the most that is paid, a deadline and the operator's signature. */
export async function approved(stage: MoneyStage, exit: bigint, most: bigint, by = stage.operator) {
  const deadline = (await stage.network.now()) + HOUR;
  const signature = await by.signTypedData(
    await domainOf(stage),
    { Approve: APPROVE },
    { exit, most, deadline },
  );
  return [exit, most, deadline, signature] as const;
}

async function domainOf({ vault, network }: MoneyStage) {
  const verifyingContract = await vault.getAddress();
  return { name: "Plimsoll MarginVault", version: "1", chainId: network.chainId, verifyingContract };
}
