import type { Fix } from '../model.ts';

/** When the `n`th fix of a device is due, in ms after the start. Pure: pacing is arithmetic, waiting is the clock's. */
export type Pacer = (fix: Fix, n: number, deviceIndex: number) => number;

/** The answer of a pacer without a schedule: due as soon as the device is free. */
export const WHEN_FREE = Number.NEGATIVE_INFINITY;

/** How a run is paced; plain data. */
export type Pace =
  | { readonly kind: 'replay'; readonly speed: number }
  | { readonly kind: 'rate'; readonly perSecond: number }
  | { readonly kind: 'max' };

/** What a pace needs to know of the whole fleet, not of a shard. */
export interface Paced {
  readonly devices: number;
  readonly firstSampleTime: number;
}

/**
 * `replay`: the fleet's own rhythm, `speed` times as fast, counted from its first sample. `rate`: the fleet's updates one
 * after the other at even distances, whatever the answers take, each device in its turn:
 *
 *     device 0   1   2   0   1   2   0 …
 *            ├───┼───┼───┼───┼───┼───▶      1000 / perSecond ms apart
 *
 * so that every shard knows its own due times, and together they make the rate exactly, as long as no device has run out
 * of fixes before the others. `max`: as fast as answers come.
 */
export function pacerOf(pace: Pace, { devices, firstSampleTime }: Paced): Pacer {
  switch (pace.kind) {
    case 'max':
      return () => WHEN_FREE;
    case 'rate':
      return (_, n, deviceIndex) => ((n * devices + deviceIndex) * 1000) / pace.perSecond;
    case 'replay':
      return (fix) => (fix.sampleTime - firstSampleTime) / pace.speed;
  }
}

/** How long the schedule alone takes, in ms; 0 where there is none. */
export function scheduledMs(
  pace: Pace,
  { firstSampleTime, lastSampleTime, fixes }: { firstSampleTime: number; lastSampleTime: number; fixes: number },
): number {
  switch (pace.kind) {
    case 'max':
      return 0;
    case 'rate':
      return (fixes * 1000) / pace.perSecond;
    case 'replay':
      return (lastSampleTime - firstSampleTime) / pace.speed;
  }
}

/** `replay`, `replay:10`, `rate:500/s`, `max` → a `Pace`; anything else → what was expected, as a text. */
export function parsePace(text: string): Pace | string {
  if (text === 'max') return { kind: 'max' };
  const rate = /^rate:([0-9]*\.?[0-9]+)(?:\/s)?$/.exec(text);
  if (rate && Number(rate[1]) > 0) return { kind: 'rate', perSecond: Number(rate[1]) };
  const match = /^replay(?::([0-9]*\.?[0-9]+))?$/.exec(text);
  const speed = match ? Number(match[1] ?? 1) : Number.NaN;
  if (speed > 0) return { kind: 'replay', speed };
  return `--pace is replay, replay:SPEED (such as replay:10, ten times as fast as recorded), rate:N/s (the whole fleet's updates a second) or max; got "${text}"`;
}

export function paceText(pace: Pace): string {
  if (pace.kind === 'rate') return `rate:${pace.perSecond}/s`;
  return pace.kind === 'max' ? 'max' : `replay:${pace.speed}`;
}
