import { AUXILIARY_BASE } from "@plimsoll/verifier/constants.ts";
import { type Claim, type Combination, certifies, type Multipliers, refutedBy } from "./claim.ts";
import { type Decision, decideExactly } from "./exact-simplex.ts";
import { proposeBasis } from "./proposal.ts";

/**
 * Certificate or counterexample of a claim. Tries multipliers that the structure of a policy suggests, then lets HiGHS propose a
 * basis and solves on in exact arithmetic. Whatever is returned has been checked against the claim itself, in integers.
 */
export async function decide(claim: Claim, guesses: readonly Multipliers[] = []): Promise<Decision> {
  const guess = guesses.find((multipliers) => certifies(claim, multipliers));
  if (guess !== undefined) return { holds: true, multipliers: guess };
  const decision = checked(claim, decideExactly(claim, await proposeBasis(claim)));
  return decision.holds ? decision : { holds: false, combination: simplest(claim, decision.combination) };
}

/** A counterexample of few holdings reads better: leaves out each one in turn and keeps what still refutes the claim. */
function simplest(claim: Claim, combination: Combination): Combination {
  let best = combination;
  const isHolding = (row: number): boolean => row < AUXILIARY_BASE;
  for (const left of [...combination.keys()].filter(isHolding)) {
    const unknowns = claim.unknowns.filter(({ row }) => !isHolding(row) || (row !== left && best.has(row)));
    const decision = decideExactly({ ...claim, unknowns }, [...best.keys()]);
    if (!decision.holds) best = decision.combination;
  }
  checked(claim, { holds: false, combination: best });
  return best;
}

function checked(claim: Claim, decision: Decision): Decision {
  const sound = decision.holds
    ? certifies(claim, decision.multipliers)
    : refutedBy(claim, decision.combination) !== undefined;
  if (!sound) throw new Error("exact simplex returned an answer that does not check");
  return decision;
}
