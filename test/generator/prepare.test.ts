import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { probeLine, readTracks } from '../../src/dataset.ts';
import { prepareProbes } from '../../src/generator/prepare.ts';
import { readLastSampleTime, writeLastSampleTime } from '../../src/generator/shift-state.ts';
import { thinner } from '../../src/generator/thin.ts';
import { planShift } from '../../src/generator/time-shift.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-prepare-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('thin', () => {
  test('each device counts for itself, whatever the others do', () => {
    const keep = thinner(30_000);
    const seen = [
      ['a', 0],
      ['b', 7],
      ['a', 29_999],
      ['a', 30_000],
      ['b', 30_006],
      ['b', 30_008],
      ['a', 60_000],
    ] as const;
    expect(seen.map(([id, at]) => keep(id, at))).toEqual(['keep', 'keep', 'drop', 'keep', 'drop', 'keep', 'keep']);
  });

  test('what stays is at least so far apart, and nothing that could stay is dropped', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500_000), { minLength: 1 }), fc.integer({ min: 1, max: 60_000 }), (times, every) => {
        const sorted = times.sort((a, b) => a - b);
        const keep = thinner(every);
        const kept: number[] = [];
        for (const at of sorted) {
          const last = kept.at(-1);
          const verdict = keep('x', at);
          expect(verdict).toBe(last === undefined || at - last >= every ? 'keep' : 'drop');
          if (verdict === 'keep') kept.push(at);
        }
      }),
    );
  });

  test('going back is noticed', () => {
    const keep = thinner(1);
    expect([keep('a', 10), keep('a', 9)]).toEqual(['keep', 'backwards']);
  });
});

describe('prepare', () => {
  const lines = (ids: string[], seconds: number[]) =>
    seconds.flatMap((s) => ids.map((id, i) => probeLine(id, s * 1000 + i, 'traveling', i, s / 100))).join('');

  test('thins, partitions, and keeps the result until the file changes', async () => {
    const file = join(dir, 'probes.ndjson');
    await writeFile(
      file,
      lines(
        ['a-1', 'b-2', 'c-3'],
        Array.from({ length: 100 }, (_, i) => i),
      ),
    );
    const options = { files: [file], every: 30, cacheDir: join(dir, 'cache') };
    const dataset = await prepareProbes(options);
    expect(dataset.manifest).toMatchObject({ devices: 3, fixes: 12, everySeconds: 30 });
    const tracks = (await Promise.all(dataset.manifest.partitions.map((_, i) => readTracks(dataset, i)))).flat();
    expect([...tracks.find(({ deviceId }) => deviceId === 'b-2')!.fixes].map(({ sampleTime }) => sampleTime)).toEqual([
      1, 30_001, 60_001, 90_001,
    ]);
    const made = (await stat(join(dataset.dir, 'manifest.json'))).mtimeMs;
    expect((await stat(join((await prepareProbes(options)).dir, 'manifest.json'))).mtimeMs).toBe(made);
    await utimes(file, 1, 1);
    expect((await prepareProbes(options)).dir).not.toBe(dataset.dir);
  });

  test('several runs appended to one file are named as the likely cause', async () => {
    const file = join(dir, 'twice.ndjson');
    await writeFile(file, lines(['a-1'], [0, 1, 2, 0]));
    await expect(prepareProbes({ files: [file], every: 30, cacheDir: dir })).rejects.toMatchObject({
      message: expect.stringContaining('twice.ndjson:4: a-1 goes back in time'),
      hint: expect.stringContaining('several runs'),
    });
  });

  test('a file that is not there', async () => {
    await expect(prepareProbes({ files: ['/nowhere/x'], every: 30, cacheDir: dir })).rejects.toThrow(
      'there is no file /nowhere/x',
    );
  });
});

describe('sample-time shift', () => {
  const now = Date.UTC(2026, 0, 31);
  const DAY = 86_400_000;
  const at = (daysAgo: number) => now - daysAgo * DAY;
  const plan = (first: number, seconds: number, lastUsed?: number) =>
    planShift({
      firstSampleTime: first,
      lastSampleTime: first + seconds * 1000,
      now,
      everyMs: 30_000,
      ...(lastUsed === undefined ? {} : { lastUsed }),
    }).shift;

  test('data within the window stays as it is', () => expect(plan(at(10), 7200)).toBe(0));
  test('old data begins ten days ago', () => expect(plan(at(2000) + 123, 7200)).toBe(1990 * DAY));
  test('the second run begins a filter interval after the first ended', () => {
    expect(plan(at(10), 7200, at(10) + 7_200_000)).toBe(7_230_000);
  });
  test('a run that would end in the future is moved back', () => {
    const shift = plan(at(0), 7200);
    expect(at(0) + shift + 7_200_000).toBeLessThanOrEqual(now);
  });
  test('a used-up window says what to do', () => {
    expect(() => plan(at(10), 7200, at(0) - 3_600_000)).toThrow('no room for this run');
  });
  test('thirty days do not fit', () => expect(() => plan(at(40), 30 * 86_400)).toThrow('30.0 days'));

  test('whatever is planned lies in the window, after what was used, by whole seconds', () => {
    fc.assert(
      fc.property(
        fc.nat(4e12),
        fc.nat(29 * 86_400),
        fc.option(fc.integer({ min: at(60), max: now }), { nil: undefined }),
        (first, seconds, lastUsed) => {
          let shift: number;
          try {
            shift = plan(first, seconds, lastUsed);
          } catch {
            return;
          }
          expect(Math.abs(shift % 1000)).toBe(0);
          expect(first + shift).toBeGreaterThanOrEqual(at(29) - 1000);
          expect(first + shift + seconds * 1000).toBeLessThanOrEqual(now);
          if (lastUsed !== undefined && shift !== 0) expect(first + shift).toBeGreaterThan(lastUsed);
        },
      ),
    );
  });
});

describe('shift state', () => {
  test('remembers each target, never goes back, survives being absent', async () => {
    const file = join(dir, 'state', 'sample-times.json');
    expect(await readLastSampleTime(file, 'a')).toBeUndefined();
    await writeLastSampleTime(file, 'a', 100);
    await writeLastSampleTime(file, 'b', 50);
    await writeLastSampleTime(file, 'a', 80);
    expect([await readLastSampleTime(file, 'a'), await readLastSampleTime(file, 'b')]).toEqual([100, 50]);
  });

  test.each(['', '{"a":', '[1]', '{"a":{}}'])('a damaged file (%s) is not taken for an empty one', async (text) => {
    const file = join(dir, 'sample-times.json');
    await writeFile(file, text);
    await expect(readLastSampleTime(file, 'a')).rejects.toThrow('is damaged');
  });
});
