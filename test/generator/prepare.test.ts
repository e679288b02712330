import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { probeLine, readTracks } from '../../src/dataset.ts';
import { UsageError } from '../../src/errors.ts';
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
  const at = (sampleTime: number, lon = 11, lat = 57) => ({ sampleTime, position: [lon, lat] as const });

  test('each device counts for itself, whatever the others do', () => {
    const thin = thinner(30_000);
    const seen = [
      ['a', 0],
      ['b', 7],
      ['a', 29_999],
      ['a', 30_000],
      ['b', 30_006],
      ['b', 30_008],
      ['a', 60_000],
    ] as const;
    expect(seen.map(([id, time]) => thin(id, at(time)))).toEqual([
      'keep',
      'keep',
      'drop',
      'keep',
      'drop',
      'keep',
      'keep',
    ]);
  });

  test('what stays is at least so far apart, and nothing that could stay is dropped', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(500_000), { minLength: 1 }),
        fc.integer({ min: 1, max: 60_000 }),
        fc.nat(10_000),
        (times, every, phase) => {
          const sorted = times.map((time) => time + phase).sort((a, b) => a - b);
          const thin = thinner(every);
          const kept: number[] = [];
          for (const time of sorted) {
            const last = kept.at(-1);
            const verdict = thin('x', at(time));
            expect(verdict).toBe(last === undefined || time - last >= every ? 'keep' : 'drop');
            if (verdict === 'keep') kept.push(time);
          }
        },
      ),
    );
  });

  test('devices do not disturb each other, however they are interleaved', () => {
    const track = fc.array(fc.nat(200_000), { maxLength: 30 }).map((times) => times.sort((a, b) => a - b));
    fc.assert(
      fc.property(track, track, fc.infiniteStream(fc.boolean()), (a, b, turns) => {
        const alone = (id: string, times: number[]) => {
          const thin = thinner(30_000);
          return times.map((time) => thin(id, at(time)));
        };
        const thin = thinner(30_000);
        const together: Record<string, string[]> = { a: [], b: [] };
        const rest: Record<string, number[]> = { a: [...a], b: [...b] };
        while (rest.a!.length + rest.b!.length > 0) {
          const id = rest.b!.length === 0 || (rest.a!.length > 0 && turns.next().value) ? 'a' : 'b';
          together[id]!.push(thin(id, at(rest[id]!.shift()!)));
        }
        expect(together).toEqual({ a: alone('a', a), b: alone('b', b) });
      }),
    );
  });

  test.each([
    ['going back', [at(10), at(9)], 'backwards'],
    ['going back to what was dropped', [at(10), at(20), at(15)], 'backwards'],
    ['the same fix again', [at(10), at(10)], 'drop'],
    ['as near as noise and motion explain', [at(10), at(10, 11.005, 57.005)], 'drop'],
    ['two kilometres away at the same moment', [at(10), at(10, 11, 57.02)], 'two-places'],
    ['the same moment, though the one before was dropped', [at(10), at(20), at(20, 12)], 'two-places'],
    ['across the antimeridian', [at(10, 179.999), at(10, -179.999)], 'drop'],
    ['where meridians are close together', [at(10, 0, 89.9), at(10, 3, 89.9)], 'drop'],
  ] as const)('%s', (_, fixes, last) => {
    const thin = thinner(30_000);
    expect(fixes.map((fix) => thin('a', fix)).at(-1)).toBe(last);
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

  test('two files may continue each other, but not in the wrong order', async () => {
    const [early, late] = [join(dir, 'early.ndjson'), join(dir, 'late.ndjson')];
    await writeFile(early, lines(['a-1'], [0, 30]));
    await writeFile(late, lines(['a-1'], [60, 90]));
    expect((await prepareProbes({ files: [early, late], every: 30, cacheDir: dir })).manifest).toMatchObject({
      devices: 1,
      fixes: 4,
      firstSampleTime: 0,
      lastSampleTime: 90_000,
    });
    await expect(prepareProbes({ files: [late, early], every: 30, cacheDir: dir })).rejects.toMatchObject({
      message: expect.stringContaining('early.ndjson:1: a-1 goes back in time'),
      hint: expect.stringContaining('late.ndjson: give the files in the order of their time'),
    });
  });

  test('two vehicles of one id are not taken for one', async () => {
    const file = join(dir, 'twins.ndjson');
    await writeFile(file, probeLine('AAA-0001', 0, 'x', 11, 57) + probeLine('AAA-0001', 0, 'x', 12, 58));
    await expect(prepareProbes({ files: [file], every: 30, cacheDir: dir })).rejects.toMatchObject({
      message: expect.stringContaining('twins.ndjson:2: AAA-0001 is in two places at once'),
      hint: expect.stringContaining('rename one'),
    });
    expect(await readdir(dir)).toEqual(['twins.ndjson']);
  });

  test('by several at a time, into the same cache', async () => {
    const file = join(dir, 'probes.ndjson');
    await writeFile(file, lines(['a-1', 'b-2'], [0, 30, 60]));
    const options = { files: [file], every: 30, cacheDir: join(dir, 'cache') };
    const datasets = await Promise.all([1, 2, 3].map(() => prepareProbes(options)));
    expect(new Set(datasets.map(({ manifest }) => JSON.stringify(manifest))).size).toBe(1);
    expect(await readdir(options.cacheDir)).toHaveLength(1);
  });

  test('a cache that was damaged is made anew', async () => {
    const file = join(dir, 'probes.ndjson');
    await writeFile(file, lines(['a-1'], [0, 30]));
    const options = { files: [file], every: 30, cacheDir: join(dir, 'cache') };
    const { dir: cached } = await prepareProbes(options);
    await writeFile(join(cached, 'manifest.json'), '{');
    expect((await prepareProbes(options)).manifest.fixes).toBe(2);
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

  test('a window that is used up but for less than a second', () => {
    const first = 500;
    const lastUsed = now - 7_200_000 - 30_000 - 400;
    expect(() => plan(first, 7200, lastUsed)).toThrow('no room for this run');
  });
  test('how long to wait is long enough, and not a minute longer', () => {
    const request = { firstSampleTime: 0, lastSampleTime: 7_200_000, everyMs: 30_000, lastUsed: now - 3_600_000 };
    const error = caught(() => planShift({ ...request, now }));
    const minutes = Number(/Wait (\d+) minutes/.exec(error.hint!)![1]);
    expect(() => planShift({ ...request, now: now + (minutes - 1) * 60_000 })).toThrow();
    expect(planShift({ ...request, now: now + minutes * 60_000 }).shift).toBe(now - 3_600_000 + 30_000);
  });

  test('whatever is planned lies in the window, after what was used, by whole seconds; and there is no room but where it says so', () => {
    fc.assert(
      fc.property(
        fc.nat(4e12),
        fc.oneof(fc.nat(7200), fc.nat(29 * 86_400)),
        fc.option(fc.integer({ min: at(60), max: now }), { nil: undefined }),
        fc.double({ min: 0, max: 1000, noNaN: true }),
        (first, seconds, lastUsed, later) => {
          const floor = Math.max(at(29) + later, lastUsed === undefined ? 0 : lastUsed + 30_000);
          const request = { firstSampleTime: first, lastSampleTime: first + seconds * 1000, now: now + later };
          let shift: number;
          try {
            ({ shift } = planShift({
              ...request,
              everyMs: 30_000,
              ...(lastUsed === undefined ? {} : { lastUsed }),
            }));
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError);
            expect(floor + seconds * 1000 + 1000).toBeGreaterThan(request.now);
            return;
          }
          expect(Math.abs(shift % 1000)).toBe(0);
          expect(first + shift).toBeGreaterThanOrEqual(floor);
          expect(first + shift + seconds * 1000).toBeLessThanOrEqual(request.now);
        },
      ),
    );
  });

  test('run after run, each is later than the last, until there is no room', () => {
    let lastUsed: number | undefined;
    let runs = 0;
    for (; runs < 1000; runs++) {
      let shift: number;
      try {
        shift = plan(at(2000), 7200, lastUsed);
      } catch {
        break;
      }
      if (lastUsed !== undefined) expect(at(2000) + shift).toBe(lastUsed + 30_000);
      lastUsed = at(2000) + shift + 7_200_000;
    }
    // Ten days in steps of 7230 s, as the 2022 project counted them.
    expect(runs).toBe(119);
  });
});

function caught(act: () => unknown): UsageError {
  try {
    act();
  } catch (error) {
    return error as UsageError;
  }
  throw new Error('nothing was thrown');
}

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
