import { CHUNK_BATCHES } from "@plimsoll/verifier/constants.ts";
import { accountsRoot, accountsTree } from "@plimsoll/verifier/encodings/challenges.ts";
import { type Provider, type Signer, toBeHex } from "ethers";
import { withWords } from "./errors.ts";
import { registryAt } from "./registry.ts";
import { type Call, type SentTransaction, sendCall } from "./sending.ts";
import {
  batchToAbi,
  proofWords,
  runsToAbi,
  type Submission,
  type SubmittedBatch,
  statementsToAbi,
  termsToAbi,
} from "./submission.ts";

/** Batches below one node of the accounts tree, at most a chunk: what one `prove` takes. */
export interface Part {
  /** Index of the first batch, a multiple of 2^depth. */
  readonly first: number;
  readonly depth: number;
  readonly batches: readonly SubmittedBatch[];
  /** Siblings of the part's node, lowest first. */
  readonly path: readonly bigint[];
}

/** What the chain knows of an epoch's sealed list; null for none. */
export interface CommittedList {
  readonly accountsRoot: bigint;
  readonly batchCount: number;
  readonly proved: number;
}

/** The list of batches in parts of 2^depth, at most a chunk. */
export function partsOf(batches: readonly SubmittedBatch[], depth: number): Part[] {
  const width = 2 ** depth;
  if (!Number.isInteger(depth) || depth < 0 || width > CHUNK_BATCHES) {
    throw new RangeError(`parts: expected a depth of 0 to ${Math.log2(CHUNK_BATCHES)}, came ${depth}`);
  }
  const levels = accountsTree(batches).slice(depth, -1);
  return Array.from({ length: Math.ceil(batches.length / width) }, (_, part) => ({
    first: part * width,
    depth,
    batches: batches.slice(part * width, (part + 1) * width),
    path: levels.map((level, d) => level[(part >> d) ^ 1] ?? 0n),
  }));
}

/** Whether a part has a batch that is not proved; `chunk` as from `readProvedBatches`. */
export function isProved({ first, batches }: Part, chunk: bigint): boolean {
  const bits = ((1n << BigInt(batches.length)) - 1n) << BigInt(first % CHUNK_BATCHES);
  return (chunk & bits) === bits;
}

/** Seals the list of batches. `signature` is the exchange's over `commitTypedData`; none when `sender` is the exchange. */
export async function commitEpoch(
  sender: Signer,
  registry: string,
  submission: Submission,
  signature = "0x",
): Promise<SentTransaction> {
  return sendCall(await commitCall(sender, registry, submission, signature));
}

export async function commitCall(
  sender: Signer,
  registry: string,
  submission: Submission,
  signature: string,
): Promise<Call> {
  const { batches } = submission;
  const args = [termsToAbi(submission), batches.length, toBeHex(accountsRoot(batches), 32), signature];
  return { contract: await registryAt(registry, sender), method: "commit", args };
}

/** Proves one part of the sealed list. */
export async function provePart(
  sender: Signer,
  registry: string,
  epoch: bigint,
  part: Part,
): Promise<SentTransaction> {
  return sendCall(await proveCall(sender, registry, epoch, part));
}

export async function proveCall(
  sender: Signer,
  registry: string,
  epoch: bigint,
  { first, depth, batches, path }: Part,
): Promise<Call> {
  const siblings = path.map((sibling) => toBeHex(sibling, 32));
  const args = [epoch, first, depth, runsToAbi(batches), batches.map(batchToAbi), siblings];
  return { contract: await registryAt(registry, sender), method: "prove", args };
}

/** Attests an epoch whose batches are all proved. */
export async function finaliseEpoch(
  sender: Signer,
  registry: string,
  submission: Submission,
): Promise<SentTransaction> {
  return sendCall(await finaliseCall(sender, registry, submission));
}

export async function finaliseCall(sender: Signer, registry: string, submission: Submission): Promise<Call> {
  const args = [termsToAbi(submission), proofWords(submission.epochProof), statementsToAbi(submission)];
  return { contract: await registryAt(registry, sender), method: "finalise", args };
}

/** The sealed list of an open epoch; null where there is none. */
export async function readCommitment(
  provider: Provider,
  registry: string,
  epoch: bigint,
): Promise<CommittedList | null> {
  const contract = await registryAt(registry, provider);
  try {
    const [accountsRoot, batchCount, proved] = await withWords(contract.interface, () =>
      contract.getFunction("commitmentOf").staticCall(epoch),
    );
    return {
      accountsRoot: BigInt(accountsRoot),
      batchCount: Number(batchCount),
      proved: Number(proved),
    };
  } catch (error) {
    if ((error as { code?: unknown }).code === "NotCommitted") return null;
    throw error;
  }
}

/** Which of a chunk's 256 batches are proved, a bit each. */
export async function readProvedBatches(
  provider: Provider,
  registry: string,
  epoch: bigint,
  chunk: number,
): Promise<bigint> {
  const contract = await registryAt(registry, provider);
  return contract.getFunction("provedBatches").staticCall(epoch, chunk);
}
