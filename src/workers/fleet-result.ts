import { unpackError } from '../errors.ts';
import { addCounts, noCounts } from './counts.ts';
import { addRounds, type FaultRound } from './inflict.ts';
import { addLatencies, decodeLatencies, type FleetHistograms, newHistograms } from './latencies.ts';
import type { LatenessSums } from './own-lateness.ts';
import type { Pause } from './pause.ts';
import type { ConnectFailures, Counts, ShardResult, ShardTask } from './protocol.ts';
import { recoverShard } from './recover-shard.ts';

/** All shards' results, added. */
export interface FleetResult extends FleetHistograms {
  devices: number;
  counts: Counts;
  connectFailures: ConnectFailures;
  interrupted: boolean;
  firstSentAt: number;
  lastDoneAt: number;
  /** While it was held. */
  pauses: readonly Pause[];
  /** What was done to connections on purpose. */
  faults: readonly FaultRound[];
  /** Updates that would have been late beyond the limit without the faults too, of all workers that lived; absent: there were none. */
  lateUnharmed?: number;
  /** Of all workers that lived. */
  lateness: LatenessSums;
  /** Workers that ended before their time; the others drained. */
  deaths: readonly WorkerDeath[];
}

/** A worker thread that is no more, and what is known of it. */
export interface WorkerDeath {
  readonly worker: number;
  readonly message: string;
  /** Attempts in its send log. */
  readonly sent: number;
}

export type ShardEnd = ShardResult | { readonly ok: 'died'; readonly message: string };

/**
 * @param start epoch ms of the first send
 * @throws what a shard that could not go on has said
 */
export async function fleetResult(
  ends: readonly ShardEnd[],
  tasks: readonly Omit<ShardTask, 'port' | 'positions'>[],
  start: number,
  pauses: readonly Pause[],
): Promise<Omit<FleetResult, 'connectFailures'>> {
  const total = newHistograms();
  const [deaths, rounds]: [WorkerDeath[], FaultRound[][]] = [[], []];
  let [lateMs, busyLateMs] = [0, 0];
  let lateUnharmed: number | undefined;
  let [counts, devices, interrupted, firstSentAt, lastDoneAt] = [noCounts(), 0, false, 0, 0];
  for (const [worker, end] of ends.entries()) {
    if (end.ok === false) throw unpackError(end.error);
    const result = end.ok === 'died' ? await recoverShard(tasks[worker]!, start, pauses) : end;
    if (end.ok === 'died') deaths.push({ worker, message: end.message, sent: result.counts.sent });
    addLatencies(total, decodeLatencies(result.total));
    devices += result.devices;
    counts = addCounts(counts, result.counts);
    interrupted ||= result.interrupted;
    if (result.firstSentAt > 0 && (firstSentAt === 0 || result.firstSentAt < firstSentAt))
      firstSentAt = result.firstSentAt;
    lastDoneAt = Math.max(lastDoneAt, result.lastDoneAt);
    rounds.push(result.faults);
    if (result.lateUnharmed !== undefined) lateUnharmed = (lateUnharmed ?? 0) + result.lateUnharmed;
    lateMs += result.lateness.lateMs;
    busyLateMs += result.lateness.busyLateMs;
  }
  const lateness = { lateMs, busyLateMs };
  const faults = addRounds(rounds);
  return {
    ...total,
    ...{ devices, counts, interrupted, firstSentAt, lastDoneAt, faults, lateness, deaths, pauses },
    ...(lateUnharmed === undefined ? {} : { lateUnharmed }),
  };
}
