import { LENGTH_SHIFT, SPONGE_RATE } from "../constants.ts";
import { type Hash, poseidon } from "../poseidon.ts";

/**
 * s = H15(s, x1..x14) over chunks of 14, zero-padded, from tag + 2^32 length. The length of the whole list is in the
 * start value, so that no two lists under one tag share a preimage by padding.
 */
export function sponge(tag: bigint, list: readonly bigint[], hash: Hash = poseidon): bigint {
  let state = tag + (BigInt(list.length) << LENGTH_SHIFT);
  for (let start = 0; start < list.length; start += SPONGE_RATE) {
    const chunk = list.slice(start, start + SPONGE_RATE);
    while (chunk.length < SPONGE_RATE) chunk.push(0n);
    state = hash([state, ...chunk]);
  }
  return state;
}
