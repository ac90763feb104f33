import { keccak_256 } from "@noble/hashes/sha3.js";
import { BETA_FLOOR, CHUNK_BATCHES, CLAIM_BITS, DOMAINS, FIELD } from "../constants.ts";
import { bytesToBigInt, concatBytes, uint256 } from "./bytes.ts";

/** What a batch puts on the list: the circuit that proves it and its two commitments, all 256-bit words. */
export interface BatchCommitment {
  readonly circuitId: bigint;
  readonly root: bigint;
  readonly transcript: bigint;
}

/** All that is fixed before gamma. Addresses and hashes are 256-bit words; times are seconds. */
export interface GammaInput {
  readonly chainId: bigint;
  readonly registry: bigint;
  readonly exchange: bigint;
  readonly epoch: bigint;
  readonly snapshotTime: bigint;
  readonly policyHash: bigint;
  readonly descriptorHash: bigint;
  readonly totalsCommitment: bigint;
  readonly claims: readonly bigint[];
  readonly epochCircuitId: bigint;
  readonly batches: readonly BatchCommitment[];
}

const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

export function keccakUtf8(text: string): bigint {
  return bytesToBigInt(keccak_256(new TextEncoder().encode(text)));
}

/** keccak256(0x00, circuit id, root, transcript): a batch on the list that the accounts root is of. */
export function batchLeaf(batch: BatchCommitment): bigint {
  return keccakOf([LEAF_PREFIX, uint256(batch.circuitId), uint256(batch.root), uint256(batch.transcript)]);
}

/** Root over all batches: chunks of 256 leaves, the last padded with zeros, then a tree over chunk roots padded with
 * zeros to a power of two; so an epoch can be sent chunk by chunk. Throws without batches. */
export function accountsRoot(batches: readonly BatchCommitment[]): bigint {
  return accountsTree(batches).at(-1)![0]!;
}

/** Siblings from a batch's leaf up to the accounts root, lowest first: 8 in its chunk, then one per level above. */
export function accountsPath(batches: readonly BatchCommitment[], index: number): bigint[] {
  return pathInAccountsTree(accountsTree(batches), index);
}

/** The same from levels that are there already: for whoever needs the paths of many batches. */
export function pathInAccountsTree(levels: readonly (readonly bigint[])[], index: number): bigint[] {
  return levels.slice(0, -1).map((level, depth) => level[(index >> depth) ^ 1] ?? 0n);
}

/** Throws when `index` is not a leaf of a tree of the path's height: its bits would be ignored. */
export function rootOfAccountsPath(leaf: bigint, index: number, path: readonly bigint[]): bigint {
  if (!Number.isInteger(index) || index < 0 || index >= 2 ** path.length || path.length > 30) {
    throw new RangeError(`batch ${index} is not in a tree of height ${path.length}`);
  }
  return path.reduce(
    (node, sibling, depth) => ((index >> depth) & 1 ? join(sibling, node) : join(node, sibling)),
    leaf,
  );
}

/** Levels of the tree over all batches, padded leaves first, the accounts root last. */
export function accountsTree(batches: readonly BatchCommitment[]): bigint[][] {
  if (batches.length === 0) throw new RangeError("an epoch has at least one batch");
  let level = batches.map(batchLeaf);
  // Padding to whole chunks, then to a power of two of chunks. Padding above the chunk level is the number 0,
  // not the root of an empty chunk, as in the contract.
  while (level.length % CHUNK_BATCHES !== 0) level.push(0n);
  const levels = [level];
  const chunkDepth = Math.log2(CHUNK_BATCHES);
  for (let depth = 0; level.length > 1; depth++) {
    if (depth === chunkDepth) while ((level.length & (level.length - 1)) !== 0) level.push(0n);
    const below = level;
    level = Array.from({ length: below.length / 2 }, (_, i) => join(below[2 * i]!, below[2 * i + 1]!));
    levels.push(level);
  }
  return levels;
}

/** keccak256 of the claims as 32-byte words. Throws on a claim of 2^128 or more. */
export function claimsHash(claims: readonly bigint[]): bigint {
  for (const [k, claim] of claims.entries()) {
    if (claim < 0n || claim >= 1n << CLAIM_BITS) throw new RangeError(`claim ${k} is outside [0, 2^128)`);
  }
  return keccakOf(claims.map(uint256));
}

/**
 * The challenge that all that was committed before it fixes, a field element: keccak256 of the domain and the input as 32-byte
 * words, reduced. Throws without batches and on a claim of 2^128 or more.
 */
export function gammaChallenge(input: GammaInput): bigint {
  const words = [
    keccakUtf8(DOMAINS.GAMMA),
    input.chainId,
    input.registry,
    input.exchange,
    input.epoch,
    input.snapshotTime,
    input.policyHash,
    input.descriptorHash,
    input.totalsCommitment,
    claimsHash(input.claims),
    input.epochCircuitId,
    BigInt(input.batches.length),
    accountsRoot(input.batches),
  ];
  return keccakOf(words.map(uint256)) % FIELD;
}

/** Throws when beta falls below 2^19, where it could be a row: the prover then draws new blinds. */
export function betaChallenge(gamma: bigint, weightsCommitment: bigint): bigint {
  const beta = keccakOf([keccakUtf8(DOMAINS.BETA), gamma, weightsCommitment].map(uint256)) % FIELD;
  if (beta < BETA_FLOOR) throw new RangeError("beta is below 2^19: draw new blinds and commit again");
  return beta;
}

function join(left: bigint, right: bigint): bigint {
  return keccakOf([NODE_PREFIX, uint256(left), uint256(right)]);
}

function keccakOf(parts: readonly Uint8Array[]): bigint {
  return bytesToBigInt(keccak_256(concatBytes(parts)));
}
