import { evmOrder, type G1Point, type G2Point, parseG1, parseG2, writeG1, writeG2 } from "./key.ts";

/** A proof as eight words in the EVM's order: A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y. */
export type ProofWords = readonly bigint[];

export interface Proof {
  readonly a: G1Point;
  readonly b: G2Point;
  readonly c: G1Point;
}

/** The JSON that snarkjs writes. */
export interface ProofJson {
  readonly pi_a: readonly string[];
  readonly pi_b: readonly (readonly string[])[];
  readonly pi_c: readonly string[];
}

/** Throws when there are not eight words; says nothing about their values. */
export function proofFromWords(words: ProofWords): Proof {
  if (words.length !== 8) throw new Error(`expected a proof of 8 words, came ${words.length}`);
  const [ax, ay, bx1, bx0, by1, by0, cx, cy] = words as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  return {
    a: [ax, ay],
    b: [
      [bx0, bx1],
      [by0, by1],
    ],
    c: [cx, cy],
  };
}

export function proofToWords({ a, b, c }: Proof): ProofWords {
  return [...a, ...evmOrder(b), ...c];
}

/** Words of snarkjs's JSON. Throws on a point that is not affine. */
export function proofFromSnarkjs(json: ProofJson): ProofWords {
  return proofToWords({ a: parseG1(json.pi_a), b: parseG2(json.pi_b), c: parseG1(json.pi_c) });
}

/** The JSON that snarkjs reads. Throws when there are not eight words. */
export function proofToSnarkjs(words: ProofWords): ProofJson & { protocol: "groth16"; curve: "bn128" } {
  const { a, b, c } = proofFromWords(words);
  return { protocol: "groth16", curve: "bn128", pi_a: writeG1(a), pi_b: writeG2(b), pi_c: writeG1(c) };
}
