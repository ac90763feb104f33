import type { LeafOpening } from "../../verifier/src/withdrawal/leaf-opening.ts";
import { type AccountOpening, withoutSecret } from "../../verifier/src/withdrawal/opening.ts";
import { type Demand, refusalInputs } from "../../verifier/src/withdrawal/refusal.ts";
import { type Circuit, loadCircuit, replaceOnce } from "./circuit.ts";
import type { Random } from "./random.ts";
import { accountInBatch, type Inputs } from "./withdrawal.ts";

/** An account in a batch among others, as its exchange knows it. */
export function leafInBatch(
  random: Random,
  part: Partial<Omit<AccountOpening, "path" | "slot">>,
): LeafOpening {
  return withoutSecret(accountInBatch(random, part));
}

/** Inputs that a forger may edit. */
export function refusalInputsOf(opening: LeafOpening, demand: Demand, blocks: number): Inputs {
  return structuredClone(refusalInputs(opening, demand, blocks)) as Inputs;
}

export const REFUSAL = "circuits/statements/refusal.circom";

/** Instance refusal-1 with texts of its sources replaced: [file, from, to]. */
export function mutantRefusal(
  name: string,
  ...edits: readonly (readonly [file: string, from: string, to?: string])[]
): Promise<Circuit> {
  const mutate = edits.map(([file, from, to = ""]) => replaceOnce(file, from, to));
  return loadCircuit({ name: `refusal-1-${name}`, instance: "refusal-1", mutate });
}
