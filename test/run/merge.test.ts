import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeHistogram, encodeHistogram, newHistogram, percentilesOf, recordMs } from '../../src/histogram.ts';
import { merge } from '../../src/run/merge.ts';
import { HISTOGRAMS, readShard } from '../../src/run/merge-shards.ts';
import { mergeTimelines } from '../../src/run/merge-timeline.ts';
import { exitCodeOf } from '../../src/run/summary.ts';
import { summaryText } from '../../src/run/summary-text.ts';
import type { Slice } from '../../src/workers/timeline.ts';
import { type RecordedShard, recordedShard, START, slice } from '../support/recorded-shard.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-merge-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function shard(name: string, part: RecordedShard) {
  const place = join(dir, name);
  await recordedShard(place, name, part);
  return place;
}

const whole = () => join(dir, 'whole');

test('the whole is what one process would have: counts, every percentile, logs, one verdict', async () => {
  const all = [3, 900, 7.5, 1, 12_000, 0.25, 40, 41, 42, 5, 5, 5];
  const dirs = await Promise.all(
    [0, 1, 2].map((index) => shard(`s${index}`, { index, of: 3, latencies: all.filter((_, i) => i % 3 === index) })),
  );
  const summary = await merge({ dirs: dirs.toReversed(), out: whole(), partial: false });
  const one = newHistogram();
  for (const ms of all) recordMs(one, ms);
  // A file keeps the bucket of the greatest value, three digits of it.
  const kept = percentilesOf(decodeHistogram(encodeHistogram(one)));
  for (const name of HISTOGRAMS) expect(summary[name]).toEqual(kept);
  expect(summary).toMatchObject({
    devices: 3,
    planned: 12,
    sent: 12,
    seen: 12,
    evidence: { received: true, sweptDevices: 3, ingest: true },
    firstSentAt: START,
    seconds: 4,
    cpuSeconds: 3,
    missing: [],
  });
  expect(summary.thresholds.map(({ kept }) => kept)).toEqual([true, false]); // 12 s are more than one
  expect(summary.shards!.map(({ index, sent, clock }) => [index, sent, clock.withinMs])).toEqual([
    [0, 4, 0.5],
    [1, 4, 1.5],
    [2, 4, 2.5],
  ]);
  expect((await readdir(whole())).filter((name) => name.startsWith('sent-'))).toHaveLength(3);
  const received = (await readFile(join(whole(), 'received.ndjson'), 'utf8')).trim().split('\n');
  expect(received.map((line) => JSON.parse(line).id)).toEqual(['s0', 's1', 's2'].flatMap((id) => Array(4).fill(id)));
  // It is no shard itself, and can be read like any run.
  await expect(readShard(whole())).rejects.toThrow('is no shard');
});

test('a missing shard is refused, or said in the verdict', async () => {
  const latencies = [1, 2];
  const dirs = [await shard('a', { index: 0, of: 3, latencies }), await shard('b', { index: 2, of: 3, latencies })];
  const request = { dirs, out: whole(), partial: false };
  await expect(merge(request)).rejects.toThrow(`of 3 shards, one is missing: 1; there are ${dirs.join(', ')}`);
  expect(await merge({ ...request, partial: true })).toMatchObject({ missing: [1], sent: 4, planned: 12 });
});

test('a shard that did not end is one that is missing', async () => {
  const latencies = [1, 2, 3, 4, 5, 6];
  const dirs = [await shard('a', { index: 0, of: 2, latencies }), await shard('b', { index: 1, of: 2, latencies })];
  await rm(join(dirs[1]!, 'summary.json'));
  await expect(merge({ dirs, out: whole(), partial: false })).rejects.toThrow(`${dirs[1]} has no summary.json`);
  const summary = await merge({ dirs, out: whole(), partial: true });
  expect(summary).toMatchObject({ missing: [1], notes: [expect.stringContaining('did not end')] });
});

test('a saturated shard makes a saturated whole', async () => {
  const latencies = [1, 2, 3, 4, 5, 6];
  const dirs = [
    await shard('a', { index: 0, of: 2, latencies }),
    await shard('b', { index: 1, of: 2, latencies, summary: { saturated: true } }),
  ];
  expect((await merge({ dirs, out: whole(), partial: false })).saturated).toBe(true);
});

