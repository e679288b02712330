/** What a summary says of connections: harm done on purpose, what came of it, and whether the fleet's promise was kept. */
import { parseFault } from '../workers/fault.ts';
import type { PlannedFault } from '../workers/fault-plan.ts';
import type { FaultRound } from '../workers/inflict.ts';
import type { Summary } from './summary.ts';

type Told = Pick<
  Summary,
  | 'acknowledged'
  | 'cross'
  | 'disconnects'
  | 'evidence'
  | 'faults'
  | 'firstSentAt'
  | 'reconnects'
  | 'redeliveries'
  | 'reordered'
  | 'transport'
>;

/**
 * Where connections were lost: whether an acknowledged update was lost, or one reached the trackers after a later one of its
 * device. What the logs do not show is not claimed.
 */
export function promiseLine(summary: Told): string[] {
  const { acknowledged, cross, disconnects, evidence, faults, transport } = summary;
  if (!(disconnects > 0) && faults === undefined) return [];
  const broken = brokenPromises(summary);
  if (broken.length > 0) return [`PROMISE BROKEN: ${broken.join('; ')}.`];
  const { unexplained } = cross.acknowledged;
  const missing = [
    ...(unexplained > 0 ? [`of ${unexplained} of ${acknowledged} acknowledged updates nobody knows what became`] : []),
    ...(evidence.ingest || transport === 'tracker'
      ? []
      : ['without an ingest log, nobody knows in which order they arrived']),
  ];
  if (missing.length > 0) return [`PROMISE NOT PROVEN: ${missing.join('; ')}.`];
  return [
    `PROMISE KEPT: no acknowledged update was lost (${acknowledged}), and none reached the trackers after a later one of its device.`,
  ];
}

/** In what way; empty where no connection was lost, and nothing was done on purpose. */
export function brokenPromises({ acknowledged, cross, disconnects, faults, reordered }: Told): string[] {
  if (!(disconnects > 0) && faults === undefined) return [];
  const { lost } = cross.acknowledged;
  return [
    ...(lost > 0 ? [`${lost} of ${acknowledged} acknowledged updates were lost`] : []),
    ...(reordered > 0 ? [`${reordered} updates reached the trackers after a later one of their device`] : []),
  ];
}

/** Empty where no connection was lost, and nothing was done on purpose. */
export function connectionLines(summary: Told): string[] {
  const { disconnects, reconnects, redeliveries, faults = [], firstSentAt } = summary;
  if (disconnects === 0 && faults.length === 0) return [];
  return [
    'connections',
    `  lost ${disconnects} times, made again ${reconnects} times; ${redeliveries} updates sent again as duplicates`,
    ...foldRounds(faults).map((rounds) => `  ${faultLine(rounds, firstSentAt)}`),
    '',
  ];
}

/** Of what was planned, what had not come when the run ended: a sentence each. */
export function missedFaults(
  planned: readonly Pick<PlannedFault, 'text' | 'moments'>[] = [],
  rounds: readonly FaultRound[] = [],
): string[] {
  const due = new Map<string, number>();
  for (const { text, moments } of planned) due.set(text, (due.get(text) ?? 0) + moments.length);
  return [...due].flatMap(([text, times]) => {
    const came = rounds.filter(({ fault }) => fault === text).length;
    if (came >= times) return [];
    return [`${text}: ${came === 0 ? 'did not come' : `came ${came} of ${times} times`}; the run was over before`];
  });
}

/** A line for each fault, not for each of its moments. */
function foldRounds(faults: readonly FaultRound[]): FaultRound[][] {
  const byText = new Map<string, FaultRound[]>();
  for (const round of faults) byText.set(round.fault, [...(byText.get(round.fault) ?? []), round]);
  return [...byText.values()];
}

/** What was done, when, to how many, and how long until all were back. */
export function faultLine(rounds: readonly FaultRound[], firstSentAt: number): string {
  const [first] = rounds as [FaultRound, ...FaultRound[]];
  const after = Math.max(0, first.at - firstSentAt) / 1000;
  const often =
    rounds.length === 1 ? `after ${after.toFixed(1)} s` : `${rounds.length} times from ${after.toFixed(1)} s on`;
  const struck = Math.max(...rounds.map(({ devices }) => devices));
  return `${first.fault}: ${often}, ${struck} devices, ${returnText(rounds)}`;
}

function returnText(rounds: readonly FaultRound[]): string {
  const away = rounds.reduce((sum, round) => sum + round.away, 0);
  if (away > 0) return `${away} not back by the end of the run`;
  if (rounds.every(({ devices }) => devices === 0)) return 'none of which had a connection';
  const longest = Math.max(...rounds.map(({ at, backAt = at }) => backAt - at));
  const fault = parseFault(rounds[0]!.fault);
  const lasts = typeof fault === 'string' || fault.kind === 'flap' ? 0 : (fault.forMs ?? 0);
  return lasts === 0
    ? `all back within ${seconds(longest)}`
    : `all back within ${seconds(Math.max(0, longest - lasts))} of its end`;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
