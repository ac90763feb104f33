import { holdingBlocks } from "@plimsoll/verifier/encodings/leaf.ts";
import { WithdrawalError } from "@plimsoll/verifier/withdrawal/error.ts";
import { withdrawalInputs } from "@plimsoll/verifier/withdrawal/inputs.ts";
import type { AccountOpening } from "@plimsoll/verifier/withdrawal/opening.ts";
import {
  type WithdrawalRequest,
  type WithdrawalSignals,
  withdrawalSignalList,
  withdrawalSignals,
} from "@plimsoll/verifier/withdrawal/statement.ts";
import { instanceArtifacts } from "../build/artifacts.ts";
import { listInstances } from "../build/instances.ts";
import {
  type ProvedStatement,
  type ProvingArtifacts,
  type ProvingBackend,
  UnverifiedProofError,
} from "../proving/backend.ts";

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
  artifactsOf: (name: string) => Promise<ProvingArtifacts> = instanceArtifacts,
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
  const instances = listInstances()
    .filter(({ template }) => template === "Withdrawal")
    .map(({ name, parameters }) => ({ name, blocks: parameters[0] as number }))
    .sort((one, other) => one.blocks - other.blocks);
  const found = instances.find((instance) => instance.blocks >= blocks);
  if (found !== undefined) return found;
  const most = instances.at(-1)?.blocks ?? 0;
  throw new WithdrawalError(
    "too-many-blocks",
    `expected an account of at most ${most} blocks, came ${blocks}`,
  );
}
