/**
 * Whether one sample of independent values tends to be larger than another, and by how much: the rank test of Wilcoxon,
 * Mann and Whitney, the shift of Hodges and Lehmann with its confidence interval, and Holm's correction. No assumption
 * about the form of a distribution is made, which of latencies none would hold.
 */
import jStat from 'jstat';

/** Below it on either side the normal approximation says little, and no test could be significant after correction. */
export const LEAST_VALUES = 5;

export interface RankTest {
  /** Two-sided. */
  readonly p: number;
  /** Median of all differences other − base; its interval covers the true shift with the confidence asked for. */
  readonly shift: number;
  readonly low: number;
  readonly high: number;
}

/** @throws RangeError for samples below LEAST_VALUES */
export function rankTest(base: readonly number[], other: readonly number[], confidence = 0.95): RankTest {
  const [n, m] = [base.length, other.length];
  if (n < LEAST_VALUES || m < LEAST_VALUES)
    throw new RangeError(`a rank test takes ${LEAST_VALUES} values a side; got ${n} and ${m}`);
  const ranks = jStat.rank([...base, ...other]);
  const rankSum = ranks.slice(n).reduce((sum, rank) => sum + rank, 0);
  const u = rankSum - (m * (m + 1)) / 2;
  const deviation = Math.sqrt(((n * m) / 12) * (n + m + 1 - tieTerm(ranks)));
  // Half a step towards the middle, since U is whole; all values alike leave nothing to test.
  const z = deviation === 0 ? 0 : Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / deviation;
  return { p: Math.min(1, 2 * jStat.normal.cdf(-z, 0, 1)), ...shiftOf(base, other, confidence) };
}

/** Σ(t³ − t) over groups of t tied values, / N(N − 1). */
function tieTerm(ranks: readonly number[]): number {
  const sizes = new Map<number, number>();
  for (const rank of ranks) sizes.set(rank, (sizes.get(rank) ?? 0) + 1);
  let sum = 0;
  for (const t of sizes.values()) sum += t ** 3 - t;
  return sum / (ranks.length * (ranks.length - 1));
}

/** The interval's ends are differences themselves, as far from the ends of their order as U's distribution says. */
function shiftOf(base: readonly number[], other: readonly number[], confidence: number): Omit<RankTest, 'p'> {
  const [n, m] = [base.length, other.length];
  const differences = new Float64Array(n * m);
  base.forEach((a, i) => {
    other.forEach((b, j) => {
      differences[i * m + j] = b - a;
    });
  });
  differences.sort();
  const z = jStat.normal.inv((1 + confidence) / 2, 0, 1);
  const k = Math.floor((n * m) / 2 - z * Math.sqrt((n * m * (n + m + 1)) / 12));
  const end = Math.min(Math.max(k, 0), differences.length - 1);
  const middle = differences.length / 2;
  return {
    shift: (differences[Math.ceil(middle) - 1]! + differences[Math.floor(middle)]!) / 2,
    low: differences[end]!,
    high: differences[differences.length - 1 - end]!,
  };
}

/** Holm 1979: the chance of even one false alarm among all tests stays below the level, whatever depends on what. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a]! - ps[b]!);
  const adjusted = new Array<number>(ps.length);
  let before = 0;
  order.forEach((i, place) => {
    before = Math.max(before, Math.min(1, (ps.length - place) * ps[i]!));
    adjusted[i] = before;
  });
  return adjusted;
}
