import { type Call, PATIENCE, type SentTransaction, sendCall } from "./sending.ts";

/** A transaction with a purpose that anybody may have fulfilled already. */
export interface Step {
  /** "commit to the list of 300 batches" */
  readonly what: string;
  /** Made, and signed where it takes a signature, only when it is asked for. */
  call(): Promise<Call>;
  /** Whether the chain is as it would be after it. */
  isDone(): Promise<boolean>;
}

/** Hears of transactions as they are sent, so that what a killed run paid is not forgotten. */
export interface TransactionLog {
  /** Called as soon as it is sent, and again with one hash more when it is replaced for a higher fee. */
  sent(what: string, hashes: readonly string[]): void;
  mined(what: string, transaction: SentTransaction): void;
}

/**
 * Sends a step unless it is done; null when nobody had to. A failure whose purpose the chain has fulfilled meanwhile is
 * none: whoever saw the exchange's signature or the proofs may have sent them first.
 */
export async function take(
  { what, call, isDone }: Step,
  log?: TransactionLog,
): Promise<SentTransaction | null> {
  if (await isDone()) return null;
  try {
    const transaction = await sendCall(await call(), PATIENCE, (hash, replaced) =>
      log?.sent(what, [...replaced, hash]),
    );
    log?.mined(what, transaction);
    return transaction;
  } catch (error) {
    // When the chain can't be read either, the first failure is the one to tell.
    if (await isDone().catch(() => false)) return null;
    throw error;
  }
}
