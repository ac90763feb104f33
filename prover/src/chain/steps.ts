import { type Call, type SentTransaction, sendCall } from "./sending.ts";

/** A transaction with a purpose that anybody may have fulfilled already. */
export interface Step {
  /** "commit to the list of 300 batches" */
  readonly what: string;
  /** Made, and signed where it takes a signature, only when it is asked for. */
  call(): Promise<Call>;
  /** Whether the chain is as it would be after it. */
  isDone(): Promise<boolean>;
}

/**
 * Sends a step unless it is done; null when nobody had to. A failure whose purpose the chain has fulfilled meanwhile is
 * none: whoever saw the exchange's signature or the proofs may have sent them first.
 */
export async function take({ call, isDone }: Step): Promise<SentTransaction | null> {
  if (await isDone()) return null;
  try {
    return await sendCall(await call());
  } catch (error) {
    // When the chain can't be read either, the first failure is the one to tell.
    if (await isDone().catch(() => false)) return null;
    throw error;
  }
}
