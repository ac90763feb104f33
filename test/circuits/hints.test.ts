import { expect, it } from "vitest";
import { circuitSources } from "../../prover/src/build/sources.ts";

// What a prover may choose, and the constraint beside it that leaves no choice.
const HINTS = {
  "circuits/lib/bits.circom": ["out[i] <-- (in >> i) & 1;", "out[i] * (1 - out[i]) === 0;"],
  "circuits/lib/fraction.circom": ["out <-- quantity / (beta - row);", "out * (beta - row) === quantity;"],
  "circuits/lib/inverse.circom": ["out <-- 1 / in;", "out * in === 1;"],
};

it("assigns without a constraint only bits, fractions and inverses, each with its constraint on the next line", () => {
  const found = [...circuitSources()].flatMap(([path, text]) => {
    const lines = text.split("\n").map((line) => line.trim());
    return lines.flatMap((line, i) => (/<--|-->/.test(line) ? [[path, [line, lines[i + 1]]]] : []));
  });
  expect(Object.fromEntries(found)).toEqual(HINTS);
  expect(found).toHaveLength(Object.keys(HINTS).length);
});
