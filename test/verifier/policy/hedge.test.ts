import { describe, expect, it } from "vitest";
import { bestHedge, type Line } from "../../../verifier/src/policy/hedge.ts";
import { seeded } from "../../support/random.ts";

function height(lines: readonly Line[], h: bigint): bigint {
  const heights = lines.map(({ constant, slope }) => constant + slope * h);
  return heights.sort((a, b) => (a < b ? -1 : 1))[0]!;
}

describe("bestHedge", () => {
  it("is the smallest integer maximum, by trying every integer", () => {
    const random = seeded("hedge");
    for (let round = 0; round < 3_000; round++) {
      const lines = Array.from({ length: 1 + random.int(6) }, () => ({
        constant: random.below(201n) - 100n,
        slope: random.below(15n) - 7n,
      }));
      const limit = random.below(60n);
      let best = 0n;
      for (let h = 1n; h <= limit; h++) if (height(lines, h) > height(lines, best)) best = h;
      expect(bestHedge(lines, limit)).toBe(best);
    }
  });

  it("has no better neighbour when numbers have 160 bits", () => {
    const random = seeded("large hedge");
    let inside = 0;
    for (let round = 0; round < 1_000; round++) {
      const lines = Array.from({ length: 2 + random.int(40) }, () => ({
        constant: random.bits(160) - (1n << 159n),
        slope: random.bits(97) - (1n << 96n),
      }));
      const limit = random.bits(66);
      const best = bestHedge(lines, limit);
      expect(best >= 0n && best <= limit).toBe(true);
      if (best > 0n) expect(height(lines, best - 1n)).toBeLessThan(height(lines, best));
      if (best < limit) expect(height(lines, best + 1n)).toBeLessThanOrEqual(height(lines, best));
      if (best > 0n && best < limit) inside++;
    }
    expect(inside).toBeGreaterThan(200);
  });
});
