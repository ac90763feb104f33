import type { SpendingProof } from "@plimsoll/verifier/formats/spending-proof.ts";
import { type TypedDataDomain, type TypedDataField, toBeHex } from "ethers";
import type { TypedData } from "./typed-data.ts";

/** Where a vault is. The address is 0x hex. */
export interface VaultDomain {
  readonly chainId: bigint;
  readonly vault: string;
}

/** What the operator adds to an instant withdrawal. */
export interface Order {
  /** What was paid to the key of this token since the epoch was opened, in the token's units. */
  readonly paidBefore: bigint;
  /** The last second in which the signature counts. */
  readonly deadline: bigint;
}

/** What the operator signs to have an exit paid. */
export interface Approval {
  readonly exit: bigint;
  /** More than this is not paid, whatever is owed by then; in the token's units. */
  readonly most: bigint;
  readonly deadline: bigint;
}

const WITHDRAW: Record<string, TypedDataField[]> = {
  Withdraw: fields(
    "uint256 key,uint64 epoch,address recipient,uint16 asset,uint128 amount,uint128 charge," +
      "address relayer,uint96 fee,uint256 paidBefore,uint64 deadline",
  ),
};
const APPROVE: Record<string, TypedDataField[]> = {
  Approve: fields("uint256 exit,uint256 most,uint64 deadline"),
};

/** What the operator signs for an instant withdrawal: MarginVault.orderDigest. Throws a RangeError for a proof that was made for anything else. */
export function orderTypedData({ chainId, use, withdrawal }: SpendingProof, order: Order): TypedData {
  if (use.for !== "withdraw") {
    throw new RangeError(`expected a proof of an instant withdrawal, came one for: ${use.for}`);
  }
  const { key, epoch, asset, amount, charge } = withdrawal;
  const message = {
    ...{ key, epoch, recipient: addressOf(withdrawal.recipient), asset, amount, charge },
    ...{ relayer: addressOf(use.relay.relayer), fee: use.relay.fee, ...order },
  };
  return { domain: domainOf({ chainId, vault: addressOf(use.vault) }), types: WITHDRAW, message };
}

/** What the operator signs to have an exit paid by anybody: MarginVault.approvalDigest. */
export function approvalTypedData(domain: VaultDomain, { exit, most, deadline }: Approval): TypedData {
  return { domain: domainOf(domain), types: APPROVE, message: { exit, most, deadline } };
}

/** An address as 0x hex. */
export const addressOf = (integer: bigint): string => toBeHex(integer, 20);

function domainOf({ chainId, vault }: VaultDomain): TypedDataDomain {
  return { name: "Plimsoll MarginVault", version: "1", chainId, verifyingContract: vault };
}

function fields(list: string): TypedDataField[] {
  return list.split(",").map((field) => {
    const [type, name] = field.split(" ");
    return { type: type!, name: name! };
  });
}
