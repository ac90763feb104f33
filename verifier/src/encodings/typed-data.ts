import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToBigInt, concatBytes, uint256 } from "./bytes.ts";

export type TypedValue = string | bigint | number | TypedStruct | readonly TypedStruct[];
export interface TypedStruct {
  readonly [field: string]: TypedValue;
}

/** A message under EIP-712 with structs in it; `primaryType` is the struct that is signed. */
export interface TypedMessage {
  readonly domain: {
    readonly name: string;
    readonly version: string;
    readonly chainId: bigint;
    /** 0x and 40 hex digits. */
    readonly verifyingContract: string;
  };
  readonly primaryType: string;
  readonly types: Readonly<Record<string, readonly { readonly name: string; readonly type: string }[]>>;
  readonly message: TypedStruct;
}

const DOMAIN_TYPES: TypedMessage["types"] = Object.freeze({
  EIP712Domain: [
    { name: "name", type: "string" },
    { name: "version", type: "string" },
    { name: "chainId", type: "uint256" },
    { name: "verifyingContract", type: "address" },
  ],
});

/**
 * The hash that is signed of a message (EIP-712). Knows strings, addresses, bytes32, unsigned integers, structs and lists of
 * structs, which is what our messages have. Throws RangeError for a number beyond its type, TypeError for another type.
 */
export function typedDataDigest({ domain, primaryType, types, message }: TypedMessage): bigint {
  const parts = [
    Uint8Array.of(0x19, 0x01),
    structHash(DOMAIN_TYPES, "EIP712Domain", domain),
    structHash(types, primaryType, message),
  ];
  return bytesToBigInt(keccak_256(concatBytes(parts)));
}

type Types = TypedMessage["types"];

function structHash(types: Types, name: string, struct: TypedStruct): Uint8Array {
  const fields = types[name]!.map((field) => fieldWord(types, field.type, struct[field.name]));
  return keccak_256(concatBytes([typeHash(types, name), ...fields]));
}

/** Of a list of structs, and of messages by the thousand, the type is the same each time. */
const hashes = new WeakMap<Types, Map<string, Uint8Array>>();

function typeHash(types: Types, name: string): Uint8Array {
  const known = hashes.get(types) ?? new Map<string, Uint8Array>();
  hashes.set(types, known);
  const hash = known.get(name) ?? textHash(encodedType(types, name));
  known.set(name, hash);
  return hash;
}

function fieldWord(types: Types, type: string, value: TypedValue | undefined): Uint8Array {
  if (type.endsWith("[]")) {
    const items = value as readonly TypedStruct[];
    return keccak_256(concatBytes(items.map((item) => fieldWord(types, type.slice(0, -2), item))));
  }
  if (type in types) return structHash(types, type, value as TypedStruct);
  if (type === "string") return textHash(value as string);
  const bits = type === "address" ? 160 : type === "bytes32" ? 256 : Number(/^uint(\d+)$/.exec(type)?.[1]);
  if (Number.isNaN(bits)) throw new TypeError(`expected a type of our messages, came ${type}`);
  const number = BigInt(value as string | bigint | number);
  if (number >= 1n << BigInt(bits))
    throw new RangeError(`expected a number of ${bits} bits, came a larger one`);
  return uint256(number);
}

/** "Name(type field,...)", then the same of every struct in it, by name. */
function encodedType(types: Types, name: string): string {
  const found = new Set<string>();
  const find = (struct: string): void => {
    if (found.has(struct) || !(struct in types)) return;
    found.add(struct);
    for (const { type } of types[struct]!) find(type.replace("[]", ""));
  };
  find(name);
  const [first, ...others] = found;
  return [first!, ...others.sort()]
    .map((struct) => `${struct}(${types[struct]!.map((field) => `${field.type} ${field.name}`).join(",")})`)
    .join("");
}

function textHash(text: string): Uint8Array {
  return keccak_256(new TextEncoder().encode(text));
}
