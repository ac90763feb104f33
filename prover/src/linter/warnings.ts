import type { PolicyCoefficients } from "@plimsoll/verifier/policy/matrix.ts";
import { positiveMaximum } from "./integers.ts";
import type { Finding, LintEvidence, Rule } from "./report.ts";

/** A unit of a row worth less than this makes rounding visible (design section 2). */
const LEAST_UNIT_VALUE = 100_000n;
/** Skewness of returns beyond which a grid with equal ups and downs is worth a word. */
const SKEWED = 0.5;

/** Policies that are sound and perhaps not prudent. Rows that are all zero are padding and pass. */
export function warnings(policy: PolicyCoefficients, evidence: LintEvidence): Finding[] {
  const findings: Finding[] = [];
  const warn = (rule: Rule, where: string, words: string): void => {
    findings.push({ rule, severity: "warn", where, words });
  };
  for (const [k, asset] of policy.assets.entries()) {
    if (asset.value > 0n && asset.value < LEAST_UNIT_VALUE) {
      warn(
        "coarse-unit",
        `asset ${k}`,
        `one unit is worth ${asset.value} money units; at least 10^5 keeps rounding invisible`,
      );
    }
  }
  const bySize = new Set(
    policy.tiers?.flatMap(({ credit, weights }, i) =>
      credit.initial > 0n && weights.some((weight) => weight > 0n) ? [policy.shape.tiers![i]!.asset] : [],
    ),
  );
  const accepted = policy.assets.filter(
    (a, k) => a.initial > 0n || a.maintenance > 0n || bySize.has(k),
  ).length;
  if (evidence.acceptedAssets !== undefined && accepted > evidence.acceptedAssets) {
    warn(
      "accepted-assets",
      "assets",
      `${accepted} are accepted, the add-on was sized for ${evidence.acceptedAssets}`,
    );
  }
  for (const [g, { instruments, max }] of policy.groups.entries()) {
    const live = [...instruments.entries()].filter(([, n]) => n.scenarios.some((pnl) => pnl !== 0n));
    // What a group feeds is charged in its parent.
    const ends = policy.shape.groups[g]!.feeds === undefined;
    if (ends && live.length > 0 && (max.initial === 0n || max.maintenance === 0n)) {
      warn("uncharged-scan-risk", `group ${g}`, "its worst scenario is not charged in both margins");
    }
    // What a short lacks in an extra column is charged through an extra.
    const lacks = ({ scenarios }: (typeof instruments)[number]): boolean =>
      scenarios.slice(policy.shape.groups[g]!.scenarios).some((c) => c > 0n);
    const free = live.filter(([, n]) => n.value + n.shortInitial >= 0n && !lacks(n)).map(([i]) => i);
    if (free.length > 0) {
      const words = `short positions in ${free.length} of ${live.length} instruments (${free.join(", ")}) have no charge of their own: one that no scenario of the grid hurts costs nothing`;
      warn("uncharged-short", `group ${g}`, words);
    }
    for (const [h, { scenarios, ...refund }] of policy.groups[g]!.hedges.entries()) {
      // Without positions the hedge's own worst scenario is all that its refund is set against.
      const worst = -positiveMaximum(scenarios.map((pnl) => -pnl));
      const paid = (["maintenance", "initial"] as const).filter(
        (level) => refund[level] > max[level] * worst,
      );
      if (!ends || paid.length === 0) continue;
      const words = `a unit that hedges nothing is refunded more than it loses in its worst scenario, in ${paid.join(" and ")} margin: whoever holds it has less haircut than its weight says`;
      warn("unhedged-refund", `group ${g}, hedge ${h}`, words);
    }
    const skewness = evidence.skewness?.[g] ?? 0;
    const symmetric = live.filter(([, n]) => isSymmetric(n.scenarios)).map(([i]) => i);
    if (Math.abs(skewness) > SKEWED && symmetric.length > 0) {
      const words = `up and down moves of instruments ${symmetric.join(", ")} are equal, the data's skewness is ${skewness}`;
      warn("symmetric-grid", `group ${g}`, words);
    }
  }
  return findings;
}

/** Every profit has an equal loss, to the one unit that rounding down leaves between them. */
function isSymmetric(scenarios: readonly bigint[]): boolean {
  const ascending = scenarios.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return ascending.every((pnl, i) => {
    const sum = pnl + ascending[ascending.length - 1 - i]!;
    return sum >= -1n && sum <= 1n;
  });
}
