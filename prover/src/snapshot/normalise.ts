import type { Entry } from "@plimsoll/verifier/encodings/entry.ts";
import {
  ceilingAt,
  type Decimal,
  formatQuantity,
  LARGEST_QUANTITY,
  splitQuantity,
} from "@plimsoll/verifier/encodings/quantity.ts";
import type { Account } from "./account.ts";
import { AmountReader, type Dust, type DustRule } from "./amounts.ts";
import { readBalances } from "./balances.ts";
import { Cursor } from "./cursor.ts";
import { type Place, SnapshotError } from "./error.ts";
import { readOwners } from "./owners.ts";
import { type AccountPositions, readPositions, UNREALISED_DECIMALS } from "./positions.ts";
import type { NamedRow, RowLookup } from "./rows.ts";
import { SeenAccounts } from "./seen.ts";
import { STANDARD_INPUT } from "./text-source.ts";

/**
 * The files of a snapshot, in any format that `openTable` reads; one of them may be standard input. Each account stands in
 * one balances file, in any order but with its lines together.
 */
export interface SnapshotFiles {
  readonly balances: readonly string[];
  /** Positions, their accounts in the order of the balances; accounts without balances come last. */
  readonly positions?: readonly string[];
  /** Owners of those accounts that have one, in the order of the snapshot. */
  readonly owners?: string;
}

export interface NormaliseOptions {
  /** Symbol of the quote asset, which takes up unrealised profits and losses. */
  readonly quote: string;
  readonly dust?: DustRule;
}

/** What a snapshot held, known when its stream has ended. */
export interface SnapshotReport {
  readonly accounts: number;
  readonly dust: Dust;
}

export interface Snapshot {
  /**
   * The accounts, to be taken once. Until the stream has ended nothing is certain: a duplicate or an instrument that does
   * not match shows late, as a SnapshotError. What is written meanwhile belongs in a temporary file (`writeAccounts`).
   */
  readonly accounts: AsyncGenerator<Account>;
  readonly report: () => SnapshotReport;
}

interface InstrumentSums {
  net: bigint;
  decimals: number;
  unrealised: bigint;
}

/**
 * Reads a snapshot into accounts on the rows of a policy. Unrealised profits become quote asset owned, losses quote
 * asset owed; over each instrument they must sum to 0, and longs must equal shorts. Memory: 12 to 24 bytes per account.
 */
export function normalise(files: SnapshotFiles, rows: RowLookup, options: NormaliseOptions): Snapshot {
  const amounts = new AmountReader(rows, options.dust ?? "refuse");
  const all = [...files.balances, ...(files.positions ?? []), files.owners];
  if (all.indexOf(STANDARD_INPUT) !== all.lastIndexOf(STANDARD_INPUT)) {
    const place = { file: "standard input" };
    throw new SnapshotError("unreadable", place, "one file of a snapshot there", "several");
  }
  const seen = new SeenAccounts();
  return {
    accounts: normalised(files, amounts, seen, rows, options.quote),
    report: () => ({ accounts: seen.size, dust: amounts.dust }),
  };
}

async function* normalised(
  files: SnapshotFiles,
  amounts: AmountReader,
  seen: SeenAccounts,
  rows: RowLookup,
  quote: string,
): AsyncGenerator<Account> {
  const quoteRow = rows.asset(quote);
  if (quoteRow === undefined) throw new RangeError(`quote asset "${quote}" is not in the policy`);
  const instruments = new Map<string, InstrumentSums>();
  const positions = new Cursor(chain(files.positions ?? [], (file) => readPositions(file, amounts)));
  const owners = new Cursor(files.owners === undefined ? nothing() : readOwners(files.owners));
  try {
    await positions.advance();
    await owners.advance();
    for (const file of files.balances) {
      for await (const { account, line, amounts: held } of readBalances(file, amounts)) {
        if (!seen.add(account)) throw duplicateAccount({ file, line, field: "account" });
        const sums = new Map<number, bigint>();
        for (const { row, amount } of held) sums.set(row, amount);
        yield await finish(account, sums, { file, line });
      }
    }
    while (positions.current !== undefined) {
      const { account, file, line } = positions.current;
      if (!seen.add(account)) throw outOfOrder({ file, line, field: "account" });
      yield await finish(account, new Map(), { file, line });
    }
    if (owners.current !== undefined) {
      const { account, file, line } = owners.current;
      const place = { file, line, field: "account" };
      throw seen.has(account)
        ? outOfOrder(place)
        : new SnapshotError("unknown-account", place, "an account of the snapshot", "another");
    }
    checkInstruments(files, instruments);
  } finally {
    await positions.close();
    await owners.close();
  }

  async function finish(userId: string, sums: Map<number, bigint>, place: Place): Promise<Account> {
    if (positions.current?.account === userId) {
      addPositions(sums, positions.current, amounts, instruments, quoteRow!, rows);
      await positions.advance();
    }
    let owner = 0n;
    if (owners.current?.account === userId) {
      owner = owners.current.owner;
      await owners.advance();
    }
    return { userId, owner, holdings: entries(sums, place) };
  }
}

