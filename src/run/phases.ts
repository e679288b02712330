/** Phases of a run, one after the other: each with its name and length, and together one pace. */
import { durationText } from '../duration.ts';
import { paceText, parsePace } from '../workers/pace-text.ts';
import { lengthMs, type Pace } from '../workers/pacer.ts';

/** Of a run that has phases; they follow each other from the start on. */
export interface Phase {
  readonly name: string;
  readonly seconds: number;
}

/** As it is asked for: how long, how fast, or both, where one follows from the other. */
export interface PhaseRequest {
  readonly name: string;
  readonly seconds?: number;
  readonly pace?: string;
}

/** What is wrong, and with which phase; without one, with the run's own pace. */
export interface PhaseProblem {
  readonly phase?: number;
  readonly part?: 'pace' | 'duration';
  readonly text: string;
}

/**
 * The lengths of phases, and the pace of a run that has them: theirs, one after the other, or the run's own until the last
 * phase ends.
 * @returns every problem, or the phases and the pace as a text
 */
export function phasedPace(
  requests: readonly PhaseRequest[],
  runPace: string,
): { phases: Phase[]; pace: string } | { problems: PhaseProblem[] } {
  const problems: PhaseProblem[] = [];
  const ofRun = parsePace(runPace);
  if (typeof ofRun === 'string') return { problems: [{ text: ofRun }] };
  const paces: (Pace | undefined)[] = requests.map(({ pace, seconds }, phase) => {
    if (pace === undefined) {
      if (seconds === undefined)
        problems.push({ phase, text: 'say how long the phase lasts, such as "duration: 30s"' });
      return undefined;
    }
    const parsed = parsePace(pace, seconds);
    if (typeof parsed !== 'string' && lengthMs(parsed) !== undefined) return parsed;
    problems.push({
      phase,
      part: 'pace',
      text: typeof parsed === 'string' ? parsed : `pace "${pace}" has no end: say "duration: 30s" beside it`,
    });
    return undefined;
  });
  if (problems.length > 0) return { problems };

  const phases = requests.map(({ name, seconds }, i) => ({
    name,
    seconds: seconds ?? lengthMs(paces[i]!)! / 1000,
  }));
  const total = phases.reduce((sum, { seconds }) => sum + seconds * 1000, 0);
  const own = lengthMs(ofRun);
  if (paces.every((pace) => pace === undefined)) {
    if (own !== undefined && Math.abs(own - total) > 1e-6)
      return {
        problems: [{ text: `pace "${runPace}" lasts ${durationText(own)}, and the phases ${durationText(total)}` }],
      };
    return { phases, pace: own === undefined ? `${paceText(ofRun)} over ${durationText(total)}` : runPace };
  }
  const texts = paces.map((pace, i) => {
    if (pace !== undefined) return paceText(pace);
    const filled = parsePace(runPace, phases[i]!.seconds);
    if (typeof filled !== 'string' && own === undefined) return paceText(filled);
    problems.push({ phase: i, text: `the run's own pace "${runPace}" has an end: say the pace of this phase` });
    return '';
  });
  if (problems.length > 0) return { problems };
  const same = new Set(texts.map((text) => text.replace(/ over .*/, '')));
  const pace =
    same.size === 1 && texts[0]!.startsWith('max') ? `max over ${durationText(total)}` : texts.join(' then ');
  const joined = parsePace(pace);
  return typeof joined === 'string' ? { problems: [{ text: joined }] } : { phases, pace };
}

/** Where a run is `ms` after its start; undefined after the last phase, or where it has none. */
export function phaseAt(
  phases: readonly Phase[],
  ms: number,
): { name: string; index: number; of: number; endsInMs: number } | undefined {
  let end = 0;
  for (const [index, { name, seconds }] of phases.entries()) {
    end += seconds * 1000;
    if (ms < end) return { name, index, of: phases.length, endsInMs: end - ms };
  }
  return undefined;
}