test.each<[string, Partial<RecordedShard>, string]>([
  ['another fleet', { plan: { fleetId: 'f2' } }, 'are of different fleets: "f1" and "f2"'],
  [
    'another target',
    { plan: { target: { name: 'local', mqttHost: 'localhost', mqttPort: 8884 } } },
    'different targets',
  ],
  ['another number of shards', { of: 3 }, 'are of different numbers of shards: 2 and 3'],
  ['another start', { plan: { startAt: START } }, 'are of different starts (--start-at)'],
  ['another shift', { plan: { shift: 1000 } }, 'are of different shifts of sample times: 0 and 1000'],
  ['another pace', { options: { pace: 'max' } }, 'are of different plans (pace): '],
  ['the same shard', { index: 0 }, 'are both shard 0'],
  ['a share that is too large', { plan: { devices: 2 } }, 'the shards have 3 devices together, and the fleet has 2'],
  ['a changed summary', { summary: { sent: 6, service: { count: 7 } } }, 'has 6 values of "service"'],
])('%s is refused, with both directories', async (_, other, text) => {
  const latencies = [1, 2, 3, 4, 5, 6];
  const options = { pace: 'replay:1' };
  const a = await shard('a', { index: 0, of: 2, latencies, options });
  const b = await shard('b', { index: 1, of: 2, latencies, options, ...other });
  const refused = merge({ dirs: [a, b], out: whole(), partial: false });
  await expect(refused).rejects.toThrow(text);
  if (text.startsWith('are')) await expect(refused).rejects.toThrow(`${a} and ${b} ${text}`);
  expect(await readdir(dir)).not.toContain('whole');
});

test('what a machine may have of its own is not compared', async () => {
  const latencies = [1, 2, 3, 4, 5, 6];
  const own = {
    workers: 9,
    out: 'elsewhere',
    dataset: '/mnt/fleet',
    target: 'other.json',
    connectConcurrency: 1,
    localAddresses: ['10.0.0.2'],
  };
  const dirs = [
    await shard('a', { index: 0, of: 2, latencies }),
    await shard('b', { index: 1, of: 2, latencies, options: own }),
  ];
  expect((await merge({ dirs, out: whole(), partial: false })).sent).toBe(12);
});

test('phases of shards that each began in their own time count from that', async () => {
  const latencies = [1, 2, 3, 4, 5, 6];
  const options = {
    phases: [
      { name: 'first', seconds: 2 },
      { name: 'second', seconds: 4 },
    ],
  };
  const dirs = await Promise.all(
    [0, 1].map((index) => shard(`s${index}`, { index, of: 2, latencies, options, startedAt: START + index * 60_000 })),
  );
  const { phases } = await merge({ dirs, out: whole(), partial: false });
  expect(phases!.map(({ name, sent }) => [name, sent])).toEqual([
    ['first', 4],
    ['second', 8],
  ]);
});

test('pauses of shards are one where they overlap; throughput leaves out what all were held', async () => {
  const latencies = [1, 2, 3, 4, 5, 6];
  const options = { thresholds: ['throughput >= 3/s', 'throughput >= 2/s in every 1s'] };
  const held = (from: number, to: number) => ({ pauses: [{ from: START + from, to: START + to }] });
  const dirs = [
    await shard('a', { index: 0, of: 2, latencies, options, summary: held(1000, 3500) }),
    await shard('b', { index: 1, of: 2, latencies, options, summary: held(2000, 4000) }),
  ];
  const summary = await merge({ dirs, out: whole(), partial: false });
  expect(summary.pauses).toEqual([{ from: START + 1000, to: START + 4000 }]);
  expect([summary.seconds, summary.pausedSeconds]).toEqual([6, 1.5]);
  // 12 updates in the 4.5 s in which at least one of them sent; two in each second that was not held.
  expect(summary.thresholds.map(({ kept, measured }) => [kept, measured])).toEqual([
    [false, 12 / 4.5],
    [true, 2],
  ]);
  const [first, second] = summaryText(summary).split('\n');
  expect([first, second]).toEqual([
    expect.stringContaining('EVERY UPDATE ARRIVED'),
    'PAUSED by hand, once, 3.0 s in all: what was due later was due so much later; throughput leaves out the 1.5 s in which all shards were held.',
  ]);
  expect(summaryText(summary)).toContain('sent 12 updates in 6.0 s, 1.5 s of them paused, over iot');
  const slices = (await readFile(join(whole(), 'timeline.ndjson'), 'utf8')).trim().split('\n');
  expect(slices.map((line) => JSON.parse(line).pausedMs ?? 0)).toEqual([0, 0, 1000, 500, 0, 0]);
});

