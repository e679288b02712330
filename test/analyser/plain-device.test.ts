/** Neither the short way of plain devices nor what goes to disk changes a figure. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { account } from '../../src/analyser/analyse.ts';
import { joinDevice } from '../../src/analyser/device-evidence.ts';
import { gather, type RunLogs } from '../../src/analyser/evidence.ts';
import { fatesOf } from '../../src/analyser/fate.ts';
import { addDevice, addFate, newClocks, noFindings, stateClocks } from '../../src/analyser/findings.ts';
import { addPlainDevice, newLatencies } from '../../src/analyser/plain-device.ts';
import { findingsReport } from '../../src/analyser/report.ts';
import { ingestLine, logFiles, receivedLine, sentLine, storedLine, sweptLine } from './log-files.ts';

const files = logFiles();
afterAll(files.remove);

/** What the logs say of one update. */
interface Said {
  readonly failure: string | undefined;
  readonly seen: boolean;
  readonly stored: boolean;
  readonly answered: number;
  readonly lateMs: number;
  readonly backwards: boolean;
}

/** Nearly always all is well. */
const update: fc.Arbitrary<Said> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      failure: fc.constant(undefined),
      seen: fc.constant(true),
      stored: fc.constant(true),
      answered: fc.constant(1),
      lateMs: fc.integer({ min: -5, max: 500 }),
      backwards: fc.constant(false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      failure: fc.constantFrom(undefined, 'no-answer', 'not-connected'),
      seen: fc.boolean(),
      stored: fc.boolean(),
      answered: fc.constantFrom(0, 1, 2),
      lateMs: fc.integer({ min: -5, max: 500 }),
      backwards: fc.boolean(),
    }),
  },
);
const fleet = fc.array(fc.array(update, { maxLength: 6 }), { minLength: 1, maxLength: 40 });
const gone = fc.record({ received: fc.boolean(), history: fc.boolean(), ingest: fc.boolean() });

function write(
  devices: readonly (readonly Said[])[],
  has: { received: boolean; history: boolean; ingest: boolean },
): RunLogs {
  const lines = { sent: [] as object[], received: [] as object[], history: [] as object[], ingest: [] as object[] };
  devices.forEach((updates, n) => {
    const id = `D-${n}`;
    let stored = 0;
    updates.forEach(({ failure, seen, lateMs, answered, backwards, ...one }, seq) => {
      const sampleTime = 1_000_000 + (backwards ? seq - 2 : seq) * 30_000;
      const sentAt = 2_000_000 + seq * 1000 + 0.125;
      lines.sent.push(sentLine(id, seq, sampleTime, { sentAt, ...(failure === undefined ? {} : { failure }) }));
      if (seen) lines.received.push(receivedLine(id, sampleTime, { notBefore: sentAt - 3, seenAt: sentAt + lateMs }));
      if (one.stored) {
        lines.history.push(storedLine(id, sampleTime, Math.floor(sentAt) + lateMs));
        stored++;
      }
      for (let i = 0; i < answered; i++) lines.ingest.push(ingestLine(id, sampleTime));
    });
    lines.history.push(sweptLine(id, stored));
  });
  return {
    sent: [files.write('sent.ndjson', lines.sent)],
    ...(has.received ? { received: files.write('received.ndjson', lines.received) } : {}),
    ...(has.history ? { history: files.write('history.ndjson', lines.history) } : {}),
    ...(has.ingest ? { ingest: files.write('ingest.ndjson', lines.ingest) } : {}),
  };
}

/** Without the short way. */
async function theLongWay(logs: RunLogs) {
  const evidence = await gather(logs);
  const from = logs.ingest === undefined ? 'nowhere' : 'ingest';
  const findings = noFindings();
  findings.notes.push(...evidence.notes);
  findings.evidence.received = logs.received !== undefined;
  findings.evidence.ingest = from !== 'nowhere';
  let plain = 0;
  const nothing = noFindings();
  const clocks = newClocks();
  for (const { id, log } of evidence.logs()) {
    if (addPlainDevice(nothing, log, evidence, from, newLatencies(), newClocks())) plain++;
    const device = joinDevice(log, evidence, from);
    addDevice(findings, device);
    for (const fate of fatesOf(device)) addFate(findings, fate, device, clocks);
    expect(id).toMatch(/^D-/);
  }
  stateClocks(findings, clocks);
  return { findings, plain };
}

describe('the figures', () => {
  it('are the same by the short way and by the long', async () => {
    let plain = 0;
    await fc.assert(
      fc.asyncProperty(fleet, gone, async (devices, has) => {
        const logs = write(devices, has);
        const long = await theLongWay(logs);
        plain += long.plain;
        const short = await account(await gather(logs), logs);
        expect(findingsReport(short).json).toEqual(findingsReport(long.findings).json);
      }),
      { numRuns: 30 },
    );
    expect(plain).toBeGreaterThan(30); // else it would show nothing
  });

  it('are the same where everything had to go to disk', async () => {
    // Partitions hold a few hundred rows before any of them goes.
    const devices = Array.from({ length: 130 }, (_, n) =>
      Array.from({ length: 700 }, (_, i) => ({
        failure: undefined,
        seen: (n + i) % 7 > 0,
        stored: true,
        answered: 1,
        lateMs: i % 100,
        backwards: i > 2 && (n * i) % 97 === 1,
      })),
    );
    const logs = write(devices, { received: true, history: true, ingest: true });
    const [roomy, tight] = [await gather(logs), await gather(logs, { memoryBytes: 1 })];
    expect([roomy.spilled, tight.spilled > 1_000_000]).toEqual([0, true]);
    const [a, b] = [await account(roomy, logs), await account(tight, logs)];
    expect(findingsReport(b).json).toEqual(findingsReport(a).json);
    expect(b.sent).toBe(130 * 700);
  });
});
