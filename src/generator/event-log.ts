import type { Agent, AgentEvents } from './agents/agent.ts';
import { newLineBytes } from './line-bytes.ts';
import type { Kind, Lines } from './lines.ts';
import { changeLine, traceLine, tripLine } from './trip-simulator-lines.ts';

type EventKind = Exclude<Kind, 'probes'>;

/** What agents tell beside where they are, until it can be written in order. */
export interface EventLog {
  /** What agent `n` of the block tells its story to; undefined where nobody listens. */
  listener(n: number): AgentEvents | undefined;
  /**
   * The lines of each kind that came in those seconds, by second and then by agent; `until` included. May be asked only
   * for seconds of which everything is known.
   */
  take(from: number, until: number): { [kind in EventKind]?: Lines };
}

export function newEventLog(kinds: readonly Kind[], ids: readonly string[], start: number): EventLog {
  const wanted = kinds.filter((kind): kind is EventKind => kind !== 'probes');
  const logs = new Map(wanted.map((kind) => [kind, newSecondLog()]));
  const [changes, traces, trips] = [logs.get('changes'), logs.get('traces'), logs.get('trips')];

  return {
    listener(n) {
      if (wanted.length === 0) return undefined;
      const id = ids[n]!;
      return {
        ...(changes && {
          change: (second, type, reason, lon, lat) =>
            changes.add(second, n, changeLine(id, start + second * 1000, type, reason, lon, lat)),
        }),
        ...(traces && { leg: (second, km, vertices) => traces.add(second, n, traceLine(km, vertices)) }),
        ...(trips && { trip: (second, trip) => trips.add(second, n, tripLine(id, trip)) }),
      };
    },
    take: (from, until) => Object.fromEntries([...logs].map(([kind, log]) => [kind, log.take(from, until)])),
  };
}

/** Lines of one kind, by the second they belong to. */
function newSecondLog() {
  const bySecond = new Map<number, { readonly n: number; readonly line: string }[]>();
  const out = newLineBytes();
  return {
    add(second: number, n: number, line: string): void {
      const others = bySecond.get(second);
      if (others) others.push({ n, line });
      else bySecond.set(second, [{ n, line }]);
    },
    take(from: number, until: number): Lines {
      const ends = new Uint32Array(until - from);
      for (let second = from + 1; second <= until; second++) {
        // Agents are asked at different times, so that they tell of one second in any order; each one's own is kept.
        for (const { line } of bySecond.get(second)?.sort((a, b) => a.n - b.n) ?? []) out.text(line);
        bySecond.delete(second);
        ends[second - from - 1] = out.length;
      }
      return { bytes: out.take(), ends };
    },
  };
}

/**
 * How far everything is known once the agents have been driven to a second: each was asked within the last `every`
 * seconds. At the end all are asked once more; nothing comes after that.
 */
export function knownUntil(
  until: number,
  agents: readonly Agent[],
  { seconds, every }: { readonly seconds: number; readonly every: number },
): number {
  if (until < seconds) return Math.max(0, until - every + 1);
  for (const agent of agents) agent.at(seconds);
  return seconds;
}
