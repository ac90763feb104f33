import type { CompletedAccount } from "./account.ts";
import { type AccountSize, accountSize } from "./account-words.ts";
import { AccountTooLargeError } from "./plan-error.ts";

/** How well a plan fills its batches. Shares are of the constraints that blocks and words cost, from 0 to 1. */
export interface PlanWaste {
  readonly batches: number;
  readonly accounts: number;
  readonly blocks: number;
  readonly words: number;
  readonly emptyBlocks: number;
  readonly emptyWords: number;
  readonly wastedShare: number;
}

/** Constraints of a block and of a word (design section 1): only the report of waste uses them. */
const COST = { block: 890, word: 301 };
/** Accounts that wait to be placed: enough to find those that fill a batch evenly, few enough for any memory. */
const WAITING = 4_096;
/** How much a large account is preferred to one that fills blocks and words evenly; found on the example exchanges. */
const SIZE_PREFERENCE = 0.3;

/** Waiting accounts of one size, first come first placed. */
interface SizeClass extends AccountSize {
  readonly accounts: CompletedAccount[];
  next: number;
}

/**
 * Cuts a stream of accounts into batches. A batch is full when either its blocks or its words are, and accounts differ
 * in their ratio, so each batch starts with the largest account that waits and goes on with whichever keeps the free
 * shares of both most even. The result depends on the order of the accounts and on nothing else.
 */
export class BatchPlanner {
  readonly #capacity: AccountSize;
  readonly #classes = new Map<string, SizeClass>();
  #waiting = 0;
  #batches = 0;
  #accounts = 0;
  #blocks = 0;
  #words = 0;

  constructor(capacity: AccountSize) {
    this.#capacity = capacity;
  }

  /** Takes one account; returns a batch that is finished now, if any. Throws AccountTooLargeError. */
  add(account: CompletedAccount): CompletedAccount[] | undefined {
    const size = accountSize(account);
    const { blocks, words } = this.#capacity;
    if (size.blocks > blocks || size.words > words) {
      throw new AccountTooLargeError(account.userId, size, this.#capacity);
    }
    this.#accounts += 1;
    this.#blocks += size.blocks;
    this.#words += size.words;
    const key = `${size.blocks} ${size.words}`;
    const sizeClass = this.#classes.get(key) ?? { ...size, accounts: [], next: 0 };
    this.#classes.set(key, sizeClass);
    sizeClass.accounts.push(account);
    this.#waiting += 1;
    return this.#waiting < WAITING ? undefined : this.#fill();
  }

  /** Batches of the accounts that still wait, at the end of the stream. */
  *finish(): Generator<CompletedAccount[]> {
    while (this.#waiting > 0) yield this.#fill();
  }

  waste(): PlanWaste {
    const batches = this.#batches;
    const emptyBlocks = batches * this.#capacity.blocks - this.#blocks;
    const emptyWords = batches * this.#capacity.words - this.#words;
    const cost = (blocks: number, words: number) => blocks * COST.block + words * COST.word;
    const whole = cost(batches * this.#capacity.blocks, batches * this.#capacity.words);
    return {
      batches,
      accounts: this.#accounts,
      blocks: this.#blocks,
      words: this.#words,
      emptyBlocks,
      emptyWords,
      wastedShare: whole === 0 ? 0 : cost(emptyBlocks, emptyWords) / whole,
    };
  }

  #fill(): CompletedAccount[] {
    const batch: CompletedAccount[] = [];
    const free = { ...this.#capacity };
    for (let found = this.#largest(); found !== undefined; found = this.#best(free)) {
      batch.push(this.#take(found));
      free.blocks -= found.blocks;
      free.words -= found.words;
    }
    this.#batches += 1;
    return batch;
  }

  #largest(): SizeClass | undefined {
    const { blocks, words } = this.#capacity;
    return this.#highest((size) => Math.max(size.blocks / blocks, size.words / words));
  }

  #best(free: AccountSize): SizeClass | undefined {
    const { blocks, words } = this.#capacity;
    return this.#highest((size) => {
      if (size.blocks > free.blocks || size.words > free.words) return Number.NEGATIVE_INFINITY;
      const uneven = Math.abs((free.blocks - size.blocks) / blocks - (free.words - size.words) / words);
      return SIZE_PREFERENCE * (size.blocks / blocks + size.words / words) - uneven;
    });
  }

  #highest(score: (size: AccountSize) => number): SizeClass | undefined {
    let best: SizeClass | undefined;
    let highest = Number.NEGATIVE_INFINITY;
    for (const sizeClass of this.#classes.values()) {
      const value = score(sizeClass);
      if (value <= highest) continue;
      highest = value;
      best = sizeClass;
    }
    return best;
  }

  #take(sizeClass: SizeClass): CompletedAccount {
    const account = sizeClass.accounts[sizeClass.next]!;
    sizeClass.next += 1;
    this.#waiting -= 1;
    if (sizeClass.next === sizeClass.accounts.length) {
      this.#classes.delete(`${sizeClass.blocks} ${sizeClass.words}`);
    } else if (sizeClass.next === WAITING) {
      sizeClass.accounts.splice(0, sizeClass.next);
      sizeClass.next = 0;
    }
    return account;
  }
}
