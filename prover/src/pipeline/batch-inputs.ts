import { AUXILIARY_BASE } from "@plimsoll/verifier/constants.ts";
import type { BatchOpening } from "@plimsoll/verifier/encodings/batch.ts";
import type { CircuitInputs } from "../proving/witness.ts";

/** Inputs of the batch circuit. Auxiliary rows are given less 2^15, as the circuit range-checks them. */
export function batchInputs(opening: BatchOpening, gamma: bigint, beta: bigint): CircuitInputs {
  const { blocks, words, blinds } = opening;
  return {
    row: blocks.map((block) => block.entries.map((entry) => BigInt(entry.row))),
    quantity: blocks.map((block) => block.entries.map((entry) => entry.quantity)),
    first: blocks.map((block) => BigInt(block.first)),
    identity: blocks.map((block) => block.identity),
    free: blocks.map((block) => block.free),
    under: blocks.map((block) => BigInt(block.under)),
    auxiliaryRow: words.map((word) => word.entries.map((entry) => BigInt(entry.row - AUXILIARY_BASE))),
    auxiliaryQuantity: words.map((word) => word.entries.map((entry) => entry.quantity)),
    step: words.map((word) => BigInt(word.step)),
    blind: [...blinds],
    gamma,
    beta,
  };
}
