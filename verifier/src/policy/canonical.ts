import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToBigInt } from "../encodings/bytes.ts";

/** JSON with keys sorted by UTF-16 code units and no white space. Throws on what JSON cannot hold exactly. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value))
      throw new TypeError(`${value} is not an exact integer: write it as text`);
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
    return `{${fields.join(",")}}`;
  }
  throw new TypeError(`a ${typeof value} has no JSON`);
}

/** keccak256 of the UTF-8 bytes of the canonical JSON. */
export function canonicalHash(value: unknown): bigint {
  return bytesToBigInt(keccak_256(new TextEncoder().encode(canonicalJson(value))));
}
