import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { analyseRun } from '../../src/analyser/analyse.ts';
import { percentilesOf } from '../../src/histogram.ts';
import { ingestLine, logFiles, receivedLine, sentLine, storedLine, sweptLine } from './log-files.ts';

let files: ReturnType<typeof logFiles>;
beforeEach(() => {
  files = logFiles();
});
afterEach(() => files.remove());

/** Two devices in two shards: A has one update of each fate, B is one that nobody knows anything of. */
function oneOfEach() {
  return {
    sent: [
      files.write('sent-00.ndjson', [
        sentLine('A', 0, 30_000),
        sentLine('A', 1, 60_000),
        sentLine('A', 2, 70_000),
        sentLine('A', 3, 55_000),
        sentLine('A', 4, 120_000, { failure: 'no-answer' }),
      ]),
      files.write('sent-01.ndjson.gz', [sentLine('B', 0, 30_000, { failure: 'unreachable' })]),
    ],
    received: files.write('received.ndjson', [receivedLine('A', 60_000), receivedLine('Z', 1)]),
    history: files.write('history.ndjson', [
      storedLine('A', 30_000, 9_060),
      storedLine('A', 60_000, 9_070),
      sweptLine('A', 2),
    ]),
    ingest: files.write('ingest.ndjson', [
      ingestLine('A', 30_000),
      ingestLine('A', 60_000, 'ThrottlingException'),
      ingestLine('A', 60_000),
      ingestLine('A', 60_000),
      ingestLine('A', 70_000),
      ingestLine('A', 55_000, 'ConflictException'),
      ingestLine('Z', 5),
    ]),
  };
}

