import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Attempt } from '../../src/model.ts';
import { decodeLatencies } from '../../src/workers/latencies.ts';
import type { ShardTask } from '../../src/workers/protocol.ts';
import { recoverShard } from '../../src/workers/recover-shard.ts';
import { newTally } from '../../src/workers/tally.ts';
import { sentLine } from '../support/sent-line.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-recover-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const START = 1_700_000_000_000;
const GAP = 100;
/** As drive.ts makes it: ready when due, and when the device is free. */
function attempts(): Attempt[] {
  const made: Attempt[] = [];
  const free = new Map([
    ['a', START],
    ['b', START],
  ]);
  for (const [n, id] of ['a', 'b', 'a', 'a', 'b'].entries()) {
    const dueAt = START + 50 * n;
    const readyAt = Math.max(dueAt, free.get(id)!);
    const [sentAt, doneAt] = [readyAt + n, readyAt + n + 10];
    const update = { deviceId: id, seq: n, sampleTime: n, position: [11, 57] as const };
    const times = { dueAt, readyAt, sentAt, doneAt };
    made.push(n === 3 ? { update, ...times, failure: 'no-answer' } : { update, ...times });
    free.set(id, doneAt + GAP);
  }
  return made;
}

const recover = (name: string) => recoverShard({ sentLog: join(dir, name), minGapMs: GAP } as ShardTask, START);

test('counts and times are those that the worker would have returned, up to the half line that it left', async () => {
  const tally = newTally();
  for (const attempt of attempts()) tally.record(attempt);
  const mark = '{"fault":"storm at 1s","devices":2,"did":"begin","at":1700000000130}';
  const lines = attempts().map(sentLine);
  await writeFile(join(dir, 'sent'), `${[lines[0], mark, ...lines.slice(1)].join('\n')}\n${lines[0]!.slice(0, 40)}`);
  expect(await recover('sent')).toEqual({
    ok: true,
    devices: 2,
    counts: tally.counts(0),
    total: tally.total(),
    interrupted: false,
    ...tally.span(),
    // The last two of its attempts were sent after it, and one was answered.
    faults: [{ fault: 'storm at 1s', round: 0, at: START + 130, devices: 2, away: 1 }],
    lateness: { lateMs: 0, busyLateMs: 0 },
  });
});

test('a device that a pause held was not late by it', async () => {
  const update = { deviceId: 'a', position: [11, 57] as const };
  const attempt = (seq: number, dueAt: number, sentAt: number) =>
    sentLine({ update: { ...update, seq, sampleTime: seq }, dueAt, readyAt: 0, sentAt, doneAt: sentAt + 500 });
  // Busy until 500 + GAP, and due at 200; held from 550 to 10,550, it could go on at 10,600, and went 5 ms later.
  await writeFile(join(dir, 'held'), `${attempt(0, START, START)}\n${attempt(1, START + 10_200, START + 10_605)}\n`);
  const pauses = [{ from: START + 550, to: START + 10_550 }];
  const { total } = await recoverShard({ sentLog: join(dir, 'held'), minGapMs: GAP } as ShardTask, START, pauses);
  expect(decodeLatencies(total).lag.maxValue / 1000).toBeCloseTo(5, 1);
});

test('a log that was never begun holds nothing', async () => {
  expect(await recover('absent')).toMatchObject({ devices: 0, counts: { sent: 0 }, firstSentAt: 0 });
});
