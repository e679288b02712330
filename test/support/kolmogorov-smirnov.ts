/**
 * The two-sample statistic D of Kolmogorov and Smirnov: the greatest distance between the two empirical distribution
 * functions, 0 … 1. Samples need not be sorted; ties are stepped over together, as they must be.
 */
export function kolmogorovSmirnov(one: ArrayLike<number>, other: ArrayLike<number>): number {
  if (one.length === 0 || other.length === 0) throw new Error('two samples are compared; one has nothing in it');
  const [a, b] = [Float64Array.from(one).sort(), Float64Array.from(other).sort()];
  let [i, j, most] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i]! <= value) i++;
    while (j < b.length && b[j]! <= value) j++;
    most = Math.max(most, Math.abs(i / a.length - j / b.length));
  }
  return most;
}
