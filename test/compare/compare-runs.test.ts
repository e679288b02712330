import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareRuns, isRegression, isUndecided } from '../../src/compare/compare-runs.ts';
import { comparisonText } from '../../src/compare/compare-text.ts';
import { metricNamed } from '../../src/compare/metric.ts';
import type { Slice } from '../../src/workers/timeline.ts';
import { wrapProse } from '../../src/wrap-prose.ts';
import { recordedRun } from '../support/recorded-run.ts';

const rules = { level: 0.05, tolerance: 0.05 };
let dir = '';
const at = (name: string) => join(dir, name);
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'simctl-compare-'));
  recordedRun(at('10'), { devices: 10, seed: 1 });
  recordedRun(at('20'), { devices: 20, seed: 2 });
  recordedRun(at('40'), { devices: 40, seed: 3, latency: 25, concurrency: 10, throttles: 7 });
  recordedRun(at('again'), { devices: 10, seed: 4 });
  recordedRun(at('losing'), { devices: 10, seed: 6, lostPerMille: 30, seconds: 120 });
  recordedRun(at('losing as much'), { devices: 10, seed: 7, lostPerMille: 30, seconds: 120 });
  recordedRun(at('losing more'), { devices: 10, seed: 8, lostPerMille: 120, seconds: 120 });
  recordedRun(at('a burst'), { devices: 10, seed: 9, lostSecond: 40, seconds: 120 });
  recordedRun(at('short'), { devices: 10, seed: 10, seconds: 20 });
  recordedRun(at('slow'), { devices: 10, seed: 5, latency: 14 });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const compare = (runs: readonly string[], more: object = {}) =>
  compareRuns({ runs: runs.map(at), metrics: [], rules, ...more });

