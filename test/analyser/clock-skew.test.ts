import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { analyseLogs } from '../../src/analyser/analyse-logs.ts';
import { clockNotes, newClockEvidence } from '../../src/analyser/clock-skew.ts';
import { logFiles, receivedLine, sentLine, storedLine, sweptLine } from './log-files.ts';

const PAIR = 'there → here';

/** `ms(i)` of a latency each second. */
function evidence(count: number, ms: (i: number) => number) {
  const clock = newClockEvidence();
  for (let i = 0; i < count; i++) clock.add(1_700_000_000_000 + i * 1000, ms(i));
  return clock.findings();
}

describe('clocks of two machines', () => {
  it('that agree give no note', () => {
    const findings = evidence(600, (i) => 20 + (i % 7));
    expect(findings).toMatchObject({ latencies: 600, negative: 0, smallest: 20 });
    expect(clockNotes(PAIR, findings)).toEqual([]);
  });

  it('that lie apart by a second: the smallest latency says how far at least', () => {
    const [note, ...more] = clockNotes(
      PAIR,
      evidence(600, (i) => 20 + (i % 7) - 1000),
    );
    expect(note).toContain('600 of 600 latencies there → here are below zero, the smallest −980 ms');
    expect(note).toContain('It was not corrected');
    expect(more).toEqual([]);
  });

  it('of which one drifts: the lower envelope is the drift, whatever the noise above it', () => {
    // 100 ppm over 1200 s are 120 ms.
    const findings = evidence(1200, (i) => 30 - i * 0.1 + ((i * 7919) % 101));
    expect(findings.envelope!.first - findings.envelope!.last).toBeGreaterThan(105);
    expect(findings.envelope!.first - findings.envelope!.last).toBeLessThan(135);
    expect(clockNotes(PAIR, findings)[1]).toMatch(/^clocks drift: .* \(−?(9|10|11)[0-9] ppm\)$/);
  });

  it('a receiver whose clock is ahead looks like a slow backend, which is said', () => {
    expect(
      clockNotes(
        PAIR,
        evidence(100, () => 5_000),
      ),
    ).toEqual([expect.stringContaining('the receiving clock is ahead, by that much at most')]);
  });

  it('the envelope lies below every latency, near to its lowest', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 100, maxLength: 300 }), (latencies) => {
        const { smallest, envelope } = evidence(latencies.length, (i) => latencies[i]!);
        expect(smallest).toBe(Math.min(...latencies));
        expect(Math.min(envelope!.first, envelope!.last)).toBeLessThanOrEqual(
          Math.min(...latencies.slice(-100)) + 1e-6,
        );
      }),
      { numRuns: 50 },
    );
  });

  it('no latency, no statement', () => {
    expect(newClockEvidence().findings()).toEqual({ latencies: 0, negative: 0, smallest: 0 });
  });
});

describe('logs', () => {
  let files: ReturnType<typeof logFiles>;
  beforeEach(() => {
    files = logFiles();
  });
  afterEach(() => files.remove());
  const analyse = async (request: object) =>
    (await analyseLogs({ trackerAnswers: false, timestampIsWallClock: false, swapped: false, ...request })).json as {
      notes: string[];
    };

  it("of simctl: a tracker's clock behind the sender's is named apart from the viewer's", async () => {
    files.write('sent-00.ndjson', [sentLine('A', 0, 30_000), sentLine('A', 1, 60_000, { sentAt: 9_500 })]);
    files.write('received.ndjson', [receivedLine('A', 30_000), receivedLine('A', 60_000, { seenAt: 9_900 })]);
    files.write('history.ndjson', [storedLine('A', 30_000, 8_400), storedLine('A', 60_000, 8_900), sweptLine('A', 2)]);
    const json = await analyse({ dir: files.dir });
    expect(json).toMatchObject({
      negative: 2,
      clocks: { publishToStore: { latencies: 2, negative: 2, smallest: -600 }, endToEnd: { negative: 0 } },
    });
    expect(json.notes).toEqual([expect.stringContaining("(the tracker's clock against the sender's)")]);
  });

  it('of simctl: swapped axes are detected and named, and change no fate', async () => {
    files.write('sent-00.ndjson', [sentLine('A', 0, 30_000, { position: [8.5, 50.1] })]);
    files.write('received.ndjson', [receivedLine('A', 30_000, { position: [50.1, 8.5] })]);
    const json = await analyse({ dir: files.dir });
    expect(json).toMatchObject({ seen: 1 });
    expect(json.notes).toEqual([
      expect.stringMatching(/latitude and longitude are swapped: 1 of 1 .*received\.ndjson/),
    ]);
  });

  it.each([
    [false, 'latitude and longitude are swapped: 2 of 2'],
    [true, 'latitude and longitude are not swapped: 2 of 2'],
  ])('of 2022, matched by position, --legacy-swap %s although the other would match', async (swapped, note) => {
    const sent = swapped ? [1, 2, 3, 4] : [2, 1, 4, 3];
    const line = (time: number, ...coordinates: number[]) => ({ id: 'A', time, coordinates });
    const json = await analyse({
      swapped,
      sent: [files.write('s', [line(1_000, sent[0]!, sent[1]!), line(2_000, sent[2]!, sent[3]!)])],
      received: files.write('r', [line(1_500, 1, 2), line(2_500, 3, 4)]),
    });
    expect(json).toMatchObject({ matched: 0 });
    expect(json.notes).toEqual([expect.stringContaining(note)]);
  });

  it('of 2022 say so too where clocks disagree', async () => {
    const line = (time: number) => ({ id: 'A', time, coordinates: [1, 2] });
    const json = await analyse({ sent: [files.write('s', [line(2_000)])], received: files.write('r', [line(1_500)]) });
    expect(json.notes).toEqual([expect.stringContaining('1 of 1 latencies received − sent')]);
  });
});
