import { getAddress } from "ethers";

/**
 * An address as people write it, in its usual spelling; undefined for another text, and for one whose capitals do not fit
 * (EIP-55): a digit of it was mistyped or swapped.
 */
export function parseAddress(text: string): string | undefined {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) return undefined;
  try {
    return getAddress(text);
  } catch {
    return undefined;
  }
}
