import { WithdrawalError } from "@plimsoll/verifier/withdrawal/error.ts";
import { listInstances } from "../build/instances.ts";

/**
 * The instance of a statement about one account with the fewest blocks that takes an account of `blocks`. Throws WithdrawalError when
 * none does.
 */
export function smallestInstance(
  template: "Withdrawal" | "Refusal",
  blocks: number,
): { readonly name: string; readonly blocks: number } {
  const instances = listInstances()
    .filter((instance) => instance.template === template)
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
