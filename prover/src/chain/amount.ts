import { parseUnits } from "ethers";

/** An amount as people write it ("1.5") in a token's units; undefined for another text, or for more digits than the token has. */
export function parseAmount(text: string, decimals: number): bigint | undefined {
  const digits = /^\d{1,60}(?:\.(\d{1,60}))?$/.exec(text);
  if (digits === null || (digits[1]?.length ?? 0) > decimals) return undefined;
  return parseUnits(text, decimals);
}
