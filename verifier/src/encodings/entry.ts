import {
  AUXILIARY_BASE,
  ENTRIES_PER_WORD,
  ENTRY_BITS,
  MAX_QUANTITY,
  QUANTITY_BITS,
  STEP_BIT,
} from "../constants.ts";

/** A quantity of one row. `quantity` is an integer in [0, 2^64) in the row's unit; `row` is the full row index. */
export interface Entry {
  readonly row: number;
  readonly quantity: bigint;
}

/** Three entries as one field element, e0 + 2^82 e1 + 2^164 e2 with e = quantity + 2^64 row. Shape: exactly 3 entries. */
export function packWord(entries: readonly Entry[]): bigint {
  if (entries.length !== ENTRIES_PER_WORD)
    throw new RangeError(`a word has 3 entries, came ${entries.length}`);
  return entries.reduceRight((word, entry) => (word << ENTRY_BITS) + packEntry(entry), 0n);
}

/**
 * An auxiliary word: the packed entries (full row indices, from 2^15) + 2^246 step.
 * `step` is 1 in the first word of every account but the batch's first.
 */
export function packAuxiliaryWord(entries: readonly Entry[], step: number): bigint {
  for (const { row } of entries) {
    if (row < AUXILIARY_BASE)
      throw new RangeError(`row ${row} is a holding row: an auxiliary word cannot name it`);
  }
  return packWord(entries) + (BigInt(step) << STEP_BIT);
}

function packEntry({ row, quantity }: Entry): bigint {
  if (quantity < 0n || quantity > MAX_QUANTITY)
    throw new RangeError(`row ${row}: quantity is outside [0, 2^64)`);
  if (row < 0 || row >= 4 * AUXILIARY_BASE)
    throw new RangeError(`row ${row} is not a row that an entry can name`);
  return quantity + (BigInt(row) << QUANTITY_BITS);
}

export const EMPTY_ENTRY: Entry = Object.freeze({ row: 0, quantity: 0n });
