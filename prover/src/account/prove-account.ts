import { AccountError } from "@plimsoll/verifier/account/error.ts";
import { type AccountSize, accountInputs } from "@plimsoll/verifier/account/inputs.ts";
import {
  type AccountRequest,
  type AccountSignals,
  accountSignalList,
  accountSignals,
} from "@plimsoll/verifier/account/statement.ts";
import { judgeAccount } from "@plimsoll/verifier/account/surplus.ts";
import { holdingBlocks } from "@plimsoll/verifier/encodings/leaf.ts";
import type { AccountOpening } from "@plimsoll/verifier/withdrawal/opening.ts";
import { instanceArtifacts } from "../build/artifacts.ts";
import { listInstances } from "../build/instances.ts";
import {
  type ProvedStatement,
  type ProvingArtifacts,
  type ProvingBackend,
  UnverifiedProofError,
} from "../proving/backend.ts";

/** A judged account as it goes to a contract: nothing in it is secret. */
export interface ProvedAccount {
  /** Name of the circuit's instance. */
  readonly instance: string;
  readonly signals: AccountSignals;
  readonly proof: ProvedStatement["proof"];
}

/**
 * Proves what an attested account has above its initial margin at a newer policy, in the smallest instance that has room for it. Throws
 * AccountError when it has less, or has no place in any; what is thrown names no balance and no secret.
 */
export async function proveAccount(
  backend: ProvingBackend,
  opening: AccountOpening,
  request: AccountRequest,
  artifactsOf: (name: string) => Promise<ProvingArtifacts> = instanceArtifacts,
): Promise<ProvedAccount> {
  const signals = accountSignals(opening, request);
  const { name, size } = accountInstance(sizeOf(opening, request));
  const artifacts = await artifactsOf(name);
  const { proof, publicSignals } = await backend.prove(artifacts, accountInputs(opening, request, size));
  if (publicSignals.join() !== accountSignalList(signals).join()) {
    throw new UnverifiedProofError(name, "it shows other public signals than the statement has");
  }
  return { instance: name, signals, proof };
}

/** The smallest instance with room for that many blocks, groups and scenarios. Throws AccountError when none has. */
export function accountInstance(least: AccountSize): { readonly name: string; readonly size: AccountSize } {
  const found = listInstances()
    .filter(({ template }) => template === "Account")
    .map(({ name, parameters }) => {
      const [blocks, groups, scenarios] = parameters as readonly number[];
      return { name, size: { blocks: blocks!, groups: groups!, scenarios: scenarios! } };
    })
    .sort((one, other) => one.size.blocks - other.size.blocks)
    .find(({ size }) => DIMENSIONS.every((of) => size[of] >= least[of]));
  if (found !== undefined) return found;
  const words = DIMENSIONS.map((of) => `${least[of]} ${of}`).join(", ");
  throw new AccountError("too-large", `no instance has room for an account of ${words}`);
}

const DIMENSIONS = ["blocks", "groups", "scenarios"] as const;

function sizeOf({ holdings }: AccountOpening, { tree, hedges }: AccountRequest): AccountSize {
  const rows = [...holdings.filter(({ quantity }) => quantity > 0n), ...hedges].map(
    ({ row }) => tree.rows.get(row)!,
  );
  return {
    blocks: holdingBlocks(holdings).length,
    groups: judgeAccount(tree, holdings, hedges).groups.length,
    scenarios: Math.max(0, ...rows.map(({ scenarios }) => scenarios.length)),
  };
}
