import type { Rule } from "../../../prover/src/linter/report.ts";
import type { System } from "../../../prover/src/linter/system.ts";
import { FREE_UNIT, ROW_FREE } from "../../../verifier/src/constants.ts";
import { type PolicyCoefficients, policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { hasMax, layoutOf, ownColumns } from "../../../verifier/src/policy/shape.ts";

export function tinySystem(policy: PolicyCoefficients): System {
  return { layout: layoutOf(policy.shape), matrix: policyMatrix(policy) };
}

/** What an account that breaks a rule, there where it is broken, gains: written down again from the design and not from the linter. */
export function gainOf(
  { layout }: System,
  rule: Rule,
  account: ReadonlyMap<number, bigint>,
  where = "group 0",
): bigint {
  const amount = (row: number): bigint => account.get(row) ?? 0n;
  const holdings = [...account.keys()].filter((row) => row < layout.holdings);
  const equity = amount(layout.equityPlus) - amount(layout.equityMinus);
  const surplus = amount(layout.slackMaintenance) - amount(layout.shortfall);
  switch (rule) {
    case "free-within-equity":
      return FREE_UNIT * amount(ROW_FREE) - equity;
    case "maintenance-within-equity":
      return surplus - equity;
    case "no-slack-from-nothing":
      return holdings.length > 0 || amount(layout.shortfall) > 0n ? 0n : amount(layout.slackMaintenance);
    case "no-equity-from-nothing":
      return holdings.length > 0 || amount(layout.equityMinus) > 0n ? 0n : amount(layout.equityPlus);
    case "initial-implies-maintenance":
      return amount(ROW_FREE) < 0n ? 0n : -surplus;
    case "no-hedge-from-nothing":
      return holdings.length > 0 ? 0n : amount(layout.hedge(0, 0));
    case "scenarios-are-charged": {
      const group = Number(where.slice("group ".length));
      const of = layout.shape.groups[group]!;
      const max = hasMax(of) ? amount(layout.max(group)) : 0n;
      if (holdings.length > 0 || max > 0n) return 0n;
      const from = hasMax(of) ? 0 : of.scenarios;
      let slacks = 0n;
      for (let s = from; s < ownColumns(of); s++) slacks += amount(layout.slackScenario(group, s));
      return slacks;
    }
    default:
      return 0n;
  }
}
