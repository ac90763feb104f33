import type { VaultState } from "./vault-reads.ts";

/** What is asked of a vault with a proof of one's own. */
export type VaultAsk = "withdraw" | "exit" | "claim";

/**
 * Why a vault would not take a proof made in this epoch, before anything is proved; undefined when it would. `newest` is the
 * newest attested epoch, undefined while there is none.
 */
export function epochFault(
  ask: VaultAsk,
  state: Pick<VaultState, "escape">,
  newest: bigint | undefined,
  epoch: bigint,
): "not-frozen" | "frozen" | "not-newest" | undefined {
  if (ask === "claim") return state.escape === undefined ? "not-frozen" : undefined;
  if (state.escape !== undefined) return "frozen";
  return ask === "withdraw" && newest !== epoch ? "not-newest" : undefined;
}
