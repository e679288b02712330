/** One look at a process that should not grow. */
export interface Sample {
  readonly minutes: number;
  readonly mib: number;
}

export interface Flatness {
  /** Of the line through the last half, MiB an hour. */
  readonly slopePerHour: number;
  /** What that line rises over the last half, as a share of its mean. */
  readonly growth: number;
  readonly mean: number;
}

/** Of the last half of `samples`, by least squares. The first half is for caches to fill and for the compiler. */
export function flatness(samples: readonly Sample[]): Flatness {
  const half = samples.slice(Math.floor(samples.length / 2));
  if (half.length < 2) throw new Error(`${samples.length} samples are too few to say whether they are flat`);
  const mean = (of: readonly number[]) => of.reduce((sum, x) => sum + x, 0) / of.length;
  const [t, m] = [mean(half.map(({ minutes }) => minutes)), mean(half.map(({ mib }) => mib))];
  const slope =
    half.reduce((sum, { minutes, mib }) => sum + (minutes - t) * (mib - m), 0) /
    half.reduce((sum, { minutes }) => sum + (minutes - t) ** 2, 0);
  const length = half[half.length - 1]!.minutes - half[0]!.minutes;
  return { slopePerHour: slope * 60, growth: (slope * length) / m, mean: m };
}
