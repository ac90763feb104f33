import type { Contract, ContractTransactionResponse, TransactionReceipt } from "ethers";
import { isError } from "ethers";
import { withWords } from "./errors.ts";

export interface SentTransaction {
  readonly hash: string;
  readonly gasUsed: bigint;
  readonly blockNumber: number;
}

/** How long to wait for a block before a transaction is sent again for a higher fee, and how often. */
export interface Patience {
  readonly milliseconds: number;
  readonly attempts: number;
}

/** Twelve minutes in all, after which the fee is about three times the first. */
export const PATIENCE: Patience = Object.freeze({ milliseconds: 120_000, attempts: 6 });

/** Gas beyond the estimate, for storage that another transaction changes in between. */
const SPARE_GAS = 50_000n;
/** Nodes take a replacement from 10 % on (12.5 % where fees are blobs' too). */
const RAISE_PERCENT = 25n;

/** A transaction that no block took, for as long as was waited. It may still be mined. */
export class NotMinedError extends Error {
  readonly code = "NOT_MINED";
  readonly retryable = true;
  readonly hashes: readonly string[];

  constructor(method: string, hashes: readonly string[]) {
    super(`${method}: expected a block with one of the transactions ${hashes.join(", ")}, came none`);
    this.name = "NotMinedError";
    this.hashes = hashes;
  }
}

/**
 * Calls a contract's function in a transaction and waits for its block. A transaction that isn't mined in time is replaced
 * by one of the same nonce with a higher fee, so at most one of them counts. Throws RegistryError on a refusal, before
 * anything is paid where the node says so, and NotMinedError.
 */
export async function send(
  contract: Contract,
  method: string,
  args: readonly unknown[],
  patience: Patience = PATIENCE,
): Promise<SentTransaction> {
  return withWords(contract.interface, async () => {
    const call = contract.getFunction(method);
    // Estimated first: a node then says why a transaction would fail, and nothing is paid for it.
    const gasLimit = (await call.estimateGas(...args)) + SPARE_GAS;
    let sent = (await call.send(...args, { gasLimit })) as ContractTransactionResponse;
    const hashes = [sent.hash];
    const { nonce } = sent;
    for (let attempt = 1; ; attempt++) {
      const receipt = await receiptOf(sent, hashes, patience.milliseconds);
      if (receipt !== null)
        return { hash: receipt.hash, gasUsed: receipt.gasUsed, blockNumber: receipt.blockNumber };
      if (attempt >= patience.attempts) throw new NotMinedError(method, hashes);
      try {
        sent = (await call.send(...args, {
          gasLimit,
          nonce,
          ...raisedFees(sent),
        })) as ContractTransactionResponse;
        hashes.push(sent.hash);
      } catch (error) {
        // The one before was mined meanwhile: its receipt is found in the next round.
        if (!isError(error, "NONCE_EXPIRED") && !isError(error, "REPLACEMENT_UNDERPRICED")) throw error;
      }
    }
  });
}

/** The fees of a transaction, raised by a quarter. */
export function raisedFees(
  sent: Pick<ContractTransactionResponse, "gasPrice" | "maxFeePerGas" | "maxPriorityFeePerGas">,
): Record<string, bigint> {
  const raised = (fee: bigint) => fee + (fee * RAISE_PERCENT) / 100n + 1n;
  const { maxFeePerGas, maxPriorityFeePerGas } = sent;
  return maxFeePerGas === null || maxPriorityFeePerGas === null
    ? { gasPrice: raised(sent.gasPrice) }
    : { maxFeePerGas: raised(maxFeePerGas), maxPriorityFeePerGas: raised(maxPriorityFeePerGas) };
}

/** The receipt of whichever of the transactions was mined; null when none was in time. Throws what the contract refused. */
async function receiptOf(
  last: ContractTransactionResponse,
  hashes: readonly string[],
  milliseconds: number,
): Promise<TransactionReceipt | null> {
  try {
    const receipt = await last.wait(1, milliseconds);
    if (receipt !== null) return receipt;
  } catch (error) {
    if (!isError(error, "TIMEOUT") && !isError(error, "TRANSACTION_REPLACED")) throw error;
  }
  for (const hash of hashes) {
    const receipt = await last.provider.getTransactionReceipt(hash);
    if (receipt?.status === 1) return receipt;
    if (receipt?.status === 0) throw new Error(`transaction ${hash} was mined and failed`);
  }
  return null;
}
