import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Progress, type Reporter, silentReporter } from '../../src/dashboard/reporter.ts';
import { openEventStream, type RunEvent } from '../../src/run/event-stream.ts';
import type { Summary } from '../../src/run/summary.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-events-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const snapshot = { sent: 3, devices: 2 } as Partial<Progress> as Progress;
const summary = { sent: 3 } as Partial<Summary> as Summary;

function tell(reporter: Reporter): void {
  reporter.step('connect', 'Connecting');
  reporter.progress(1, 2);
  reporter.fleet(snapshot);
  reporter.note('a "note"\nof two lines');
  reporter.stopping();
}

const SAID = [
  { v: 1, at: 7, event: 'step', step: 'connect', text: 'Connecting' },
  { v: 1, at: 7, event: 'progress', step: 'connect', done: 1, total: 2 },
  { v: 1, at: 7, event: 'snapshot', step: 'connect', snapshot: { sent: 3, devices: 2 } },
  { v: 1, at: 7, event: 'note', text: 'a "note"\nof two lines' },
  { v: 1, at: 7, event: 'stopping' },
  { v: 1, at: 7, event: 'end', summary: { sent: 3 } },
];
const parsed = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);

test('each thing that happens is a line, and the reporter behind hears of it too', async () => {
  const file = join(dir, 'events.ndjson');
  const events = openEventStream(file, () => 7);
  const heard: string[] = [];
  const behind = Object.fromEntries(
    Object.keys(silentReporter()).map((name) => [name, () => void heard.push(name)]),
  ) as unknown as Reporter;
  tell(events.watch(behind));
  expect(heard).toEqual(['step', 'progress', 'fleet', 'note', 'stopping']);
  // It can be followed while it grows.
  await expect.poll(async () => parsed(await readFile(file, 'utf8'))).toEqual(SAID.slice(0, -1));
  events.end(summary);
  await events.close();
  expect(parsed(await readFile(file, 'utf8'))).toEqual(SAID);
});

test('where nothing happened, no file is left', async () => {
  const file = join(dir, 'nothing.ndjson');
  await openEventStream(file, () => 7).close();
  expect(existsSync(file)).toBe(false);
});

test('whoever does not read standard output misses snapshots, and nothing else', async () => {
  const stdout = new PassThrough({ highWaterMark: 1 });
  const events = openEventStream('-', () => 7, stdout);
  const reporter = events.watch(silentReporter());
  reporter.note('x'.repeat(2 * 1024 * 1024));
  tell(reporter);
  events.end(summary);
  const closed = events.close();
  stdout.end();
  const chunks: Buffer[] = [];
  for await (const chunk of stdout) chunks.push(chunk as Buffer);
  await closed;
  const kinds = parsed(Buffer.concat(chunks).toString()).map(({ event }) => event);
  expect(kinds).toEqual(['note', 'step', 'note', 'stopping', 'end']);
});

test('a file that is there is not overwritten; one that cannot be is named', async () => {
  const file = join(dir, 'there');
  await writeFile(file, 'mine');
  expect(() => openEventStream(file, () => 7)).toThrow('is there already');
  expect(await readFile(file, 'utf8')).toBe('mine');
  expect(() => openEventStream(join(dir, 'no', 'where'), () => 7)).toThrow('there is no directory');
});
