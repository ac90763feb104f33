import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Constants of the optimised Poseidon of width t, as circomlib lists them: additive, dense matrices, sparse rounds. */
export interface PoseidonConstants {
  readonly C: readonly bigint[];
  readonly S: readonly bigint[];
  /** t rows of t. */
  readonly M: readonly bigint[];
  readonly P: readonly bigint[];
}

const FILE = "circomlib/circuits/poseidon_constants.circom";
let text: string | undefined;

/** Reads them from the file that the circuits include, so that both always use the same. */
export function poseidonConstants(t: number): PoseidonConstants {
  text ??= readFileSync(createRequire(import.meta.url).resolve(FILE), "utf8");
  const [C, M, P, S] = (["C", "M", "P", "S"] as const).map((name) => listOf(text!, name, t));
  return { C: C!, M: M!, P: P!, S: S! };
}

function listOf(source: string, name: string, t: number): bigint[] {
  const start = source.indexOf(`function POSEIDON_${name}(`);
  const next = source.indexOf("function ", start + 1);
  const body = source.slice(start, next < 0 ? undefined : next);
  const branch = new RegExp(`\\(t ?== ?${t}\\)[^;]*;`).exec(body);
  if (start < 0 || branch === null) {
    throw new Error(`${FILE}: expected constants ${name} for width ${t}, came none`);
  }
  return (branch[0].match(/0x[0-9a-f]+/g) ?? []).map(BigInt);
}
