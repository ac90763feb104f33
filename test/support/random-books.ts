import { MAX_QUANTITY } from "../../verifier/src/constants.ts";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import type { CompiledPolicy } from "../../verifier/src/policy/compile.ts";
import type { Random } from "./random.ts";

/** Money units in 1 quote. */
const QUOTE = 10n ** 12n;

/**
 * Holdings of about the size that real accounts have: each named row with some probability, worth 10^-4 to 10^6 quote;
 * a debt of an asset or the other side of an instrument now and then. Canonical: ascending, no zeros.
 */
export function randomBook(policy: CompiledPolicy, random: Random): Entry[] {
  const keep = 1 + random.int(8);
  const entries: Entry[] = [];
  for (const named of policy.rowTable) {
    const rare = named.kind === "debt" ? 6 : 1;
    if (random.int(8 * rare) >= keep) continue;
    const worth = (QUOTE * (1n + random.bits(20)) * 10n ** BigInt(random.int(5))) / 10_000n;
    const quantity = worth / unitWorth(policy, named);
    if (quantity > 0n) entries.push({ row: named.row, quantity });
  }
  return entries;
}

/** Without the short of an instrument that is held long: nobody needs both, and charges on gross positions net them. */
export function oneSided({ rowTable }: CompiledPolicy, book: readonly Entry[]): Entry[] {
  const longs = new Set(rowTable.flatMap(({ kind, row }) => (kind === "long" ? [row] : [])));
  const held = new Set(book.map(({ row }) => row));
  return book.filter(({ row }) => !(longs.has(row - 1) && held.has(row - 1)));
}

/** A book so large that sums need coarse rows, and an asset's holding repeats its row. */
export function hugeBook(policy: CompiledPolicy, random: Random): Entry[] {
  return randomBook(policy, random).flatMap(({ row }) => {
    const copies = row < 2 * policy.layout.shape.assets ? random.int(3) : 0;
    const full = Array.from({ length: copies }, () => ({ row, quantity: MAX_QUANTITY }));
    return [...full, { row, quantity: 1n + random.bits(50) }];
  });
}

function unitWorth(policy: CompiledPolicy, named: CompiledPolicy["rowTable"][number]): bigint {
  const { assets } = policy.coefficients;
  if ("asset" in named) return assets[named.asset]!.value;
  // Some multiple of its worst scenario, measured: near enough to its notional for a size.
  const { scenarios } = policy.coefficients.groups[named.group]!.instruments[named.instrument]!;
  let largest = 1n;
  for (const pnl of scenarios) {
    const size = pnl < 0n ? -pnl : pnl;
    if (size > largest) largest = size;
  }
  return 4n * largest;
}
