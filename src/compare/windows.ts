/**
 * A run cut into windows that depend little on each other. Single messages, and seconds too, depend on their neighbours: a
 * queue that is long now is long a second later. A test that takes them for independent finds differences between equal
 * runs. So a window is several times as long as the run remembers (its autocorrelation time), and gives one value.
 */
import jStat from 'jstat';

/** A figure of a run by slices of about a second: its value over slices [from, to), NaN where nothing was measured. */
export interface Series {
  readonly length: number;
  value(from: number, to: number): number;
}

/** A window, in multiples of the autocorrelation time: what is left between neighbours is about a fifth (test/compare has the false alarms). */
const TIMES = 2;
const LEAST_SLICES = 5;
/** More windows than these would be no more certain, since runs differ by more than chance. */
const MOST_WINDOWS = 60;
/** Connections warm up, functions start cold. */
const WARM_UP_SLICES = 5;
const WORTH_WARM_UP = 30;

export interface Windows {
  readonly values: readonly number[];
  /** Slices of each. */
  readonly length: number;
  /** In slices; 1 where neighbours are independent. */
  readonly memory: number;
}

/** @param atLeast slices of a window, so that runs that are compared are cut alike */
export function windowsOf(series: Series, atLeast = 0): Windows {
  const first = series.length >= WORTH_WARM_UP ? WARM_UP_SLICES : 0;
  const memory = memoryOf(series, first);
  const whole = series.length - first;
  const length = Math.max(LEAST_SLICES, Math.ceil(TIMES * memory), Math.floor(whole / MOST_WINDOWS), atLeast);
  const values: number[] = [];
  for (let from = first; from + length <= series.length; from += length) {
    const value = series.value(from, from + length);
    if (!Number.isNaN(value)) values.push(value);
  }
  return { values, length, memory };
}

/**
 * The integrated autocorrelation time, of ranks, since latencies have wild tails: 1 + 2 Σ ρ(k), summed up to a lag of five
 * times itself (Sokal 1997, "Monte Carlo methods in statistical mechanics"), where ρ is noise.
 */
function memoryOf(series: Series, first: number): number {
  const values: number[] = [];
  for (let i = first; i < series.length; i++) {
    const value = series.value(i, i + 1);
    if (!Number.isNaN(value)) values.push(value);
  }
  const n = values.length;
  if (n < 4) return 1;
  const ranks = jStat.rank(values).map((rank) => rank - (n + 1) / 2);
  const variance = ranks.reduce((sum, r) => sum + r * r, 0);
  if (variance === 0) return 1;
  let time = 1;
  for (let lag = 1; lag < n / 2 && lag < 5 * time; lag++) {
    let sum = 0;
    for (let i = lag; i < n; i++) sum += ranks[i]! * ranks[i - lag]!;
    // The mean was taken from the same values, which makes each ρ too small by about 1/n of the whole.
    time += 2 * (sum / variance + time / n);
  }
  return Math.max(1, time);
}
