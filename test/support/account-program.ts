import type { Highs } from "highs";
import * as highsModule from "highs";
import { FREE_UNIT } from "../../verifier/src/constants.ts";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import type { CompiledPolicy } from "../../verifier/src/policy/compile.ts";
import type { MatrixRow } from "../../verifier/src/policy/matrix.ts";
import { COLUMN } from "../../verifier/src/policy/shape.ts";

/** Loads the solver. The package's types describe its CommonJS build, whose default export is one level deeper. */
export const loadSolver = highsModule.default as unknown as () => Promise<Highs>;

const MONEY = 1e12;

/**
 * Best value of an account under M z = 0, z >= 0 with its holdings fixed, as a linear program over the matrix itself and
 * nothing else: the largest surplus over initial margin (free) or the smallest shortfall, in quote.
 */
export function optimum(
  highs: Highs,
  policy: CompiledPolicy,
  matrix: ReadonlyMap<number, MatrixRow>,
  holdings: readonly Entry[],
  goal: "free" | "shortfall",
): number {
  const { layout } = policy;
  const fixed = new Map<number, number>();
  for (const { row, quantity } of holdings) {
    for (const [column, c] of matrix.get(row)!) {
      // Exact until here; one rounding to a double.
      fixed.set(column, (fixed.get(column) ?? 0) + Number(c * quantity));
    }
  }
  const capped = new Set(layout.cappedAssets.map((asset) => layout.capColumn(asset)));
  const columnScale = (column: number) => (capped.has(column) ? 1e8 : MONEY);
  const terms = new Map<number, string[]>();
  const add = (column: number, coefficient: number, name: string) => {
    if (!terms.has(column)) terms.set(column, []);
    terms.get(column)!.push(`${coefficient < 0 ? "-" : "+"} ${Math.abs(coefficient)} ${name}`);
  };
  for (const { row, role } of layout.roles) {
    if (["asset", "debt", "long", "short"].includes(role.kind)) continue;
    const unit = role.kind === "hedge" || role.kind === "slackCap" ? 1e8 : MONEY;
    for (const [column, c] of matrix.get(row)!)
      add(column, (Number(c) * unit) / columnScale(column), `z${row}`);
  }
  add(COLUMN.initial, (-Number(FREE_UNIT) * 1e6) / MONEY, "surplus");
  const rows = [...terms].map(
    ([column, list]) => `c${column}: ${list.join(" ")} = ${-(fixed.get(column) ?? 0) / columnScale(column)}`,
  );
  const objective = goal === "free" ? "Maximize\n obj: surplus" : `Minimize\n obj: z${layout.shortfall}`;
  const text = `${objective}\nSubject To\n${rows.join("\n")}\nBounds\n surplus free\nEnd\n`;
  const solution = highs.solve(text, {
    output_flag: false,
    primal_feasibility_tolerance: 1e-9,
    dual_feasibility_tolerance: 1e-9,
  });
  if (solution.Status !== "Optimal") throw new Error(`the solver says ${solution.Status}`);
  return solution.ObjectiveValue;
}
