/** The part of jstat that is used; the package has no types of its own. */
declare module 'jstat' {
  const jStat: {
    /** Ranks from 1, ties the mean of theirs. */
    rank(values: readonly number[]): number[];
    median(values: readonly number[]): number;
    mean(values: readonly number[]): number;
    normal: {
      cdf(x: number, mean: number, deviation: number): number;
      inv(p: number, mean: number, deviation: number): number;
    };
  };
  export default jStat;
}
