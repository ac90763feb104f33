import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Account } from "./account.ts";

const LINES_AT_ONCE = 1 << 16;

/**
 * Writes accounts as one JSON line each, `["userId","owner",[row,"quantity",row,"quantity"]]`: first into a file beside
 * `path` that only its owner can read, renamed to `path` when the stream has ended well. Returns how many there were.
 * Whatever the stream or the disk throws is thrown on, and neither file is left behind.
 */
export async function writeAccounts(accounts: AsyncIterable<Account>, path: string): Promise<number> {
  const made = `${path}.${process.pid}.part`;
  let count = 0;
  try {
    await using file = await open(made, "w", 0o600);
    let text = "";
    for await (const { userId, owner, holdings } of accounts) {
      const flat = holdings.flatMap(({ row, quantity }) => [row, quantity.toString()]);
      text += `${JSON.stringify([userId, owner.toString(), flat])}\n`;
      count++;
      if (text.length < LINES_AT_ONCE) continue;
      await file.write(text);
      text = "";
    }
    await file.write(text);
    await file.sync();
  } catch (error) {
    await rm(made, { force: true });
    throw error;
  }
  await rename(made, path);
  return count;
}

/** Reads what `writeAccounts` wrote. */
export async function* readAccounts(path: string): AsyncGenerator<Account> {
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const [userId, owner, flat] = JSON.parse(line) as [string, string, (number | string)[]];
    const holdings = Array.from({ length: flat.length / 2 }, (_, i) => ({
      row: Number(flat[2 * i]),
      quantity: BigInt(flat[2 * i + 1]!),
    }));
    yield { userId, owner: BigInt(owner), holdings };
  }
}
