import type { Clock } from '../../clock.ts';

/** Something that lives in beats: called at each one. */
export interface BeatMember {
  onBeat(count: number): void;
}

/**
 * The one timer of all sessions of a worker. Time-outs and keep-alives are counted in beats, so that a message costs
 * neither a timer nor a look at the clock. And where the worker itself was held up, the beats were too: answers that
 * wait in the socket meanwhile are read before the next beat, and are no time-outs.
 */
export interface Beat {
  /** Beats so far. */
  readonly count: number;
  /** How many beats are surely no less than `ms`. */
  beats(ms: number): number;
  join(member: BeatMember): void;
  leave(member: BeatMember): void;
}

export function newBeat(clock: Clock, everyMs: number): Beat {
  const members = new Set<BeatMember>();
  let count = 0;
  let beating = false;

  async function run(): Promise<void> {
    beating = true;
    while (members.size > 0 && (await clock.until(clock.now() + everyMs))) {
      count++;
      for (const member of members) member.onBeat(count);
    }
    beating = false;
  }

  return {
    get count() {
      return count;
    },
    // One more: the beat under way when counting begins is already partly over.
    beats: (ms) => Math.ceil(ms / everyMs) + 1,
    join(member) {
      members.add(member);
      if (!beating) void run();
    },
    leave(member) {
      members.delete(member);
    },
  };
}

/** A tenth of the shortest time-out is exact enough for a failure code, and rare enough to cost nothing. */
export function beatLength(...timeoutsMs: number[]): number {
  return Math.min(500, Math.max(5, Math.min(...timeoutsMs) / 10));
}
