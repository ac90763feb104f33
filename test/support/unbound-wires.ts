import { toField } from "../../verifier/src/field.ts";
import type { Circuit } from "./circuit.ts";

/**
 * Changes every wire of an honest witness alone to each of the values that `edits` gives for it, and names those, "signal =
 * value number", that no constraint rejects.
 */
export function unboundWires(
  circuit: Circuit,
  honest: readonly bigint[],
  edits: (value: bigint, wire: number) => readonly bigint[],
): string[] {
  const working = [...honest];
  const unbound = new Set<string>();
  for (let wire = 1; wire < circuit.wireCount; wire++) {
    for (const [i, value] of edits(honest[wire]!, wire).map(toField).entries()) {
      if (value === honest[wire]) continue;
      working[wire] = value;
      const broken = circuit.system.violations(working, { limit: 1, touching: [wire] });
      if (broken.length === 0) unbound.add(`${circuit.signal(wire)} = ${i}`);
    }
    working[wire] = honest[wire]!;
  }
  return [...unbound];
}
