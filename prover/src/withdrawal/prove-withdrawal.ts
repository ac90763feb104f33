import { holdingBlocks } from "@plimsoll/verifier/encodings/leaf.ts";
import { withdrawalInputs } from "@plimsoll/verifier/withdrawal/inputs.ts";
import type { AccountOpening } from "@plimsoll/verifier/withdrawal/opening.ts";
import {
  type WithdrawalRequest,
  type WithdrawalSignals,
  withdrawalSignalList,
  withdrawalSignals,
} from "@plimsoll/verifier/withdrawal/statement.ts";
import {
  type ProvedStatement,
  type ProvingArtifacts,
  type ProvingBackend,
  UnverifiedProofError,
} from "../proving/backend.ts";
import { smallestInstance } from "./smallest-instance.ts";

/** A withdrawal as it goes to a contract: nothing in it is secret. */
export interface ProvedWithdrawal {
  /** Name of the circuit's instance. */
  readonly instance: string;
  readonly signals: WithdrawalSignals;
  readonly proof: ProvedStatement["proof"];
}

/**
 * Proves a withdrawal in the smallest instance that has room for the account. Throws WithdrawalError when the account may
 * not make it; what is thrown names no balance and no secret.
 */
export async function proveWithdrawal(
  backend: ProvingBackend,
  opening: AccountOpening,
  request: WithdrawalRequest,
  artifactsOf: (name: string) => Promise<ProvingArtifacts>,
): Promise<ProvedWithdrawal> {
  const signals = withdrawalSignals(opening, request);
  const { name, blocks } = withdrawalInstance(holdingBlocks(opening.holdings).length);
  const artifacts = await artifactsOf(name);
  const { proof, publicSignals } = await backend.prove(artifacts, withdrawalInputs(opening, request, blocks));
  if (publicSignals.join() !== withdrawalSignalList(signals).join()) {
    throw new UnverifiedProofError(name, "it shows other public signals than the statement has");
  }
  return { instance: name, signals, proof };
}

/** The instance with the fewest blocks that takes an account of `blocks`. Throws WithdrawalError when none does. */
export function withdrawalInstance(blocks: number): { readonly name: string; readonly blocks: number } {
  return smallestInstance("Withdrawal", blocks);
}
