/** What was done to a run on purpose, which its charts would otherwise leave to be guessed. */
import type { Percentiles } from '../histogram.ts';
import type { RecordedRun } from '../run/recorded-run.ts';
import { count, html, ms, table } from './markup.ts';
import type { Section } from './sections.ts';

/** Seconds after the start. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** In order of time; a chart shows them by their number, from 1. */
export function marksOf({ summary, slices }: Pick<RecordedRun, 'summary' | 'slices'>): Mark[] {
  const start = slices[0]?.from;
  if (start === undefined) return [];
  const end = slices.at(-1)!.to;
  const { pauses = [], faults = [] } = summary;
  return [
    ...pauses.map(({ from, to }) => ({ from, to, text: 'paused by hand' })),
    // From the harm to the last device's return; without any, nothing had a connection to harm.
    ...faults.map(({ fault, at, devices, away, backAt = devices > 0 ? end : at }) => ({
      from: at,
      to: backAt,
      text: `--fault "${fault}" struck ${count(devices)} devices${away > 0 ? `, of which ${count(away)} were not back at the end` : ''}`,
    })),
  ]
    .map(({ from, to, text }) => ({ from: (from - start) / 1000, to: (to - start) / 1000, text }))
    .sort((one, other) => one.from - other.from);
}

/** How each phase of a scenario went. */
export function phasesSection(runs: readonly RecordedRun[]): Section | undefined {
  if (runs.every(({ summary: { phases = [] } }) => phases.length === 0)) return undefined;
  const of = ({ count: n, p50, p99 }: Percentiles) => (n === 0 ? ['–', '–'] : [ms(p50), ms(p99)]);
  return {
    title: 'Phase by phase',
    wide: true,
    text: 'Of the updates that were due in a phase, whenever they were answered; milliseconds.',
    parts: runs.map(({ summary: { phases = [] } }) =>
      phases.length === 0
        ? html`<p class="note">It had no phases.</p>`
        : table(
            ['phase', 'seconds', 'sent', 'sent/s', 'failed', 'response p50', 'p99', 'service p50', 'p99'],
            phases.map(({ name, seconds, sent, failed, unknown, response, service }) => [
              name,
              Number(seconds.toFixed(1)),
              count(sent),
              seconds > 0 ? (sent / seconds).toFixed(1) : '–',
              count(failed + unknown),
              ...of(response),
              ...of(service),
            ]),
          ),
    ),
  };
}

export function marksSection(runs: readonly RecordedRun[]): Section | undefined {
  const marks = runs.map(marksOf);
  if (marks.every(({ length }) => length === 0)) return undefined;
  return {
    title: 'What was done on purpose',
    wide: true,
    text: 'Charts over time have these shaded, by their numbers.',
    parts: marks.map((one) =>
      one.length === 0
        ? html`<p class="note">Nothing.</p>`
        : table(
            ['', 'from second', 'for seconds'],
            one.map(({ from, to, text }, n) => [`${n + 1}. ${text}`, from.toFixed(1), (to - from).toFixed(1)]),
          ),
    ),
  };
}
