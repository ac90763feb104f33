import type { Contract, ContractTransactionResponse, Signer, TransactionReceipt } from "ethers";
import { isError } from "ethers";
import { withWords } from "./errors.ts";

export interface SentTransaction {
  readonly hash: string;
  readonly gasUsed: bigint;
  /** What the receipt says was paid, in 10^-18 of the chain's coin; roll-ups may charge for data on top. */
  readonly fee: bigint;
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
    super(
      `${method}: expected a block with one of the transactions ${hashes.join(", ")}, came none; ` +
        "look them up at a block explorer, wait, or raise their fee with the wallet of this key",
    );
    this.name = "NotMinedError";
    this.hashes = hashes;
  }
}

/** A contract's function with its arguments: what is estimated, or sent. */
export interface Call {
  /** Connected to the signer that pays. */
  readonly contract: Contract;
  readonly method: string;
  readonly args: readonly unknown[];
  /** Of the chain's own coin that goes with it, in its smallest unit; none where left out. */
  readonly value?: bigint;
  /** For a sender that may be at another chain by then, as wallets are: it has to refuse there. */
  readonly chainId?: bigint;
}

/** Gas that a call would take now. Throws RegistryError with the contract's reason when it would be refused. */
export async function estimateCall({ contract, method, args, value = 0n }: Call): Promise<bigint> {
  return withWords(contract.interface, () => contract.getFunction(method).estimateGas(...args, { value }));
}

/** As `sendCall`, of a contract's function. */
export function send(
  contract: Contract,
  method: string,
  args: readonly unknown[],
  patience: Patience = PATIENCE,
): Promise<SentTransaction> {
  return sendCall({ contract, method, args }, patience);
}

/**
 * Calls a contract's function in a transaction and waits for its block. A transaction that isn't mined in time is replaced
 * by one of the same nonce with a higher fee, so at most one of them counts. Throws RegistryError on a refusal, before
 * anything is paid where the node says so, and NotMinedError. `under` hears of the transaction that is
 * under way, and again of one that replaces it, with those before.
 */
export async function sendCall(
  { contract, method, args, value = 0n, chainId }: Call,
  patience: Patience = PATIENCE,
  under: (hash: string, replaced: readonly string[]) => void = () => {},
): Promise<SentTransaction> {
  return withWords(contract.interface, async () => {
    const call = contract.getFunction(method);
    // Estimated first: a node then says why a transaction would fail, and nothing is paid for it.
    const gasLimit = (await call.estimateGas(...args, { value })) + SPARE_GAS;
    const here = chainId === undefined ? {} : { chainId };
    let sent = (await call.send(...args, { gasLimit, value, ...here })) as ContractTransactionResponse;
    under(sent.hash, []);
    const hashes = [sent.hash];
    const { nonce } = sent;
    for (let attempt = 1; ; attempt++) {
      const receipt = await receiptOf(sent, hashes, patience.milliseconds);
      if (receipt?.status === 0) {
        // Run again where it failed, for the reason that a receipt doesn't carry.
        await call.staticCall(...args, { value, blockTag: receipt.blockNumber });
        throw new Error(`transaction ${receipt.hash} was mined and failed`);
      }
      if (receipt !== null) return paidFor(receipt);
      if (attempt >= patience.attempts) throw new NotMinedError(method, hashes);
      try {
        sent = (await call.send(...args, {
          gasLimit,
          value,
          nonce,
          ...here,
          ...raisedFees(sent),
        })) as ContractTransactionResponse;
        under(sent.hash, [...hashes]);
        hashes.push(sent.hash);
      } catch (error) {
        // The one before was mined meanwhile: its receipt is found in the next round.
        if (!isError(error, "NONCE_EXPIRED") && !isError(error, "REPLACEMENT_UNDERPRICED")) throw error;
      }
    }
  });
}

/** What a receipt says of its transaction. */
export function paidFor({ hash, gasUsed, fee, blockNumber }: TransactionReceipt): SentTransaction {
  return { hash, gasUsed, fee, blockNumber };
}

/**
 * Waits until everything that this key has sent is in a block, so that a run which was killed after sending doesn't send
 * the same again. Throws NotMinedError when it takes longer than all attempts of `patience` together.
 */
export async function waitForPending(sender: Signer, patience: Patience = PATIENCE): Promise<void> {
  const until = Date.now() + patience.milliseconds * patience.attempts;
  for (;;) {
    const [mined, sent] = await Promise.all([sender.getNonce("latest"), sender.getNonce("pending")]);
    if (sent <= mined) return;
    const from = await sender.getAddress();
    if (Date.now() >= until) {
      throw new NotMinedError(`${from} has ${sent - mined} transactions under way`, [`of nonce ${mined} on`]);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(1_000, patience.milliseconds)));
  }
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

/** The receipt of whichever of the transactions was mined, be it that it failed; null when none was in time. */
async function receiptOf(
  last: ContractTransactionResponse,
  hashes: readonly string[],
  milliseconds: number,
): Promise<TransactionReceipt | null> {
  try {
    const receipt = await last.wait(1, milliseconds);
    if (receipt !== null) return receipt;
  } catch (error) {
    // A mined transaction that failed is one too: its receipt is read below.
    const expected = ["TIMEOUT", "TRANSACTION_REPLACED", "CALL_EXCEPTION"] as const;
    if (!expected.some((code) => isError(error, code))) throw error;
  }
  for (const hash of hashes) {
    const receipt = await last.provider.getTransactionReceipt(hash);
    if (receipt !== null) return receipt;
  }
  return null;
}
