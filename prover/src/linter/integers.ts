export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** The largest of the list and 0: `Math.max` takes no bigint. */
export function positiveMaximum(list: readonly bigint[]): bigint {
  let most = 0n;
  for (const n of list) if (n > most) most = n;
  return most;
}
