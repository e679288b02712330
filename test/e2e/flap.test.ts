/** Connections that drop again and again, on the built program: judged by what the other side noted itself. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Summary } from '../../src/run/summary.ts';
import { scriptedBroker } from '../support/brokers.ts';
import { linesOf, type Simctl, simctl } from '../support/simctl.ts';

let cli: Simctl;
beforeAll(async () => {
  cli = await simctl();
  const size = ['--agents', '24', '--seconds', '240', '--every', '30', '--seed', '7'];
  expect((await cli.run('generate', ...size, '--out', 'fleet')).code).toBe(0);
});
afterAll(() => cli.remove());

const FLAP = 'flap 50% every 700ms at 500ms for 4s';
const MOMENTS = 6; // 0, 700, … 3500 ms after the first
/** Nothing but the fault ends a connection, and whoever is away is waited for. */
const FLAGS = [
  ...['--dataset', 'fleet', '--settle', '500', '--poll', '100', '--pace', 'replay:40', '--workers', '2'],
  ...['--ack-timeout', '120000', '--redeliver', '600000', '--fault', FLAP],
];

async function leftBy(name: string) {
  const summary = JSON.parse(await readFile(cli.file(name, 'summary.json'), 'utf8')) as Summary;
  const log = (
    await Promise.all(['sent-00.ndjson', 'sent-01.ndjson'].map((file) => linesOf(cli.file(name, file))))
  ).flat();
  return {
    summary,
    marks: log.filter(({ fault }) => fault === FLAP),
    attempts: log.filter(({ seq }) => seq !== undefined),
  };
}

/** What was done is what is counted: by the summary, by the marks in the send logs, and by the connections themselves. */
async function expectCounted(name: string, stdout: string): Promise<void> {
  const { summary, marks } = await leftBy(name);
  const rounds = summary.faults!;
  expect(rounds.map(({ fault, round }) => [fault, round])).toEqual(
    Array.from({ length: MOMENTS }, (_, round) => [FLAP, round]),
  );
  expect(rounds[0]!.devices).toBe(12); // half of the fleet, all of it connected
  for (const { devices } of rounds) expect(devices).toBeLessThanOrEqual(12);
  const sum = (of: readonly { devices?: unknown; away?: unknown }[], what: 'devices' | 'away') =>
    of.reduce((n, { [what]: more }) => n + Number(more), 0);
  expect(summary.disconnects).toBe(sum(rounds, 'devices'));
  expect(summary.reconnects).toBe(summary.disconnects - sum(rounds, 'away'));
  const began = marks.filter(({ did }) => did === 'begin');
  expect([began.length, sum(began, 'devices')]).toEqual([2 * MOMENTS, summary.disconnects]);
  // Always the same half.
  const struck = new Set(began.flatMap(({ ids }) => ids as string[]));
  expect(struck.size).toBe(12);
  expect(stdout).toContain(`lost ${summary.disconnects} times, made again ${summary.reconnects} times`);
  expect(stdout).toMatch(new RegExp(`${FLAP}: 6 times from [0-9.]+ s on, 12 devices, `));
}

test('flap, through the backend: the promise is kept, by the ingest log as well', async () => {
  const { code, stdout } = await cli.run('run', ...FLAGS, '--out', 'backend');
  expect(stdout).toContain('EVERY UPDATE ARRIVED: 192 of 192');
  expect(stdout).toContain('PROMISE KEPT: no acknowledged update was lost (192), and none reached the trackers after');
  expect(code).toBe(0);
  await expectCounted('backend', stdout);

  const { attempts } = await leftBy('backend');
  const ingested = await linesOf(cli.file('backend', 'ingest.ndjson'));
  expectInOrder(
    attempts,
    ingested.map(({ id, seq }) => ({ id: id as string, seq: seq as number })),
  );
});

test('flap, against a broker that knows nothing of simctl: what it noted has each update, in order', async () => {
  const noted: { id: string; seq: number; dup: boolean }[] = [];
  let connects = 0;
  const broker = await scriptedBroker((packet, peer) => {
    if (packet.cmd === 'connect') connects++;
    if (packet.cmd !== 'publish') return false;
    const { payload } = JSON.parse(packet.payload.toString()) as { payload: { deviceid: string; seq: number } };
    noted.push({ id: payload.deviceid, seq: payload.seq, dup: packet.dup });
    peer.reply({ cmd: 'puback', messageId: packet.messageId! });
    return true;
  });
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const { code, stdout } = await cli.run('run', ...FLAGS, '--transport', 'mqtt', '--broker', url, '--out', 'broker');
  await broker.close();
  expect(code).toBe(0);
  // Nobody stores there, so nobody can tell; it is not claimed either.
  expect(stdout).toContain('PROMISE NOT PROVEN');
  await expectCounted('broker', stdout);

  const { summary, attempts } = await leftBy('broker');
  expect(summary).toMatchObject({ sent: 192, acknowledged: 192, failed: 0, unknown: 0 });
  expect(connects).toBe(24 + summary.reconnects);
  expectInOrder(attempts, noted);
  // What was sent again says so, and is counted; what the broken connection swallowed was counted too.
  const again = noted.filter(({ id, seq }, i) => noted.findIndex((one) => one.id === id && one.seq === seq) < i);
  for (const { dup } of again) expect(dup).toBe(true);
  expect(again.length).toBeLessThanOrEqual(summary.redeliveries);
});

/** Each acknowledged attempt is among them, and none comes after a later one of its device. */
function expectInOrder(
  attempts: readonly Record<string, unknown>[],
  noted: readonly { readonly id: string; readonly seq: number }[],
): void {
  const known = new Set(noted.map(({ id, seq }) => `${id} ${seq}`));
  const acknowledged = attempts.filter(({ failure }) => failure === undefined);
  expect(acknowledged).toHaveLength(192);
  for (const { id, seq } of acknowledged) expect(known).toContain(`${id} ${seq}`);
  for (const device of new Set(noted.map(({ id }) => id))) {
    const seqs = noted.filter(({ id }) => id === device).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  }
}
