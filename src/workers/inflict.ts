import type { Clock } from '../clock.ts';
import type { FaultLine } from '../logs.ts';
import type { Connections, Harm, Harmed } from '../transports/connections.ts';
import { isStruck, type PlannedFault } from './fault-plan.ts';

/** What one moment of a fault did to the devices of a shard, or of all. */
export interface FaultRound {
  /** Its text (fault.ts). */
  readonly fault: string;
  /** Which of its moments, from 0. */
  readonly round: number;
  /** Epoch ms. */
  readonly at: number;
  /** Devices that had a connection to harm. */
  readonly devices: number;
  /** Of them, those that were not back as they had been when the run ended. */
  readonly away: number;
  /** Epoch ms at which the last of them was back; absent while one is not, or where there was none. */
  readonly backAt?: number;
}

export interface Inflicted {
  readonly faults: readonly PlannedFault[];
  readonly clock: Clock;
  /** Epoch ms of the common start; a pause moves it. */
  readonly start: () => number;
  readonly devices: readonly { readonly deviceId: string; readonly index: number }[];
  readonly connections: Connections;
  /** Writes a line among the attempts of the send log. */
  readonly mark: (line: FaultLine) => void;
  /** A device is harmed from `at` on. @returns is called when it is back */
  readonly harmed?: (deviceId: string, at: number) => (at: number) => void;
}

/** Does what is planned, until the clock stops. @returns how it has gone so far, whenever it is asked */
export function inflict({
  faults,
  clock,
  start,
  devices,
  connections,
  mark,
  harmed: note,
}: Inflicted): () => FaultRound[] {
  const rounds: { -readonly [K in keyof FaultRound]: FaultRound[K] }[] = [];

  async function strike(fault: PlannedFault, round: number): Promise<void> {
    const struck: { id: string; harmed: Harmed }[] = [];
    const at = clock.now();
    for (const { deviceId: id, index } of devices) {
      const harmed = isStruck(fault, index) ? connections.harm(id, harmOf(fault)) : undefined;
      if (harmed !== undefined) struck.push({ id, harmed });
    }
    const line = { fault: fault.text, round, devices: struck.length };
    const all = struck.length === devices.length;
    mark({ ...line, did: 'begin', at, ...(all ? {} : { ids: struck.map(({ id }) => id) }) });
    const state: (typeof rounds)[number] = {
      fault: fault.text,
      round,
      at,
      devices: struck.length,
      away: struck.length,
    };
    rounds.push(state);
    for (const { id, harmed } of struck) {
      const noteBack = note?.(id, at);
      void harmed.back.then(() => {
        noteBack?.(clock.now());
        if (--state.away > 0) return;
        state.backAt = clock.now();
        mark({ ...line, did: 'back', at: state.backAt });
      });
    }
    if (fault.forMs === 0) return;
    await clock.until(at + fault.forMs);
    mark({ ...line, did: 'end', at: clock.now() });
    for (const { harmed } of struck) harmed.end();
  }

  for (const fault of faults) {
    void (async () => {
      for (const [round, moment] of fault.moments.entries()) {
        if (!(await clock.until(start() + moment))) return;
        void strike(fault, round);
      }
    })();
  }
  return () => rounds.map((round) => ({ ...round }));
}

function harmOf({ kind, delayMs }: PlannedFault): Harm {
  switch (kind) {
    case 'storm':
      return { kind: 'drop', atOnce: true };
    case 'flap':
      return { kind: 'drop', atOnce: false };
    case 'cut':
      return { kind: 'cut' };
    case 'half-open':
      return { kind: 'silence' };
    case 'slow':
      return { kind: 'slow', everyMs: delayMs };
  }
}

/** What all shards did in the same moments, in the order of time. */
export function addRounds(shards: readonly (readonly FaultRound[])[]): FaultRound[] {
  const sums = new Map<string, FaultRound>();
  for (const [key, round] of shards.flatMap(keyed)) {
    const known = sums.get(key);
    sums.set(key, known === undefined ? round : addRound(known, round));
  }
  return [...sums.values()].toSorted((a, b) => a.at - b.at);
}

/** A shard's rounds, each with what it is called in all shards: two faults of one text strike different devices, in one order. */
export function keyed(rounds: readonly FaultRound[]): [key: string, round: FaultRound][] {
  const times = new Map<string, number>();
  return rounds.map((round) => {
    const name = `${round.fault}\n${round.round}`;
    const before = times.get(name) ?? 0;
    times.set(name, before + 1);
    return [`${name}\n${before}`, round];
  });
}

function addRound({ backAt: a, ...one }: FaultRound, { backAt: b, ...other }: FaultRound): FaultRound {
  const away = one.away + other.away;
  const backAt = Math.max(a ?? 0, b ?? 0);
  return {
    ...one,
    at: Math.min(one.at, other.at),
    devices: one.devices + other.devices,
    away,
    ...(away === 0 && backAt > 0 ? { backAt } : {}),
  };
}
