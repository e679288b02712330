/** Whatever evidence is missing: no verdict contradicts what really happened. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnalyseOptions, account } from '../../src/analyser/analyse.ts';
import { joinDevice } from '../../src/analyser/device-evidence.ts';
import { type Evidence, gather } from '../../src/analyser/evidence.ts';
import { fatesOf } from '../../src/analyser/fate.ts';
import { findingsReport } from '../../src/analyser/report.ts';
import type { BackendVerdict } from '../../src/model.ts';
import { ingestLine, logFiles, receivedLine, sentLine, storedLine, sweptLine } from './log-files.ts';

/** What happens to one update on its way. */
interface Chance {
  /** Seconds of sample time after the one before. */
  readonly gap: number;
  /** How often it arrives: 0 is lost. */
  readonly deliveries: number;
  readonly malformed: boolean;
  readonly throttled: boolean;
  readonly polled: boolean;
}

interface Truth {
  readonly stored: boolean;
  readonly seen: boolean;
  readonly arrived: boolean;
  readonly lastCode: string | undefined;
  /** Nothing newer of the device was stored. */
  newest: boolean;
}

const chance: fc.Arbitrary<Chance> = fc.record({
  gap: fc.integer({ min: 1, max: 60 }),
  deliveries: fc.constantFrom(0, 1, 1, 1, 2),
  malformed: fc.constantFrom(false, false, false, false, true),
  throttled: fc.boolean(),
  polled: fc.boolean(),
});
const fleet = fc.array(fc.array(chance, { maxLength: 8 }), { minLength: 1, maxLength: 4 });

const missing = fc.record({
  received: fc.boolean(),
  history: fc.boolean(),
  /** Devices whose history was not read. */
  unswept: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
  ingest: fc.boolean(),
});

/** A tracker as Amazon Location is: it refuses what is older, and drops what is less than 30 s after the stored. */
function happen(devices: readonly (readonly Chance[])[]) {
  const truths = new Map<string, Truth>();
  const logs = devices.map((chances, index) => {
    const id = `D-${index}`;
    const log = { id, sent: [] as object[], received: [] as object[], stored: [] as object[], ingest: [] as object[] };
    let [sampleTime, newest, newestUpdate] = [1_000_000, Number.NEGATIVE_INFINITY, ''];
    chances.forEach(({ gap, deliveries, malformed, throttled, polled }, seq) => {
      sampleTime += gap * 1000;
      log.sent.push(sentLine(id, seq, sampleTime));
      let [stored, lastCode] = [false, undefined as string | undefined];
      for (let n = 0; n < deliveries; n++) {
        if (malformed) log.ingest.push(ingestLine(id, undefined, 'Malformed'));
        if (malformed) continue;
        if (throttled && n === 0) log.ingest.push(ingestLine(id, sampleTime, 'ThrottlingException'));
        lastCode = throttled && n === 0 && deliveries > 1 ? 'ThrottlingException' : undefined;
        if (lastCode !== undefined) continue;
        if (sampleTime <= newest) lastCode = 'ConflictException';
        else if (sampleTime - newest >= 30_000) stored = true;
        if (stored) newest = sampleTime;
        log.ingest.push(ingestLine(id, sampleTime, lastCode));
      }
      if (stored) log.stored.push(storedLine(id, sampleTime));
      if (stored && polled) log.received.push(receivedLine(id, sampleTime));
      const before = stored ? truths.get(newestUpdate) : undefined;
      if (before) before.newest = false;
      if (stored) newestUpdate = `${id} ${seq}`;
      truths.set(`${id} ${seq}`, {
        stored,
        seen: stored && polled,
        arrived: deliveries > 0,
        lastCode,
        newest: stored,
      });
    });
    return log;
  });
  return { logs, truths };
}

