import { AUXILIARY_BASE, ENTRIES_PER_BLOCK, ENTRIES_PER_WORD } from "@plimsoll/verifier/constants.ts";
import type { Entry } from "@plimsoll/verifier/encodings/entry.ts";

/** What an account takes of a batch: holding blocks and auxiliary words. Every account takes at least one of each. */
export interface AccountSize {
  readonly blocks: number;
  readonly words: number;
}

export function accountSize(account: {
  readonly holdings: readonly Entry[];
  readonly auxiliaries: readonly Entry[];
}): AccountSize {
  return {
    blocks: Math.max(1, Math.ceil(account.holdings.length / ENTRIES_PER_BLOCK)),
    words: Math.max(1, Math.ceil(account.auxiliaries.length / ENTRIES_PER_WORD)),
  };
}

/**
 * The auxiliary words of one account: its ascending entries by threes, the last word filled up with the rows after the
 * last one and quantity 0, because the circuit wants rows to increase in unused entries too.
 */
export function accountWords(auxiliaries: readonly Entry[]): Entry[][] {
  const words: Entry[][] = [];
  let last = AUXILIARY_BASE - 1;
  for (let start = 0; start === 0 || start < auxiliaries.length; start += ENTRIES_PER_WORD) {
    const word: Entry[] = [];
    for (let i = start; i < start + ENTRIES_PER_WORD; i++) {
      const entry = auxiliaries[i] ?? { row: last + 1, quantity: 0n };
      if (entry.row <= last)
        throw new RangeError(`auxiliary row ${entry.row} does not come after row ${last}`);
      last = entry.row;
      word.push(entry);
    }
    words.push(word);
  }
  return words;
}