describe('the account of a run', () => {
  it('finds one of each', async () => {
    const findings = await analyseRun(oneOfEach());
    expect(findings).toMatchObject({
      devices: 2,
      sent: 6,
      acknowledged: 4,
      failed: 1,
      unknown: 1,
      failures: { 'no-answer': 1, unreachable: 1 },
      seen: 1,
      superseded: 1,
      filtered: 1,
      refused: 1,
      refusals: { ConflictException: 1 },
      lost: 1,
      unexplained: 1,
      duplicated: 1,
      reordered: 1,
      negative: 0,
      halfLines: 0,
      notes: [],
      evidence: { received: true, sweptDevices: 1, ingest: true },
    });
    expect(findings.cross.acknowledged).toMatchObject({ seen: 1, superseded: 1, filtered: 1, refused: 1 });
    expect(findings.cross.unknown.lost).toBe(1);
    expect(findings.cross.failed.unexplained).toBe(1);
  });

  it('measures to the store, and to the viewer at the latest and at the earliest', async () => {
    const { publishToStore, endToEnd, endToEndEarliest } = await analyseRun(oneOfEach());
    expect(publishToStore.totalCount).toBe(2);
    expect(percentilesOf(publishToStore).max).toBeCloseTo(70, 0);
    expect(percentilesOf(endToEnd)).toMatchObject({ count: 1 });
    expect(percentilesOf(endToEnd).max).toBeCloseTo(299.75, 0);
    expect(percentilesOf(endToEndEarliest).max).toBeCloseTo(99.75, 0);
  });

  it('lists what was neither seen nor superseded, with the evidence', async () => {
    const fatesOut = files.path('fates.ndjson');
    await analyseRun({ ...oneOfEach(), fatesOut });
    const lines = readFileSync(fatesOut, 'utf8').trimEnd().split('\n');
    const fates = lines.map((line) => JSON.parse(line));
    expect(
      fates.map(({ id, seq, sampleTime, sender, backend, code }) => [id, seq, sampleTime, sender, backend, code]),
    ).toEqual([
      ['A', 2, 70_000, 'acknowledged', 'filtered', undefined],
      ['A', 3, 55_000, 'acknowledged', 'refused', 'ConflictException'],
      ['A', 4, 120_000, 'unknown', 'lost', undefined],
      ['B', 0, 30_000, 'failed', 'unexplained', undefined],
    ]);
    expect(fates.every(({ sentAt }) => sentAt > 0)).toBe(true);
    expect(fates.every(({ evidence }) => evidence.length > 0)).toBe(true);
    expect(existsSync(`${fatesOut}.partial`)).toBe(false);
  });

  it('takes the answers of the trackers from the send log of the tracker transport', async () => {
    const findings = await analyseRun({
      sent: [
        files.write('sent-00.ndjson', [
          sentLine('A', 0, 30_000),
          sentLine('A', 1, 40_000),
          sentLine('A', 2, 35_000, { failure: 'tracker:ConflictException' }),
          sentLine('A', 3, 90_000, { failure: 'no-answer' }),
          sentLine('A', 4, 91_000, { failure: 'unreachable' }),
        ]),
      ],
      history: files.write('history.ndjson', [storedLine('A', 30_000), sweptLine('A', 1)]),
      trackerAnswers: true,
    });
    expect(findings).toMatchObject({ superseded: 0, filtered: 1, refused: 1, unexplained: 2, lost: 1 });
    expect(findings.refusals).toEqual({ ConflictException: 1 });
    expect(findings.cross.unknown.unexplained).toBe(1);
    expect(findings.evidence).toEqual({ received: false, sweptDevices: 1, ingest: true });
  });

  it('calls nothing lost of a device with an ingest line that names no sample time', async () => {
    const findings = await analyseRun({
      sent: [files.write('sent-00.ndjson', [sentLine('A', 0, 30_000), sentLine('B', 0, 30_000)])],
      history: files.write('history.ndjson', [sweptLine('A', 0), sweptLine('B', 0)]),
      ingest: files.write('ingest.ndjson', [ingestLine('A', undefined, 'Malformed')]),
    });
    expect(findings).toMatchObject({ unexplained: 1, lost: 1 });
  });

  it('does not trust a history of which lines are missing', async () => {
    const findings = await analyseRun({
      sent: [files.write('sent-00.ndjson', [sentLine('A', 0, 30_000)])],
      history: files.write('history.ndjson', [sweptLine('A', 1)]),
      ingest: files.write('ingest.ndjson', []),
    });
    expect(findings).toMatchObject({ unexplained: 1, lost: 0, evidence: { sweptDevices: 0 } });
  });

  it('counts latencies below zero, and the first time that something was shown', async () => {
    const findings = await analyseRun({
      sent: [files.write('sent-00.ndjson', [sentLine('A', 0, 30_000)])],
      received: files.write('received.ndjson', [
        receivedLine('A', 30_000, { seenAt: 9_900 }),
        receivedLine('A', 30_000, { seenAt: 8_000, notBefore: 0 }),
      ]),
      history: files.write('history.ndjson', [storedLine('A', 30_000, 8_999), sweptLine('A', 1)]),
    });
    expect(findings.negative).toBe(2);
    expect(percentilesOf(findings.endToEnd).max).toBe(0);
  });

  it('takes the same millisecond for no negative latency: trackers round down', async () => {
    const findings = await analyseRun({
      sent: [files.write('sent-00.ndjson', [sentLine('A', 0, 30_000, { sentAt: 9_000.9 })])],
      history: files.write('history.ndjson', [storedLine('A', 30_000, 9_000), sweptLine('A', 1)]),
    });
    expect(findings.negative).toBe(0);
  });

  it('passes over half-written last lines and says which', async () => {
    const logs = oneOfEach();
    files.write('ingest.ndjson', [ingestLine('A', 30_000)], '{"ingest":1,"at":90');
    const { halfLines, notes, lost } = await analyseRun(logs);
    expect(halfLines).toBe(1);
    expect(notes).toEqual(['ingest.ndjson:2: the last line is half-written and was passed over']);
    expect(lost).toBe(0); // other lines may be missing too
  });

  it('is content with logs in which nothing happened', async () => {
    const findings = await analyseRun({ sent: [files.write('sent-00.ndjson', [])] });
    expect(findings).toMatchObject({ devices: 0, sent: 0, unexplained: 0 });
  });
});
