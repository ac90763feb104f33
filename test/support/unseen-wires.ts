import type { Circuit } from "./circuit.ts";
import type { Random } from "./random.ts";

/**
 * Names of the wires that a forger may change: with all that follows solved again, the constraints hold and the same is
 * shown. Each is tried with its neighbour, which flips what is a bit, and with a random element.
 */
export function unseenWires(
  circuit: Circuit,
  honest: readonly bigint[],
  random: Random,
  wires: Iterable<number> = Array.from({ length: circuit.wireCount - 1 }, (_, i) => 1 + i),
): string[] {
  const { outputs, publicInputs } = circuit.system.r1cs;
  const forge = circuit.forger(honest);
  const unseen = new Set<string>();
  for (const wire of wires) {
    for (const value of [honest[wire] === 0n ? 1n : honest[wire]! - 1n, random.element()]) {
      const changed = forge({ [wire]: value });
      const shows =
        changed && [...changed].some(([at, now]) => at <= outputs + publicInputs && now !== honest[at]);
      if (changed && !shows) unseen.add(circuit.signal(wire));
    }
  }
  return [...unseen];
}