const CONTRADICTS: Record<BackendVerdict, (truth: Truth, code: string | undefined) => boolean> = {
  seen: ({ seen }) => !seen,
  superseded: ({ stored, seen, newest }) => !stored || seen || newest,
  filtered: ({ stored, arrived, lastCode }) => stored || !arrived || lastCode !== undefined,
  refused: ({ stored, lastCode }, code) => stored || lastCode !== code,
  lost: ({ arrived }) => arrived,
  unexplained: () => false,
};

describe('verdicts', () => {
  let files: ReturnType<typeof logFiles>;
  beforeAll(() => {
    files = logFiles();
  });
  afterAll(() => files.remove());

  type Logs = ReturnType<typeof happen>['logs'];

  function write(logs: Logs, { received, history, unswept, ingest }: Partial<Missing> = {}): AnalyseOptions {
    const half = Math.ceil(logs.length / 2);
    return {
      sent: [logs.slice(0, half), logs.slice(half)].map((some, i) =>
        files.write(
          `sent-${i}.ndjson`,
          some.flatMap(({ sent }) => sent),
        ),
      ),
      ...(received
        ? {}
        : {
            received: files.write(
              'received.ndjson',
              logs.flatMap((log) => log.received),
            ),
          }),
      ...(history
        ? {}
        : {
            history: files.write(
              'history.ndjson',
              logs.flatMap(({ id, stored }, i) =>
                unswept?.includes(i) ? [] : [...stored, sweptLine(id, stored.length)],
              ),
            ),
          }),
      ...(ingest
        ? {}
        : {
            ingest: files.write(
              'ingest.ndjson',
              logs.flatMap((log) => log.ingest),
            ),
          }),
    };
  }
  type Missing = typeof missing extends fc.Arbitrary<infer T> ? T : never;

  function verdicts(evidence: Evidence, options: AnalyseOptions) {
    const from = options.ingest === undefined ? 'nowhere' : 'ingest';
    const found = [];
    for (const { id, log } of evidence.logs()) {
      for (const { sent, ...rest } of fatesOf(joinDevice(log, evidence, from)))
        found.push({ update: `${id} ${sent.seq}`, ...rest });
    }
    return found;
  }

  it('never contradict the truth, whatever evidence is missing', async () => {
    await fc.assert(
      fc.asyncProperty(fleet, missing, async (devices, gone) => {
        const { logs, truths } = happen(devices);
        const options = write(logs, gone);
        for (const { update, backend, code } of verdicts(await gather(options), options)) {
          const truth = truths.get(update)!;
          expect(CONTRADICTS[backend](truth, code), `${update} ${backend}: ${JSON.stringify(truth)}`).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('explain everything where all evidence is there and every payload could be read', async () => {
    await fc.assert(
      fc.asyncProperty(fleet, async (devices) => {
        const { logs } = happen(
          devices.map((chances) => chances.map((one) => ({ ...one, malformed: false, polled: true }))),
        );
        const options = write(logs);
        const { unexplained } = await account(await gather(options), options);
        expect(unexplained).toBe(0);
      }),
    );
  });

  it('add up to what was sent, in every column, row and file order', async () => {
    await fc.assert(
      fc.asyncProperty(fleet, missing, async (devices, gone) => {
        const { logs } = happen(devices);
        const options = write(logs, gone);
        const findings = await account(await gather(options), options);
        const { seen, superseded, filtered, refused, lost, unexplained, acknowledged, failed, unknown } = findings;
        expect(seen + superseded + filtered + refused + lost + unexplained).toBe(findings.sent);
        expect(acknowledged + failed + unknown).toBe(findings.sent);
        const cells = Object.values(findings.cross).flatMap((row) => Object.values(row));
        expect(cells.reduce((a, b) => a + b, 0)).toBe(logs.flatMap(({ sent }) => sent).length);

        const turned = { ...options, sent: options.sent.toReversed() };
        const again = await account(await gather(turned), turned);
        expect(findingsReport(again).json).toEqual(findingsReport(findings).json);
      }),
    );
  });
});
