import { AbiCoder, dataSlice, keccak256, type Provider } from "ethers";
import {
  type BookDomain,
  type Custody,
  type ReserveToken,
  reserveBookAt,
  type SignedCustody,
  sortedSet,
} from "./reserves.ts";
import type { TypedData } from "./typed-data.ts";

/** What a reserve book reads: the words of a set's data contract, see ReserveSet.sol. */
export interface ReserveSet {
  readonly tokens: readonly (ReserveToken & { readonly decimals: number })[];
  readonly accounts: readonly Custody[];
}

/** The set that the next opening reads. */
export async function readReserveSet(provider: Provider, book: string): Promise<ReserveSet> {
  return reserveSetAt(
    provider,
    await (await reserveBookAt(book, provider)).getFunction("registered").staticCall(),
  );
}

/** The set in a data contract; an empty one at address 0. */
export async function reserveSetAt(provider: Provider, data: string): Promise<ReserveSet> {
  const code = BigInt(data) === 0n ? "0x" : await provider.getCode(data);
  // A STOP stands before the words.
  const word = (index: number) => BigInt(dataSlice(code, 1 + 32 * index, 33 + 32 * index));
  const words = code === "0x" ? 0 : (code.length / 2 - 2) / 32;
  const count = words === 0 ? 0 : Number(word(0));
  const hex = (value: bigint) => `0x${value.toString(16).padStart(40, "0")}`;
  const bits = (value: bigint, from: bigint, width: number) => BigInt.asUintN(width, value >> from);
  const tokens = Array.from({ length: count }, (_, i) => {
    const packed = word(1 + i);
    return {
      token: hex(packed >> 96n),
      asset: Number(bits(packed, 16n, 16)),
      insures: bits(packed, 8n, 8) === 1n,
      decimals: Number(bits(packed, 0n, 8)),
    };
  });
  const accounts = Array.from({ length: Math.max(0, (words - 1 - count) / 2) }, (_, i) => {
    const [account, epochs] = [word(1 + count + 2 * i), word(2 + count + 2 * i)];
    return {
      account: hex(account >> 96n),
      isInsurance: (account & 1n) === 1n,
      fromEpoch: epochs >> 64n,
      toEpoch: bits(epochs, 0n, 64),
    };
  });
  return { tokens, accounts };
}

/** What the exchange signs to have somebody else register these lists next. */
export async function registerTypedData(
  provider: Provider,
  { chainId, registry, book }: BookDomain,
  tokens: readonly ReserveToken[],
  accounts: readonly SignedCustody[],
): Promise<TypedData> {
  const contract = await reserveBookAt(book, provider);
  const inputs = contract.interface.getFunction("register")!.inputs.slice(0, 2);
  const content = keccak256(AbiCoder.defaultAbiCoder().encode(inputs, sortedSet(tokens, accounts)));
  const registrations: bigint = await contract.getFunction("registrations").staticCall();
  return {
    domain: { name: "Plimsoll ReserveBook", version: "1", chainId, verifyingContract: book },
    types: {
      Register: [
        { name: "registry", type: "address" },
        { name: "registrations", type: "uint64" },
        { name: "content", type: "bytes32" },
      ],
    },
    message: { registry, registrations, content },
  };
}
