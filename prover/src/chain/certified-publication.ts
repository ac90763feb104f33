import type { CompiledPolicy } from "@plimsoll/verifier/policy/compile.ts";
import {
  type PolicyPublication,
  PublicationError,
  policyPublication,
} from "@plimsoll/verifier/policy/publication.ts";
import { fastPoseidon } from "../commit/hash.ts";
import { lintPolicy } from "../linter/lint-policy.ts";

/**
 * What a policy publishes, with the unit weights that the linter certifies. Throws PublicationError for a policy that the linter
 * refuses: nobody should sign it.
 */
export async function certifiedPublication(
  policy: CompiledPolicy,
  { chainId, observationTime }: { readonly chainId: bigint; readonly observationTime: bigint },
): Promise<PolicyPublication> {
  return policyPublication(policy, {
    chainId,
    observationTime,
    unitWeights: await certifiedUnitWeights(policy),
    hash: await fastPoseidon(),
  });
}

/** By asset. Throws PublicationError with the linter's words when the policy is refused. */
export async function certifiedUnitWeights({ coefficients }: CompiledPolicy): Promise<readonly bigint[]> {
  const { accepted, findings, unitWeights } = await lintPolicy(coefficients);
  if (accepted) return unitWeights;
  const refused = findings.filter(({ severity }) => severity === "refuse");
  const words = refused.map(({ rule, where, words: why }) => `${rule}, ${where}: ${why}`);
  throw new PublicationError(`the linter refuses this policy: ${words.join("; ")}`);
}
