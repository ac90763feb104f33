/** constant + slope * h */
export interface Line {
  readonly constant: bigint;
  readonly slope: bigint;
}

/**
 * The smallest integer in [0, limit] at which the minimum of `lines` is largest. The minimum is concave, so an integer
 * optimum lies next to a real one; that one is found by cutting: where the lines that bind left and right of it meet,
 * either no line is lower, or the lowest one there takes the place of one of the two.
 */
export function bestHedge(lines: readonly Line[], limit: bigint): bigint {
  let rising = lowest(lines, 0n, 1n, "flattest");
  if (rising.slope <= 0n) return 0n;
  let falling = lowest(lines, limit, 1n, "steepest");
  if (falling.slope > 0n) return limit;
  for (;;) {
    const n = falling.constant - rising.constant;
    const d = rising.slope - falling.slope;
    const binding = lowest(lines, n, d, "flattest");
    if (scaledAt(binding, n, d) === scaledAt(rising, n, d)) {
      const below = n / d;
      const above = below * d === n ? below : below + 1n;
      if (above === below) return below;
      return above <= limit && heightAt(lines, above) > heightAt(lines, below) ? above : below;
    }
    if (binding.slope > 0n) rising = binding;
    else falling = binding;
  }
}

/** The lowest line at n/d, d > 0; among equals the one of the smallest slope ("flattest") or the largest ("steepest"). */
function lowest(lines: readonly Line[], n: bigint, d: bigint, among: "flattest" | "steepest"): Line {
  let best = lines[0]!;
  let height = scaledAt(best, n, d);
  for (const line of lines) {
    const at = scaledAt(line, n, d);
    const better = among === "flattest" ? line.slope < best.slope : line.slope > best.slope;
    if (at < height || (at === height && better)) [best, height] = [line, at];
  }
  return best;
}

const scaledAt = ({ constant, slope }: Line, n: bigint, d: bigint): bigint => constant * d + slope * n;

function heightAt(lines: readonly Line[], h: bigint): bigint {
  return scaledAt(lowest(lines, h, 1n, "flattest"), h, 1n);
}
