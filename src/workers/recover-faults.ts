/** What a send log says of harm done on purpose, where the worker that did it is no more. */
import type { FaultLine, SentLine } from '../logs.ts';
import { parseFault } from './fault.ts';
import type { FaultRound } from './inflict.ts';

/** Notes each line of the log in turn. */
export interface FaultRecovery {
  note(line: SentLine | FaultLine): void;
  rounds(): FaultRound[];
}

interface Open {
  readonly round: { -readonly [K in keyof FaultRound]: FaultRound[K] };
  /** Undefined: all devices of the log. */
  readonly ids: ReadonlySet<string> | undefined;
  /** Of them, those of which something says that they are back. */
  readonly back: Set<string>;
  /** When the last of these was answered. */
  answeredAt: number;
  /** What lasts on a connection that stays: answers say nothing of its end. */
  readonly staysConnected: boolean;
}

/**
 * The log says when all devices of a moment were back. Of one in which not all are said to be, those are that sent something
 * after it and were answered: a connection that was dropped or silenced answers nothing.
 */
export function recoverFaults(): FaultRecovery {
  const rounds: Open['round'][] = [];
  let open: Open[] = [];
  return {
    note(line) {
      if ('seq' in line) return noteAnswer(open, line);
      const { fault, did, at, devices, ids, round: said } = line;
      const nth = said ?? rounds.filter((one) => one.fault === fault).length;
      if (did === 'begin') {
        const round = { fault, round: nth, at, devices, away: devices };
        rounds.push(round);
        const parsed = parseFault(fault);
        const staysConnected = typeof parsed !== 'string' && parsed.kind === 'slow';
        if (devices > 0) open.push({ round, ids: ids && new Set(ids), back: new Set(), answeredAt: 0, staysConnected });
      } else if (did === 'back') {
        // Two faults of one text have equal lines: of those that strike as many, the earlier is taken.
        const whose = open.find(
          ({ round }) =>
            round.fault === fault && round.devices === devices && (said === undefined || round.round === said),
        );
        if (whose === undefined) return;
        Object.assign(whose.round, { away: 0, backAt: at });
        open = open.filter((one) => one !== whose);
      }
    },
    rounds() {
      for (const { round, back, answeredAt } of open) {
        round.away = round.devices - back.size;
        if (round.away === 0) round.backAt = answeredAt;
      }
      return rounds.map((round) => ({ ...round }));
    },
  };
}

function noteAnswer(open: readonly Open[], { id, sentAt, doneAt, failure }: SentLine): void {
  if (failure !== undefined) return;
  for (const one of open) {
    if (one.staysConnected || sentAt <= one.round.at || one.back.has(id) || one.ids?.has(id) === false) continue;
    one.back.add(id);
    one.answeredAt = Math.max(one.answeredAt, doneAt);
  }
}
