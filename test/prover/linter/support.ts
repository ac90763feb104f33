import type { Rule } from "../../../prover/src/linter/report.ts";
import type { System } from "../../../prover/src/linter/system.ts";
import { FREE_UNIT, ROW_FREE } from "../../../verifier/src/constants.ts";
import { type PolicyCoefficients, policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { layoutOf } from "../../../verifier/src/policy/shape.ts";

export function tinySystem(policy: PolicyCoefficients): System {
  return { layout: layoutOf(policy.shape), matrix: policyMatrix(policy) };
}

/** What an account that breaks a rule gains, written down again from the design and not from the linter. */
export function gainOf({ layout }: System, rule: Rule, account: ReadonlyMap<number, bigint>): bigint {
  const of = (row: number): bigint => account.get(row) ?? 0n;
  const holdings = [...account.keys()].filter((row) => row < layout.holdings);
  const equity = of(layout.equityPlus) - of(layout.equityMinus);
  const surplus = of(layout.slackMaintenance) - of(layout.shortfall);
  switch (rule) {
    case "free-within-equity":
      return FREE_UNIT * of(ROW_FREE) - equity;
    case "maintenance-within-equity":
      return surplus - equity;
    case "no-slack-from-nothing":
      return holdings.length > 0 || of(layout.shortfall) > 0n ? 0n : of(layout.slackMaintenance);
    case "no-equity-from-nothing":
      return holdings.length > 0 || of(layout.equityMinus) > 0n ? 0n : of(layout.equityPlus);
    case "initial-implies-maintenance":
      return of(ROW_FREE) < 0n ? 0n : -surplus;
    case "no-hedge-from-nothing":
      return holdings.length > 0 ? 0n : of(layout.hedge(0, 0));
    case "scenarios-are-charged": {
      const slacks = layout.shape.groups[0]!.scenarios;
      const charged = holdings.length > 0 || of(layout.max(0)) > 0n;
      return charged
        ? 0n
        : Array.from({ length: slacks }, (_, s) => of(layout.slackScenario(0, s))).reduce((a, b) => a + b);
    }
    default:
      return 0n;
  }
}
