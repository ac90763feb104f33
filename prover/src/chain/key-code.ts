import { concat, hexlify, toBeHex } from "ethers";

/** Creation code of a data contract that holds a packed verification key behind a STOP: see DataContract.sol. */
export function keyCreation(packed: Uint8Array): string {
  const size = toBeHex(packed.length + 1, 2);
  // PUSH2 size, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN: returns the `size` bytes behind these ten.
  return concat(["0x61", size, "0x80600a5f395ff3", "0x00", hexlify(packed)]);
}
