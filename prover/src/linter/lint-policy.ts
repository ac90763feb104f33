import {
  checkCoefficients,
  type PolicyCoefficients,
  policyMatrix,
} from "@plimsoll/verifier/policy/matrix.ts";
import { layoutOf } from "@plimsoll/verifier/policy/shape.ts";
import { refutedBy } from "./claim.ts";
import { decide } from "./decide.ts";
import { extraFindings, feedingFindings } from "./feeding.ts";
import { unitWeights } from "./hedging.ts";
import { pairFindings } from "./pairs.ts";
import type { Finding, LintEvidence, LintReport, RuleCertificate } from "./report.ts";
import { ruleClaims } from "./rules.ts";
import { structureFindings } from "./structure.ts";
import type { System } from "./system.ts";
import { tierFindings } from "./tiers.ts";
import { warnings } from "./warnings.ts";
import { describeCombination } from "./words.ts";

/**
 * Judges whether no auxiliary of the policy can create surplus, so that a lying prover only hurts itself (design section 3).
 * A policy that cannot be read as a matrix is refused too; nothing is thrown for a bad policy.
 */
export async function lintPolicy(
  policy: PolicyCoefficients,
  evidence: LintEvidence = {},
): Promise<LintReport> {
  try {
    checkCoefficients(policy);
    layoutOf(policy.shape);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const finding: Finding = {
      rule: "coefficients",
      severity: "refuse",
      where: "policy",
      words: cause.message,
    };
    return { accepted: false, findings: [finding], unitWeights: [], certificates: [] };
  }
  const report = await lintSystem({ layout: layoutOf(policy.shape), matrix: policyMatrix(policy) });
  return { ...report, findings: [...report.findings, ...warnings(policy, evidence)] };
}

/** The same for a matrix, whatever it was made from. */
export async function lintSystem(system: System): Promise<LintReport> {
  const findings: Finding[] = [
    ...structureFindings(system),
    ...pairFindings(system),
    ...feedingFindings(system),
    ...extraFindings(system),
    ...tierFindings(system),
  ];
  const certificates: RuleCertificate[] = [];
  for (const { rule, where, claim, broken, problem, guesses } of ruleClaims(system)) {
    const decision = await decide(problem, guesses);
    if (decision.holds) {
      const { denominator, byColumn } = decision.multipliers;
      certificates.push({ rule, claim, denominator, multipliers: byColumn });
      continue;
    }
    const quantities = decision.combination;
    const gain = refutedBy(problem, quantities)!;
    const words = `${broken}: ${describeCombination(system.layout, quantities)} solves every equation and gains ${gain}`;
    findings.push({
      rule,
      severity: "refuse",
      where,
      words,
      counterexample: { kind: "account", quantities, gain },
    });
  }
  const { unitWeights: weights, findings: hedging } = unitWeights(system);
  findings.push(...hedging);
  return {
    accepted: findings.every(({ severity }) => severity !== "refuse"),
    findings,
    unitWeights: weights,
    certificates,
  };
}
