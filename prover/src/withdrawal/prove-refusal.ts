import { holdingBlocks } from "@plimsoll/verifier/encodings/leaf.ts";
import type { LeafOpening } from "@plimsoll/verifier/withdrawal/leaf-opening.ts";
import {
  type Demand,
  type RefusalSignals,
  refusalInputs,
  refusalSignalList,
  refusalSignals,
} from "@plimsoll/verifier/withdrawal/refusal.ts";
import { instanceArtifacts } from "../build/artifacts.ts";
import {
  type ProvedStatement,
  type ProvingArtifacts,
  type ProvingBackend,
  UnverifiedProofError,
} from "../proving/backend.ts";
import { smallestInstance } from "./smallest-instance.ts";

/** A refusal as it goes to a contract: nothing in it is secret. */
export interface ProvedRefusal {
  /** Name of the circuit's instance. */
  readonly instance: string;
  readonly signals: RefusalSignals;
  readonly proof: ProvedStatement["proof"];
}

/**
 * Proves that an account's leaf does not allow what a forced exit asks for, in the smallest instance that has room for the account. Throws
 * WithdrawalError when the leaf allows it; what is thrown names no balance.
 */
export async function proveRefusal(
  backend: ProvingBackend,
  opening: LeafOpening,
  demand: Demand,
  artifactsOf: (name: string) => Promise<ProvingArtifacts> = instanceArtifacts,
): Promise<ProvedRefusal> {
  const signals = refusalSignals(opening, demand);
  const { name, blocks } = smallestInstance("Refusal", holdingBlocks(opening.holdings).length);
  const artifacts = await artifactsOf(name);
  const { proof, publicSignals } = await backend.prove(artifacts, refusalInputs(opening, demand, blocks));
  if (publicSignals.join() !== refusalSignalList(signals).join()) {
    throw new UnverifiedProofError(name, "it shows other public signals than the statement has");
  }
  return { instance: name, signals, proof };
}
