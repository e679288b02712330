import type { Fix } from '../model.ts';

/** When the `n`th fix of a device is due, in ms after the start. Pure: pacing is arithmetic, waiting is the clock's. */
export type Pacer = (fix: Fix, n: number, deviceIndex: number) => number;

/** The answer of a pacer without a schedule: due as soon as the device is free. */
export const WHEN_FREE = Number.NEGATIVE_INFINITY;

/** How a run is paced; plain data. */
export type Pace = { readonly kind: 'replay'; readonly speed: number } | { readonly kind: 'max' };

/** `replay`: the fleet's own rhythm, `speed` times as fast, counted from its first sample. `max`: as fast as answers come. */
export function pacerOf(pace: Pace, firstSampleTime: number): Pacer {
  if (pace.kind === 'max') return () => WHEN_FREE;
  return (fix) => (fix.sampleTime - firstSampleTime) / pace.speed;
}

/** How long the schedule alone takes, in ms; 0 where there is none. */
export function scheduledMs(pace: Pace, firstSampleTime: number, lastSampleTime: number): number {
  return pace.kind === 'max' ? 0 : (lastSampleTime - firstSampleTime) / pace.speed;
}

/** `replay`, `replay:10`, `max` → a `Pace`; anything else → what was expected, as a text. */
export function parsePace(text: string): Pace | string {
  if (text === 'max') return { kind: 'max' };
  const match = /^replay(?::([0-9]*\.?[0-9]+))?$/.exec(text);
  const speed = match ? Number(match[1] ?? 1) : Number.NaN;
  if (speed > 0) return { kind: 'replay', speed };
  return `--pace is replay, replay:SPEED (such as replay:10, ten times as fast as recorded) or max; got "${text}"`;
}

export function paceText(pace: Pace): string {
  return pace.kind === 'max' ? 'max' : `replay:${pace.speed}`;
}