describe('rounds of growing fleets', () => {
  it('have a bottleneck where latency grows, with what the functions did beside it', async () => {
    const comparison = await compare(['40', '10', '20']);
    expect(comparison).toMatchObject({ kind: 'rounds', worse: '40 devices', undecided: false, tests: 6 });
    expect(comparison.rounds.map(({ name }) => name)).toEqual(['10 devices', '20 devices', '40 devices']);
    const text = comparisonText(comparison);
    expect(text).toMatch(
      /^BOTTLENECK AT 40 DEVICES: response\.p50 .*worse than with 10 devices; store-positions ran 10 at once, 7 throttles\.\n/,
    );
    expect(text).toMatch(/corrected together \(Holm\)/);
    expect(text).toContain('\n40 devices: Lambda ran store-positions 10 at once, 7 throttles\n');
    expect(text).toMatch(/▲ response\.p50 .* worse: \+\d/);
    // Tables and sentences alike: a terminal would break what is wider.
    for (const line of wrapProse(text, 80).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('have none where none grows', async () => {
    const comparison = await compare(['10', '20']);
    expect(comparison.worse).toBeUndefined();
    expect(comparisonText(comparison)).toMatch(/^NO BOTTLENECK FOUND up to 20 devices/);
  });
});

it('that has lost updates, and no timeline to find them in, is refused as one that cannot be cut', async () => {
  recordedRun(at('untimed'), { devices: 10, seed: 11, lostPerMille: 30, seconds: 20 });
  rmSync(join(at('untimed'), 'timeline.ndjson'));
  await expect(compare(['10', 'untimed'])).rejects.toThrow('the run untimed has no timeline.ndjson');
});

describe('a baseline', () => {
  it('that a run is worse than is a regression', async () => {
    const comparison = await compare(['slow'], { baseline: at('10') });
    expect(isRegression(comparison)).toBe(true);
    expect(comparisonText(comparison)).toMatch(/^REGRESSION IN slow: response\.p50/);
  });

  it('that a run equals is none, and neither is a run that is better', async () => {
    expect(isRegression(await compare(['again'], { baseline: at('10') }))).toBe(false);
    expect(isRegression(await compare(['10'], { baseline: at('slow') }))).toBe(false);
  });

  it('is no regression where there is no baseline', async () => {
    const comparison = await compare(['10', 'slow']);
    expect(comparison).toMatchObject({ kind: 'runs', worse: 'slow' });
    expect(isRegression(comparison)).toBe(false);
  });

  it('that lost more is a regression, one that lost as much is none', async () => {
    const more = await compare(['losing more'], { baseline: at('losing') });
    expect(isRegression(more)).toBe(true);
    expect(comparisonText(more)).toMatch(/^REGRESSION IN losing more: lost significantly worse/);
    const asMuch = await compare(['losing as much'], { baseline: at('losing') });
    expect(asMuch).toMatchObject({ tests: 4, undecided: false, notes: [] });
    expect(isRegression(asMuch)).toBe(false);
  });

  it('that lost nothing, and a run that lost a burst: no test can tell it from chance, and a note names it', async () => {
    const burst = await compare(['a burst'], { baseline: at('again') });
    expect(isRegression(burst)).toBe(false);
    expect(burst.notes).toEqual([
      expect.stringMatching(/^40 of 4800 updates were lost in a burst, 0 of 2400 in again, in too few windows/),
    ]);
  });

  it('of losses without their times is not compared by them', async () => {
    recordedRun(at('old'), { devices: 10, seed: 11, lostPerMille: 30, seconds: 120 });
    rmSync(at('old/fates.ndjson'));
    const comparison = await compare(['losing more'], { baseline: at('old') });
    const lost = comparison.rounds[1]!.outcomes!.find(({ metric }) => metric === 'lost');
    expect(lost).toMatchObject({ verdict: 'too short to say', why: 'nothing was measured' });
  });

  it('that cannot be told is no pass', async () => {
    const short = await compare(['short'], { baseline: at('10') });
    expect([isRegression(short), isUndecided(short)]).toEqual([false, true]);
    expect(comparisonText(short)).toMatch(/^TOO SHORT TO SAY whether anything is worse than with 10: .*exit code 4/);
    const rounds = await compare(['short', '10']);
    expect([rounds.undecided, isUndecided(rounds)]).toEqual([true, false]);
  });

  it('of another fleet is named', async () => {
    const { notes } = await compare(['20'], { baseline: at('10') });
    expect(notes).toEqual([expect.stringContaining('differ in devices (10, 20)')]);
  });
});

it('that was held by hand is as fast as it was while it sent, and a note says so', async () => {
  const summary = { acknowledged: 1600, pausedSeconds: 20 };
  recordedRun(at('held'), { devices: 10, seed: 12, summary });
  const { rounds, notes } = await compare(['again', 'held']);
  expect(rounds.map(({ perSecond }) => perSecond)).toEqual([40, 40]);
  expect(notes).toEqual(['held was paused by hand for 20.0 s, which its throughput leaves out']);
});

it('throughput is taken of the time of a window in which it was not held', () => {
  const { value } = metricNamed('throughput');
  const slice = (from: number, acknowledged: number, pausedMs?: number) =>
    ({ from, to: from + 1000, acknowledged, ...(pausedMs === undefined ? {} : { pausedMs }) }) as Slice;
  expect(value([slice(0, 40), slice(1000, 10, 750), slice(2000, 0, 1000)])).toBe(40);
  expect(value([slice(0, 0, 1000)])).toBeNaN();
});

describe('what cannot be compared', () => {
  it('is one run', async () => {
    await expect(compare(['10'])).rejects.toThrow('nothing to be compared with');
  });

  it('is a directory without a run, or a run without its seconds', async () => {
    await expect(compare(['10', 'nowhere'])).rejects.toThrow('there is no summary.json in');
    recordedRun(at('untimed'), { seconds: 2 });
    rmSync(at('untimed/timeline.ndjson'));
    await expect(compare(['10', 'untimed'])).rejects.toThrow('untimed has no timeline.ndjson');
    writeFileSync(at('untimed/timeline.ndjson'), '{"a":1}\n');
    await expect(compare(['10', 'untimed'])).rejects.toThrow('timeline.ndjson:1: this is no line');
  });
});
