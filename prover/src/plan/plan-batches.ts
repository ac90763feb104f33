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

/** Open batches that first-fit looks at: bounds memory, whatever the number of accounts. */
const OPEN_BATCHES = 32;

/** Constraints of a block and of a word (design section 1): only the report of waste uses them. */
const COST = { block: 917, word: 298 };

interface Open {
  readonly accounts: CompletedAccount[];
  blocks: number;
  words: number;
}

/**
 * Cuts a stream of accounts into batches by first-fit over blocks and words. Keeps a bounded number of batches open;
 * the fullest makes room for a new one. The result depends on the order of the accounts and on nothing else.
 */
export class BatchPlanner {
  readonly #capacity: AccountSize;
  readonly #open: Open[] = [];
  #closed = 0;
  #accounts = 0;
  #blocks = 0;
  #words = 0;

  constructor(capacity: AccountSize) {
    this.#capacity = capacity;
  }

  /** Places one account; returns a batch that is finished now, if any. Throws AccountTooLargeError. */
  add(account: CompletedAccount): CompletedAccount[] | undefined {
    const size = accountSize(account);
    const { blocks, words } = this.#capacity;
    if (size.blocks > blocks || size.words > words) {
      throw new AccountTooLargeError(account.userId, size, this.#capacity);
    }
    this.#accounts += 1;
    this.#blocks += size.blocks;
    this.#words += size.words;
    const fits = this.#open.find((b) => b.blocks + size.blocks <= blocks && b.words + size.words <= words);
    const batch = fits ?? { accounts: [], blocks: 0, words: 0 };
    batch.accounts.push(account);
    batch.blocks += size.blocks;
    batch.words += size.words;
    if (fits === undefined) this.#open.push(batch);
    if (this.#isFull(batch)) return this.#close(batch);
    if (this.#open.length > OPEN_BATCHES) return this.#close(this.#fullest());
    return undefined;
  }

  /** The batches that are still open, at the end of the stream. */
  *finish(): Generator<CompletedAccount[]> {
    while (this.#open.length > 0) yield this.#close(this.#open[0]!);
  }

  waste(): PlanWaste {
    const batches = this.#closed + this.#open.length;
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

  /** No account fits any more: the smallest takes one block and one word. */
  #isFull(batch: Open): boolean {
    return batch.blocks === this.#capacity.blocks || batch.words === this.#capacity.words;
  }

  #fullest(): Open {
    const { blocks, words } = this.#capacity;
    const fill = (b: Open) => Math.max(b.blocks / blocks, b.words / words);
    return this.#open.reduce((best, b) => (fill(b) > fill(best) ? b : best));
  }

  #close(batch: Open): CompletedAccount[] {
    this.#open.splice(this.#open.indexOf(batch), 1);
    this.#closed += 1;
    return batch.accounts;
  }
}
