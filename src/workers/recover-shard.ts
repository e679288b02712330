import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { FaultLine, SentLine } from '../logs.ts';
import type { Pause } from './pause.ts';
import type { ShardResult, ShardTask } from './protocol.ts';
import { recoverFaults } from './recover-faults.ts';
import { newTally } from './tally.ts';

type Recovered = Extract<ShardResult, { ok: true }>;

/**
 * What a shard's send log knows of a worker that died, counted as the worker would have. One that ran out of memory has not
 * written its last attempts, of up to a quarter of a second. How its connections fared, but for what was done to them on purpose,
 * nobody knows.
 */
export async function recoverShard(
  { sentLog, minGapMs }: Omit<ShardTask, 'port' | 'positions'>,
  start: number,
  pauses: readonly Pause[] = [],
): Promise<Recovered> {
  const tally = newTally();
  const faults = recoverFaults();
  const done = new Map<string, number>();
  /** When a device that was done at `doneAt` could send again; a pause since then moved that too. */
  const freeAt = (doneAt: number, sentAt: number) =>
    pauses.reduce((at, { from, to }) => (to > doneAt && to <= sentAt ? at + to - from : at), doneAt + minGapMs);
  if (existsSync(sentLog)) {
    const lines = createInterface({ input: createReadStream(sentLog), crlfDelay: Number.POSITIVE_INFINITY });
    for await (const text of lines) {
      const line = parsed(text);
      if (line === undefined) continue;
      faults.note(line);
      if (!('seq' in line)) continue;
      const { id: deviceId, seq, sampleTime, position, dueAt, sentAt, doneAt, failure } = line;
      // As drive.ts has it: the log need not hold what follows from the attempt before.
      const before = done.get(deviceId);
      const readyAt = Math.min(sentAt, Math.max(dueAt, before === undefined ? start : freeAt(before, sentAt)));
      done.set(deviceId, doneAt);
      const times = { dueAt, readyAt, sentAt, doneAt };
      const update = { deviceId, seq, sampleTime, position };
      tally.record(failure === undefined ? { update, ...times } : { update, ...times, failure });
    }
  }
  return {
    ok: true,
    devices: done.size,
    counts: tally.counts(0),
    total: tally.total(),
    interrupted: false,
    ...tally.span(),
    faults: faults.rounds(),
    lateness: { lateMs: 0, busyLateMs: 0 },
  };
}

/** Undefined for the half line with which a killed writer ends. */
function parsed(text: string): SentLine | FaultLine | undefined {
  try {
    return JSON.parse(text) as SentLine | FaultLine;
  } catch {
    return undefined;
  }
}
