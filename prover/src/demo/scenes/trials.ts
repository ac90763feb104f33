import type { JsonRpcProvider } from "ethers";
import type { Narrator } from "../narrator.ts";

/** A way to cheat that was tried. */
export interface Trial {
  /** Rows of the list of attacks that it belongs to. */
  readonly rows: string;
  readonly what: string;
  /** Name of the error that must stop it. */
  readonly expected: string;
  /** Name of what stopped it; undefined when nothing did. */
  readonly came: string | undefined;
  /** What the refusal says. */
  readonly words: string;
  /** Whether a block has the transaction that failed. */
  readonly mined: boolean;
}

/** Tries ways to cheat and keeps what became of each. Another refusal than the expected one counts as a failure too. */
export class Trials {
  readonly #provider: JsonRpcProvider;
  readonly #trials: Trial[] = [];

  constructor(provider: JsonRpcProvider) {
    this.#provider = provider;
  }

  async attempt(rows: string, what: string, expected: string, run: () => Promise<unknown>): Promise<void> {
    const before = await this.#provider.getBlockNumber();
    const error = await run().then(
      () => undefined,
      (refusal: unknown) => refusal,
    );
    const mined = await this.#failedSince(before);
    const came = error === undefined ? undefined : codeOf(error);
    const message = error instanceof Error ? error.message : "";
    const words = shortened(message.split("\n")[0]!.replace(`${came}: `, ""));
    this.#trials.push({ rows, what, expected, came, words, mined });
  }

  get all(): readonly Trial[] {
    return this.#trials;
  }

  get good(): boolean {
    return this.#trials.every(({ expected, came }) => expected === came);
  }

  /** All trials, those that went wrong in capitals. */
  tell(tell: Narrator): void {
    const width = Math.max(...this.#trials.map(({ rows }) => rows.length), 4);
    for (const { rows, what, expected, came, words } of this.#trials) {
      const outcome =
        came === expected
          ? `refused: ${came}`
          : `${came ? "WRONGLY REFUSED" : "SUCCEEDED"}: expected ${expected}`;
      tell.line(`${rows.padEnd(width)}  ${what}`);
      tell.line(`${" ".repeat(width)}  ${outcome}${words === "" ? "" : `: ${words}`}`);
    }
    const { length } = this.#trials;
    const refused = this.#trials.filter(({ expected, came }) => expected === came).length;
    const mined = this.#trials.filter((trial) => trial.mined).length;
    tell.line();
    tell.line(
      `${length} ways to cheat, ${refused} refused, ${mined} of them by transactions that were mined and failed`,
    );
  }

  /** Whether a block after number `before` has a transaction that failed. */
  async #failedSince(before: number): Promise<boolean> {
    const last = await this.#provider.getBlockNumber();
    for (let number = last; number > before; number--) {
      const block = await this.#provider.getBlock(number);
      for (const hash of block?.transactions ?? []) {
        if ((await this.#provider.getTransactionReceipt(hash))?.status === 0) return true;
      }
    }
    return false;
  }
}

/** Hashes, addresses and field elements by their first digits. */
function shortened(words: string): string {
  return words.replace(/(0x[0-9a-fA-F]{6}|[0-9]{8})[0-9a-fA-F]{30,}/g, "$1…");
}

function codeOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === "string" ? code : String(message);
}
