import type { Entry } from "@plimsoll/verifier/encodings/entry.ts";
import type { CompletedAccount } from "../plan/account.ts";

/** One account as a line of JSON: user id, owner, holdings, auxiliaries, free. Numbers are hex, entries flat. */
type Line = readonly [string, string, readonly string[], readonly string[], string];

/** For the private plan of a batch: compact, because there is one line per account of the exchange. */
export function accountToLine(account: CompletedAccount): string {
  const { userId, owner, holdings, auxiliaries, free } = account;
  const line: Line = [userId, hex(owner), flat(holdings), flat(auxiliaries), free.toString()];
  return `${JSON.stringify(line)}\n`;
}

export function accountFromLine(text: string): CompletedAccount {
  const [userId, owner, holdings, auxiliaries, free] = JSON.parse(text) as Line;
  return {
    userId,
    owner: BigInt(owner),
    holdings: entries(holdings),
    auxiliaries: entries(auxiliaries),
    free: BigInt(free),
  };
}

function flat(list: readonly Entry[]): string[] {
  return list.map(({ row, quantity }) => `${row.toString(16)}:${quantity.toString(16)}`);
}

function entries(list: readonly string[]): Entry[] {
  return list.map((text) => {
    const colon = text.indexOf(":");
    return { row: Number.parseInt(text.slice(0, colon), 16), quantity: BigInt(`0x${text.slice(colon + 1)}`) };
  });
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
