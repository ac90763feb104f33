import type {
  AssetCoefficients,
  GroupCoefficients,
  PolicyCoefficients,
} from "../../verifier/src/policy/matrix.ts";
import type { GroupShape, Shape } from "../../verifier/src/policy/shape.ts";
import type { Random } from "./random.ts";

/**
 * Coefficients as a model could make them: values, haircuts, harsher debts, buffers, refunds within the haircut. `absurdity` in
 * [0, 100] is the chance in percent of each later number to be off by up to a tenth of a unit's value, to either side.
 */
export function randomPolicy(random: Random, shape: Shape, absurdity = 0): PolicyCoefficients {
  const percent = (value: bigint, from: number, to: number): bigint =>
    (value * BigInt(from * 100 + random.int((to - from) * 100 + 1))) / 10_000n;
  const bent = (c: bigint, value: bigint): bigint =>
    random.int(100) < absurdity ? c + random.below(value / 5n + 1n) - value / 10n : c;
  const values = Array.from({ length: shape.assets }, () => 1_000n + random.below(1_000_000n));
  const assets = values.map((value): AssetCoefficients => {
    const maintenance = percent(value, 60, 100);
    return {
      value,
      maintenance: bent(maintenance, value),
      initial: bent(maintenance - percent(value, 0, 20), value),
      debtMaintenance: bent(-percent(value, 140, 150), value),
      debtInitial: bent(-percent(value, 150, 160), value),
    };
  });
  const groups = shape.groups.map((of): GroupCoefficients => group(of));
  return { shape, assets, groups };

  function group({ instruments, scenarios, hedges }: GroupShape): GroupCoefficients {
    const scale = 1_000n + random.below(100_000n);
    const pnl = (reach: bigint): bigint[] =>
      Array.from({ length: scenarios }, () => random.below(2n * reach + 1n) - reach);
    return {
      instruments: Array.from({ length: instruments }, () => {
        const value = random.flag() === 1 ? 0n : random.below(scale);
        const buffer = percent(scale, 1, 3);
        return {
          value,
          maintenance: bent(value - buffer, scale),
          initial: bent(value - 2n * buffer, scale),
          scenarios: pnl(scale / 5n),
          shortMaintenance: bent(-value - buffer, scale),
          shortInitial: bent(-value - 2n * buffer, scale),
        };
      }),
      max: { maintenance: -4n, initial: -5n },
      hedges: hedges.map((k) => {
        const { value, maintenance, initial } = assets[k]!;
        // The same part of both haircuts, or a hedge would lift initial margin over maintenance margin.
        const part = random.below(101n);
        return {
          maintenance: bent(((value - maintenance) * part) / 100n, value),
          initial: bent(((value - initial) * part) / 100n, value),
          scenarios: pnl(value / 40n),
        };
      }),
    };
  }
}
