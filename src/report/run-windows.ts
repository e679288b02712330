/** A run's seconds, drawn together to as many windows as a chart has room for. */
import { decodeHistogram, newHistogram, type Percentiles, percentilesOf } from '../histogram.ts';
import type { FailureCode } from '../model.ts';
import { LATENCIES, type Latencies } from '../workers/protocol.ts';
import type { Slice } from '../workers/timeline.ts';

export interface RunWindow {
  /** Seconds after the start. */
  readonly from: number;
  readonly seconds: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly failures: Readonly<Record<FailureCode, number>>;
  readonly inFlight: number;
  readonly latencies: Readonly<Record<keyof Latencies, Percentiles>>;
}

const MOST_WINDOWS = 120;

export function runWindows(slices: readonly Slice[], most = MOST_WINDOWS): RunWindow[] {
  const each = Math.ceil(slices.length / most);
  const start = slices[0]?.from ?? 0;
  const windows: RunWindow[] = [];
  for (let i = 0; i < slices.length; i += each) windows.push(windowOf(slices.slice(i, i + each), start));
  return windows;
}

function windowOf(slices: readonly Slice[], start: number): RunWindow {
  const [first, last] = [slices[0]!, slices.at(-1)!];
  const sums = Object.fromEntries(LATENCIES.map((name) => [name, newHistogram()]));
  const failures: Record<FailureCode, number> = {};
  for (const slice of slices) {
    for (const name of LATENCIES) sums[name]!.add(decodeHistogram(slice.latencies[name]));
    for (const [code, n] of Object.entries(slice.failures)) failures[code] = (failures[code] ?? 0) + n;
  }
  return {
    from: (first.from - start) / 1000,
    seconds: (last.to - first.from) / 1000,
    sent: slices.reduce((n, { sent }) => n + sent, 0),
    acknowledged: slices.reduce((n, { acknowledged }) => n + acknowledged, 0),
    failures,
    inFlight: last.inFlight,
    latencies: Object.fromEntries(LATENCIES.map((name) => [name, percentilesOf(sums[name]!)])) as Record<
      keyof Latencies,
      Percentiles
    >,
  };
}