test('late seconds are those of the shards, which are named', async () => {
  const latencies = [1, 2, 3, 4, 5, 6];
  const late = (second: number) => ({
    from: START + second * 1000,
    to: START + second * 1000 + 1000,
    updates: 200,
    lagMax: 532,
  });
  const dirs = [
    await shard('a', { index: 0, of: 2, latencies, summary: { lateSeconds: [late(4)] } }),
    await shard('b', { index: 1, of: 2, latencies, summary: { lateSeconds: [late(2)] } }),
  ];
  const summary = await merge({ dirs, out: whole(), partial: false });
  expect(summary.lateSeconds).toEqual([late(2), late(4)]);
  expect(summary.shards!.map(({ lateSeconds }) => lateSeconds)).toEqual([1, 1]);
  expect(summaryText(summary)).toContain(`GENERATOR LATE in 2 seconds of ${dirs.join(', ')} (from 2 s, 4 s on)`);
  expect(exitCodeOf(summary)).toBe(0);
});

test('a worker that died is one of a shard, and its whole is no success', async () => {
  const deaths = [{ worker: 1, message: 'out of memory', sent: 2 }];
  const latencies = [1, 2, 3, 4, 5, 6];
  const dirs = [
    await shard('a', { index: 0, of: 2, latencies }),
    await shard('b', { index: 1, of: 2, latencies, summary: { deaths } }),
  ];
  const summary = await merge({ dirs, out: whole(), partial: false });
  expect(summary.deaths).toEqual([{ worker: 1, message: `${dirs[1]}: out of memory`, sent: 2 }]);
  expect(exitCodeOf(summary)).toBe(3);
});

const CUT = { fault: 'cut 10% at 1s for 1s', round: 0, at: 1000, devices: 2, away: 0 };

test.each([
  ['no fault', [], 1, 0],
  ['a fault', [CUT], 1, 4],
  ['a fault', [CUT], 0, 0],
])('%s%.0s and %i reordered updates of one shard: the whole ends with %i', async (_, faults, reordered, code) => {
  const latencies = [1, 2, 3, 4, 5, 6];
  const dirs = [
    await shard('a', { index: 0, of: 2, latencies, summary: { disconnects: 0 } }),
    await shard('b', { index: 1, of: 2, latencies, summary: { disconnects: 2, reordered, faults } }),
  ];
  expect(exitCodeOf(await merge({ dirs, out: whole(), partial: false }))).toBe(code);
});

test('seconds of many machines add up exactly, in order, whatever their slices', async () => {
  const slices = fc.array(
    fc.record({ ms: fc.integer({ min: 1000, max: 2500 }), latencies: fc.array(fc.nat(50), { maxLength: 4 }) }),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(slices, { minLength: 1, maxLength: 4 }), async (machines) => {
      const files = await Promise.all(
        machines.map(async (of, n) => {
          let from = START + 7 * n;
          const lines = of.map(({ ms, latencies }) => {
            const line = `${JSON.stringify(slice(from, ms, latencies))}\n`;
            from += ms;
            return line;
          });
          const file = join(dir, `${n}.ndjson`);
          await writeFile(file, lines.join(''));
          return file;
        }),
      );
      const merged: Slice[] = [];
      await mergeTimelines(files, (one) => void merged.push(one));
      const sent = machines.flat().reduce((sum, { latencies }) => sum + latencies.length, 0);
      expect(merged.reduce((sum, one) => sum + one.sent, 0)).toBe(sent);
      merged.forEach((one, i) => {
        expect(one.to - one.from).toBe(1000);
        if (i > 0) expect(one.from).toBeGreaterThanOrEqual(merged[i - 1]!.to);
      });
    }),
    { numRuns: 25 },
  );
});
