import type { Highs } from "highs";
import * as highsModule from "highs";
import type { Claim } from "./claim.ts";

// The package's types describe its CommonJS build, whose default export is one level deeper than that of the ES module.
const loadHighs = highsModule.default as unknown as typeof highsModule.default.default;
let solver: Promise<Highs> | undefined;

/**
 * Asks HiGHS (double precision) which rows are basic at the optimum of  max gain . z, equations, sum z <= 1.  Only a
 * suggestion for the exact method: doubles cannot tell 2^60 from 2^60 + 1, and a solver's status certifies nothing.
 * No suggestion when the solver fails, which costs time and never correctness.
 */
export async function proposeBasis(claim: Claim): Promise<number[]> {
  solver ??= loadHighs();
  const highs = await solver;
  try {
    const solution = highs.solve(lpText(claim), { output_flag: false, random_seed: 1 });
    return claim.unknowns.flatMap(({ row }) => {
      const column = solution.Columns[`z${row}`];
      return column !== undefined && "Status" in column && column.Status === "BS" ? [row] : [];
    });
  } catch {
    return [];
  }
}

/** The claim in CPLEX LP format; each unknown is measured in its largest coefficient, so that the solver sees numbers near 1. */
function lpText(claim: Claim): string {
  const sums: string[][] = Array.from({ length: claim.columns }, () => []);
  const gain: string[] = [];
  const bounded: string[] = [];
  const signed: string[] = [];
  for (const unknown of claim.unknowns) {
    const name = `z${unknown.row}`;
    const scale = unknown.terms.reduce((m, [, c]) => Math.max(m, Math.abs(Number(c))), 1);
    for (const [column, c] of unknown.terms) sums[column]!.push(term(Number(c) / scale, name));
    gain.push(term(Number(unknown.gain) / scale, name));
    (unknown.signed === true ? signed : bounded).push(name);
  }
  return [
    "Maximize",
    ` gain: ${gain.join(" ")}`,
    "Subject To",
    ...sums.flatMap((terms, j) => (terms.length === 0 ? [] : [` e${j}: ${terms.join(" ")} = 0`])),
    ` size: ${bounded.join(" + ")} <= 1`,
    "Bounds",
    ...signed.map((name) => ` ${name} free`),
    "End",
  ].join("\n");
}

function term(coefficient: number, name: string): string {
  return `${coefficient < 0 ? "-" : "+"} ${Math.abs(coefficient)} ${name}`;
}
