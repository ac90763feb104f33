import type { Entry } from "../../verifier/src/encodings/entry.ts";
import type { PolicyCoefficients, TierCoefficients } from "../../verifier/src/policy/matrix.ts";
import type { Layout } from "../../verifier/src/policy/shape.ts";
import { TIERED } from "./hand-made.ts";
import type { Random } from "./random.ts";

/** Units of assets 0 and 2 up to which they count most, and more than the second portion of asset 0 holds. */
export const SCALE = 1_000_000n;

/**
 * Asset 0 counts 95 %, 70 % and 20 % by size, asset 2 counts 60 % and then nothing; asset 1 counts 90 % and hedges. Initial
 * margin counts 9 where maintenance margin counts 10.
 */
export const tieredPolicy: PolicyCoefficients = {
  shape: TIERED,
  assets: [asset(4_000_000n, 0n, 0n), asset(1_000_000n, 900_000n, 850_000n), asset(250_000n, 0n, 0n)],
  tiers: [
    {
      widths: [SCALE, 3n * SCALE],
      weights: [380_000n, 280_000n],
      lastWeight: 80_000n,
      credit: { maintenance: 10n, initial: 9n },
    },
    { widths: [7n * SCALE], weights: [15_000n], lastWeight: 0n, credit: { maintenance: 10n, initial: 9n } },
  ],
  groups: [
    {
      instruments: [
        {
          value: 0n,
          maintenance: -2_000n,
          initial: -4_000n,
          scenarios: [-30_000n],
          shortMaintenance: -2_000n,
          shortInitial: -4_000n,
        },
      ],
      max: { maintenance: -4n, initial: -5n },
      hedges: [{ maintenance: 40_000n, initial: 50_000n, scenarios: [-20_000n] }],
    },
  ],
};

function asset(value: bigint, maintenance: bigint, initial: bigint) {
  return {
    value,
    maintenance,
    initial,
    debtMaintenance: (-value * 11n) / 10n,
    debtInitial: (-value * 12n) / 10n,
  };
}

/** Random holdings, of tiered assets from nothing to beyond their last portion, on and beside every edge. */
export function tieredBook({ holdings, shape, asset: rowOf }: Layout, random: Random): Entry[] {
  const edges = new Map(
    shape.tiers!.map(({ asset: k }, i) => {
      let sum = 0n;
      return [rowOf(k), tieredPolicy.tiers![i]!.widths.map((width) => (sum += width))];
    }),
  );
  return Array.from({ length: holdings }, (_, row): Entry => {
    const at = edges.get(row);
    if (random.int(3) === 0) return { row, quantity: 0n };
    if (at === undefined) return { row, quantity: random.below(SCALE) };
    if (random.flag()) return { row, quantity: at[random.int(at.length)]! - 1n + random.below(3n) };
    return { row, quantity: random.below(2n * at.at(-1)!) };
  }).filter(({ quantity }) => quantity > 0n);
}

/** What `held` units count for, in units of credit: straight from the tiers' meaning. */
export function countedUnits({ widths, weights, lastWeight }: TierCoefficients, held: bigint): bigint {
  let left = held;
  let counted = 0n;
  for (const [t, width] of widths.entries()) {
    if (left <= width) return counted + left * weights[t]!;
    counted += width * weights[t]!;
    left -= width;
  }
  return counted + left * lastWeight;
}
