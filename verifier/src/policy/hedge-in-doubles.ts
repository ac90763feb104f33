/**
 * Where the minimum of 0 and of the lines `sums[s] + slopes[s] h`, plus `refund * h`, is largest over real h in
 * [0, limit]: in doubles, by the cuts that `bestHedge` makes exactly. Reads `count` lines from index `from` of both
 * arrays. The height at the result is below the largest by no more than the rounding of a few heights: a cut stops
 * only where no line is lower than the two that meet there, or where doubles have nothing left between two cuts.
 */
export function hedgeInDoubles(
  sums: Float64Array,
  slopes: Float64Array,
  from: number,
  count: number,
  refund: number,
  limit: number,
): number {
  // The two lines that bind: without refund, which moves all slopes alike and no crossing. Both start as the line 0.
  let risingSum = 0;
  let risingSlope = 0;
  const to = from + count;
  for (let s = from; s < to; s++) {
    const sum = sums[s]!;
    if (sum > risingSum || (sum === risingSum && slopes[s]! >= risingSlope)) continue;
    risingSum = sum;
    risingSlope = slopes[s]!;
  }
  if (!(risingSlope + refund > 0)) return 0;
  let fallingSum = 0;
  let fallingSlope = 0;
  let lowestAtAll = 0;
  for (let s = from; s < to; s++) {
    const height = sums[s]! + slopes[s]! * limit;
    if (height > lowestAtAll || (height === lowestAtAll && slopes[s]! <= fallingSlope)) continue;
    lowestAtAll = height;
    fallingSum = sums[s]!;
    fallingSlope = slopes[s]!;
  }
  if (fallingSlope + refund > 0) return limit;
  let low = 0;
  let high = limit;
  for (;;) {
    const h = (fallingSum - risingSum) / (risingSlope - fallingSlope);
    if (!(h > low)) return low;
    if (!(h < high)) return high;
    let lowest = Math.min(risingSum + risingSlope * h, fallingSum + fallingSlope * h);
    let sum = 0;
    let slope = 0;
    let found = false;
    if (lowest > 0) {
      lowest = 0;
      found = true;
    }
    for (let s = from; s < to; s++) {
      const height = sums[s]! + slopes[s]! * h;
      if (height >= lowest) continue;
      lowest = height;
      sum = sums[s]!;
      slope = slopes[s]!;
      found = true;
    }
    if (!found) return h;
    if (slope + refund > 0) {
      risingSum = sum;
      risingSlope = slope;
      low = h;
    } else {
      fallingSum = sum;
      fallingSlope = slope;
      high = h;
    }
  }
}
