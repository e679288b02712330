/** However many threads read, and wherever a log is parted, the same is found. */
import { closeSync, openSync, statSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { account } from '../../src/analyser/analyse.ts';
import { gather, type RunLogs } from '../../src/analyser/evidence.ts';
import type { LogKind } from '../../src/analyser/log-forms.ts';
import type { ReadAhead } from '../../src/analyser/read-ahead.ts';
import { feedPart } from '../../src/analyser/read-thread.ts';
import { findingsReport } from '../../src/analyser/report.ts';
import { newBlockMaker } from '../../src/analyser/row-block.ts';
import { messageOf } from '../../src/errors.ts';
import { ingestLine, logFiles, receivedLine, sentLine, storedLine, sweptLine } from './log-files.ts';

const files = logFiles();
afterAll(files.remove);

/** As the threads do it, by turns; parts and chunks so small that they end anywhere in a line. */
function inParts(threads: number, part: number, chunkBytes: number): ReadAhead {
  const makers = Array.from({ length: threads }, (_, thread) => newBlockMaker(thread));
  const chunk = Buffer.alloc(chunkBytes);
  return {
    async *blocks(file: string, kind: LogKind) {
      const parts = Math.max(1, Math.ceil(statSync(file).size / part));
      const handle = openSync(file, 'r');
      for (let n = 0; n < parts; n++) {
        const to = n === parts - 1 ? Number.POSITIVE_INFINITY : (n + 1) * part;
        yield makers[(n * 7) % threads]!(kind, (feed) => feedPart(handle, n * part, to, feed, chunk));
      }
      closeSync(handle);
    },
    async close() {},
  };
}

const device = fc.integer({ min: 0, max: 12 }).map((n) => (n === 12 ? 'Zoë' : `DEV-${n}`));
const time = fc.integer({ min: 0, max: 5 }).map((n) => 1_000_000 + n * 30_000);
const text = fc.constantFrom(undefined, 'no-answer', 'not "connected"');
/** A line as simctl writes it, or in an order of its own, or with nothing in it. */
const written = (lines: fc.Arbitrary<object>) =>
  fc
    .tuple(lines, fc.constantFrom('as it is', 'as it is', 'as it is', 'turned', 'spaced', 'behind a blank one', 'crlf'))
    .map(([line, how]) => {
      const json = JSON.stringify(line);
      if (how === 'turned') return JSON.stringify(Object.fromEntries(Object.entries(line).reverse()));
      if (how === 'spaced') return json.replaceAll(',', ', ');
      if (how === 'crlf') return `${json}\r`;
      return how === 'as it is' ? json : `  \n${json}`;
    });
let seq = 0;
const log = (lines: fc.Arbitrary<object>) =>
  fc.tuple(
    fc.array(written(lines), { minLength: 1, maxLength: 60, size: 'max' }),
    fc.constantFrom('\n', '\n', '', '\n{"id":"DEV', '\n[]\n'),
  );
const logs = fc.record({
  sent: log(
    fc
      .tuple(device, time, text)
      .map(([id, at, failure]) => sentLine(id, seq++, at, failure === undefined ? {} : { failure })),
  ),
  received: log(fc.tuple(device, time).map(([id, at]) => receivedLine(id, at))),
  history: log(
    fc
      .tuple(device, time, fc.boolean())
      .map(([id, at, isStored]) => (isStored ? storedLine(id, at, at + 5) : sweptLine(id, 1))),
  ),
  ingest: log(
    fc.tuple(device, time, text, text).map(([id, at, code, message]) => ({
      ...ingestLine(id, at),
      ...(code && { code }),
      ...(message && { message }),
    })),
  ),
});

async function found(given: RunLogs, ahead?: ReadAhead): Promise<unknown> {
  try {
    const evidence = await gather(given, { workers: 1, ...(ahead && { ahead }) });
    const { strangers, received, codes } = evidence;
    return [strangers, received, codes, JSON.stringify(findingsReport(await account(evidence, given)).json)];
  } catch (error) {
    return messageOf(error);
  }
}

describe('logs read in parts', () => {
  it('say the same, in the same order, and name the same line where they are damaged', async () => {
    let [whole, damaged] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        logs,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 40, max: 3000 }),
        fc.integer({ min: 1, max: 300 }),
        async (texts, threads, part, chunk) => {
          const write = (name: LogKind) => {
            const file = files.write(`${name}.ndjson`, []);
            writeFileSync(file, texts[name][0].join('\n') + texts[name][1]);
            return file;
          };
          const given = {
            sent: [write('sent')],
            received: write('received'),
            history: write('history'),
            ingest: write('ingest'),
          };
          const expected = await found(given);
          if (typeof expected === 'string') damaged++;
          else whole++;
          expect(await found(given, inParts(threads, part, chunk))).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
    expect(Math.min(whole, damaged)).toBeGreaterThan(5); // else half of it would show nothing
  });

  it('say the same by real threads', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => [`DEV-${i % 17}`, Math.floor(i / 17)] as const);
    const given = {
      sent: [
        files.write(
          'sent.ndjson',
          lines.map(([id, n]) => sentLine(id, n, 1_000_000 + n * 30_000)),
        ),
      ],
      received: files.write(
        'received.ndjson',
        lines.filter((_, i) => i % 5 > 0).map(([id, n]) => receivedLine(id, 1_000_000 + n * 30_000)),
      ),
    };
    const evidence = await gather(given, { workers: 2, part: 20_000 });
    const one = await gather(given, { workers: 1 });
    expect(findingsReport(await account(evidence, given)).json).toEqual(findingsReport(await account(one, given)).json);
    expect(evidence.devices).toBe(17);
  });
});