function addPositions(
  sums: Map<number, bigint>,
  { positions, file, line }: AccountPositions,
  amounts: AmountReader,
  instruments: Map<string, InstrumentSums>,
  quote: NamedRow,
  rows: RowLookup,
): void {
  let profit = 0n;
  for (const { instrument, row, short, amount, unrealised } of positions) {
    if (amount > 0n) sums.set(row, amount);
    const part = ceilingAt(unrealised, UNREALISED_DECIMALS);
    profit += part;
    const { decimals } = rows.instrument(instrument)!;
    const sum = instruments.get(instrument) ?? { net: 0n, decimals, unrealised: 0n };
    sum.net += short ? -amount : amount;
    sum.unrealised += part;
    instruments.set(instrument, sum);
  }
  if (profit === 0n) return;
  const settled: Decimal = reduced(profit < 0n ? -profit : profit);
  const place = { file, line, field: "unrealised" };
  const row = profit > 0n ? quote.row : quote.row + 1;
  const units = profit > 0n ? amounts.owned(settled, quote, place) : amounts.owed(settled, quote, place);
  if (units > 0n) sums.set(row, (sums.get(row) ?? 0n) + units);
}

function reduced(digits: bigint): Decimal {
  let places = UNREALISED_DECIMALS;
  let rest = digits;
  for (; rest % 10n === 0n; rest /= 10n) places--;
  return { negative: false, digits: rest, places };
}

function entries(sums: ReadonlyMap<number, bigint>, place: Place): Entry[] {
  const holdings: Entry[] = [];
  for (const row of [...sums.keys()].sort((a, b) => a - b)) {
    const amount = sums.get(row)!;
    if (amount > LARGEST_QUANTITY) {
      throw new SnapshotError("overflow", place, "sums that fit their rows", "a larger sum");
    }
    for (const quantity of splitQuantity(amount)) holdings.push({ row, quantity });
  }
  return holdings;
}

function checkInstruments(files: SnapshotFiles, instruments: ReadonlyMap<string, InstrumentSums>): void {
  const file = files.positions?.join(", ") ?? "";
  for (const [instrument, { net, decimals, unrealised }] of instruments) {
    // These are sums over all accounts, not one user's numbers: they may be named.
    if (unrealised !== 0n) {
      const came = formatQuantity(unrealised, UNREALISED_DECIMALS);
      const place = { file, field: `unrealised of ${instrument}` };
      throw new SnapshotError("unrealised-sum", place, "a sum of 0 over all accounts", came);
    }
    if (net !== 0n) {
      const came = `${formatQuantity(net, decimals)} more long than short`;
      const hint = { hint: "is the house account in the file?" };
      const place = { file, field: `quantity of ${instrument}` };
      throw new SnapshotError("unmatched-instrument", place, "as much long as short", came, hint);
    }
  }
}

function duplicateAccount(place: Place): SnapshotError {
  const hint = { hint: "all lines of an account stand together, in one file" };
  return new SnapshotError(
    "duplicate-account",
    place,
    "an account that did not come before",
    "one again",
    hint,
  );
}

function outOfOrder(place: Place): SnapshotError {
  const hint = { hint: "an account stands once, with its lines together, in the order of the balances" };
  return new SnapshotError("order", place, "accounts in the order of the balances", "one too late", hint);
}

async function* chain<T>(
  files: readonly string[],
  read: (file: string) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  for (const file of files) yield* read(file);
}

async function* nothing(): AsyncGenerator<never> {}
