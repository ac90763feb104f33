import { createHash } from "node:crypto";
import { FIELD } from "../../verifier/src/constants.ts";

/** A repeatable stream of numbers: the same on every machine, so that a failure can be looked at twice. */
export interface Random {
  /** Uniform enough in [0, bound), bound up to 2^256. */
  below(bound: bigint): bigint;
  bits(count: number): bigint;
  element(): bigint;
  flag(): 0 | 1;
  int(bound: number): number;
}

export function seeded(seed: string): Random {
  let counter = 0;
  const draw = (): bigint => {
    const bytes = createHash("sha512").update(`${seed}/${counter++}`).digest("hex");
    return BigInt(`0x${bytes}`);
  };
  const below = (bound: bigint): bigint => draw() % bound;
  return {
    below,
    bits: (count) => below(1n << BigInt(count)),
    element: () => below(FIELD),
    flag: () => Number(below(2n)) as 0 | 1,
    int: (bound) => Number(below(BigInt(bound))),
  };
}
