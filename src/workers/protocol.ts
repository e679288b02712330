/**
 * What main and a shard say to each other. Read this first.
 *
 *     main                         shard
 *      │  ShardTask  (piscina)  ──▶  reads (or begins to make) its partitions, opens its transport
 *      │  ◀── news 'connecting' ──  devices connecting …
 *      │  ◀── news 'ready' ───────  all have connected, or failed to
 *      │  order 'start' at T ────▶  every device's loop runs from the common start
 *      │  ◀── news 'running' ─────  four times a second
 *      │  order 'pause' ─────────▶  nobody wakes; what is in flight finishes
 *      │  order 'resume' ────────▶  all that is still due is due so much later
 *      │  order 'stop' ──────────▶  (at most once) sleepers wake, what is in flight finishes
 *      │  order 'abort' ─────────▶  (at most once) what is in flight is cut off
 *      │  ◀── ShardResult (piscina: the task's return value; final totals never travel as news, which can be lost)
 */
import type { MessagePort } from 'node:worker_threads';
import type { Epoch } from '../clock.ts';
import type { PackedError } from '../errors.ts';
import type { FailureCode } from '../model.ts';
import type { Recorded } from '../recorder.ts';
import type { TransportName, TransportSettings } from '../transports/index.ts';
import type { PlannedFault } from './fault-plan.ts';
import type { FleetSource } from './fleet-tracks.ts';
import type { FaultRound } from './inflict.ts';
import type { LatenessSums } from './own-lateness.ts';
import type { Pace, Paced } from './pacer.ts';
import type { Stretch } from './share.ts';

/** All that a shard needs; plain data, but for the port. */
export interface ShardTask {
  readonly port: MessagePort;
  readonly epoch: Epoch;
  readonly shard: number;
  readonly source: FleetSource;
  /** Each of its partitions (of a generated fleet: blocks), or a part of one, with the index of its first device in the whole fleet. */
  readonly partitions: readonly Stretch[];
  readonly transport: TransportName;
  readonly settings: TransportSettings;
  readonly connectConcurrency: number;
  /** Connections a second of the whole fleet; absent: as fast as they are answered. */
  readonly connectRate?: number;
  readonly pace: Pace;
  /** All shards together. */
  readonly fleet: Paced;
  readonly minGapMs: number;
  /** Added to each sample time, ms; or 'live': the due time is the sample time. */
  readonly shift: number | 'live';
  readonly sentLog: string;
  /** What is done to connections on purpose; absent: nothing. */
  readonly faults?: readonly PlannedFault[];
  /** Beyond this an update is late, ms. */
  readonly lagLimitMs: number;
  /** Devices whose positions it tells, at most; 0 where nobody watches. */
  readonly positions: number;
}

export type Order =
  | { order: 'start'; at: number }
  | { order: 'pause' }
  | { order: 'resume'; pausedMs: number }
  | { order: 'stop' }
  | { order: 'abort' };

/** Counts since the beginning. */
export interface Counts {
  sent: number;
  acknowledged: number;
  failed: number;
  unknown: number;
  inFlight: number;
  failures: Record<FailureCode, number>;
  /** Connections lost, and made again; messages sent again, marked as duplicates. */
  disconnects: number;
  reconnects: number;
  redeliveries: number;
}

/** Of attempts: due → done, sent → done, due → sent, and ready → sent, which is the generator's own delay. */
export const LATENCIES = ['response', 'service', 'late', 'lag'] as const;

/** Encoded histograms (histogram.ts). */
export type Latencies = Record<(typeof LATENCIES)[number], string>;

/** Of some attempts, as news has it: to encode histograms four times a second would hold all devices up for milliseconds. */
export type RecordedLatencies = Record<(typeof LATENCIES)[number], Recorded>;

export type News =
  | { news: 'connecting'; devices: number; connected: number; failed: number }
  | { news: 'ready'; devices: number; connected: number; failures: ConnectFailures }
  /** `positions`: longitude, latitude, longitude …; NaN before a device's first update. */
  | { news: 'running'; counts: Counts; interval: RecordedLatencies; faults?: FaultRound[]; positions?: Float32Array };

/** Devices that could not connect, by code, with the first message of each. */
export type ConnectFailures = Record<FailureCode, { devices: number; first: string }>;

export type ShardResult =
  | {
      ok: true;
      devices: number;
      counts: Counts;
      total: Latencies;
      interrupted: boolean;
      firstSentAt: number;
      lastDoneAt: number;
      faults: FaultRound[];
      /** Updates that would have been late without the faults too; absent: there were none. */
      lateUnharmed?: number;
      lateness: LatenessSums;
    }
  | { ok: false; error: PackedError };
