import { expect } from "vitest";
import type { Circuit } from "./circuit.ts";

/** Makes a false witness for whichever circuit it is given, the real one or a mutant without the guard. */
export type Forgery = (circuit: Circuit) => bigint[] | Promise<bigint[]>;

/**
 * The attack fails against the real constraints and succeeds where the guard is removed, which proves that the test can
 * fail. Returns the false witness that the mutant accepts, to show what the attacker gains.
 */
export async function succeedsOnlyWithout(real: Circuit, mutant: Circuit, forge: Forgery): Promise<bigint[]> {
  expect(real.accepts(await forge(real)), `${real.name} accepts the forgery`).toBe(false);
  const forged = await forge(mutant);
  const violated = mutant.violations(forged, { limit: 1 });
  expect(violated, `${mutant.name} is no mutant of this guard: it rejects the forgery too`).toEqual([]);
  return forged;
}

/** Whether the circuit accepts what its own witness generator computes from these inputs when nothing is checked. */
export async function acceptsInputs(
  circuit: Circuit,
  inputs: Parameters<Circuit["solve"]>[0],
): Promise<boolean> {
  return circuit.accepts(await circuit.solve(inputs));
}
