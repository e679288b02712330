import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Summary } from '../../src/run/summary.ts';
import { scriptedBroker } from '../support/brokers.ts';
import { linesOf, type Simctl, simctl } from '../support/simctl.ts';

let cli: Simctl;
beforeAll(async () => {
  cli = await simctl();
  const size = ['--agents', '24', '--seconds', '120', '--every', '30', '--seed', '7'];
  expect((await cli.run('generate', ...size, '--out', 'fleet')).code).toBe(0);
});
afterAll(() => cli.remove());

const FLEET = ['--dataset', 'fleet', '--settle', '500', '--poll', '100'];

test('every fault at once, over two workers: marked, made good, and the promise kept', async () => {
  const faults = ['storm at 1s', 'cut 25% at 2s for 1s', 'half-open 3 times at random', 'slow 50% 100ms at 1s for 2s'];
  const flags = [...FLEET, '--pace', 'replay:20', '--workers', '2', '--ack-timeout', '1000', '--redeliver', '30000'];
  const said = faults.flatMap((fault) => ['--fault', fault]);
  const { code, stdout } = await cli.run('run', ...flags, ...said, '--out', 'harmed');
  expect(stdout).toContain('On purpose: storm at 1s');
  expect(stdout).toContain('EVERY UPDATE ARRIVED: 96 of 96');
  expect(stdout).toContain('PROMISE KEPT: no acknowledged update was lost (96), and none reached the trackers after');
  expect(code).toBe(0);

  const summary = JSON.parse(await readFile(cli.file('harmed', 'summary.json'), 'utf8')) as Summary;
  expect(summary).toMatchObject({ acknowledged: 96, lost: 0, reordered: 0, failed: 0, unknown: 0 });
  expect(summary.disconnects).toBeGreaterThanOrEqual(24 + 6);
  const done = (text: string) => summary.faults!.filter(({ fault }) => fault === text);
  expect(faults.map((text) => done(text).length)).toEqual([1, 1, 3, 1]);
  expect(done('storm at 1s')).toMatchObject([{ devices: 24, away: 0 }]);

  const marks = [
    ...(await linesOf(cli.file('harmed', 'sent-00.ndjson'))),
    ...(await linesOf(cli.file('harmed', 'sent-01.ndjson'))),
  ];
  const storm = marks.filter(({ fault, did }) => fault === 'storm at 1s' && did === 'begin');
  expect(storm.map(({ devices }) => devices as number).reduce((a, b) => a + b)).toBe(24);
  const slices = await linesOf(cli.file('harmed', 'timeline.ndjson'));
  expect(slices.flatMap(({ faults = [] }) => faults as string[])).toEqual(expect.arrayContaining(faults));
  // The marks are no updates: the analyser, which reads the same logs again, counts what was sent.
  const { stdout: again } = await cli.ask('analyse', 'harmed', '--json');
  expect(JSON.parse(again)).toMatchObject({ sent: 96, acknowledged: 96, lost: 0 });
});

test('whom a fault strikes, and when, is said before; the same for the same seed', async () => {
  const flags = ['run', '--dataset', 'fleet', '--dry-run', '--fault', 'cut 25% at random for 1s', '--out', 'dry'];
  const [one, other] = [await cli.ask(...flags, '--workers', '1'), await cli.ask(...flags, '--workers', '3')];
  const line = /on purpose: cut 25% at random for 1s: 6 of 24 devices, after [0-9.]+ s/;
  expect(one.stdout).toMatch(line);
  expect(line.exec(other.stdout)![0]).toBe(line.exec(one.stdout)![0]);
});

test.each([
  [['--fault', 'quake at 1s'], 'there is no fault "quake"'],
  [['--fault', 'storm at 1h'], 'after the last update'],
  [['--fault', 'storm at 1s', '--transport', 'tracker'], 'goes with iot and mqtt'],
  [['--fault', 'slow 1s at 1s for 1s', '--client', 'device-sdk'], 'goes with --client lean'],
  [['--redeliver', '1000', '--qos', '0'], '--redeliver goes with --qos 1'],
])('%j is refused', async (flags, text) => {
  const { code, stderr } = await cli.ask('run', '--dataset', 'fleet', ...flags, '--out', 'refused');
  expect([code, stderr]).toEqual([2, expect.stringContaining(text)]);
});

test('a worker thread that dies: the other is summarised, the dead one as far as its log goes; exit code 3', async () => {
  const dying = fileURLToPath(new URL('../support/dying-shard.cjs', import.meta.url));
  const env = ['env', `NODE_OPTIONS=--require ${dying}`, 'DIE_ONCE=written'];
  const flags = [...FLEET, '--pace', 'replay:10', '--workers', '2', '--out', 'died'];
  const { code, stdout } = await cli.startBy(env, 'run', ...flags).ended;
  expect(stdout).toMatch(
    /^INCOMPLETE: worker 1 died \(.+\), and the others were stopped\. Its \d+ attempts are those of its send log/m,
  );
  expect(code).toBe(3);
  const summary = JSON.parse(await readFile(cli.file('died', 'summary.json'), 'utf8')) as Summary;
  const logged = await Promise.all(['sent-00.ndjson', 'sent-01.ndjson'].map((name) => linesOf(cli.file('died', name))));
  expect(summary.deaths).toMatchObject([{ worker: 1, sent: logged[1]!.length }]);
  expect(summary.sent).toBe(logged[0]!.length + logged[1]!.length);
  expect(summary.sent).toBeLessThan(96);
  expect(summary).toMatchObject({ interrupted: false, lost: 0, planned: 96 });
});

test('a worker thread that ends by itself writes down what it had, to the last answer', async () => {
  const [first, second] = [new Set<string>(), new Set<string>()];
  let isOver = false;
  const broker = await scriptedBroker((packet, peer) => {
    if (packet.cmd !== 'publish') return false;
    // A device sends its second when its first has been answered, and noted; that gets no answer.
    const answers = isOver || !first.has(packet.topic);
    if (answers) peer.reply({ cmd: 'puback', messageId: packet.messageId! });
    else second.add(packet.topic);
    first.add(packet.topic);
    return true;
  });
  const dying = fileURLToPath(new URL('../support/dying-shard.cjs', import.meta.url));
  const env = ['env', `NODE_OPTIONS=--require ${dying}`, `DIE_ONCE=${cli.file('now')}`];
  const flags = ['--transport', 'mqtt', '--broker', `mqtt://127.0.0.1:${broker.port}`, '--pace', 'max'];
  const more = ['--workers', '2', '--ack-timeout', '600000', '--out', 'ended'];
  const { ended } = cli.startBy(env, 'run', ...FLEET, ...flags, ...more);
  await expect.poll(() => second.size, { timeout: 60_000 }).toBe(24);
  await writeFile(cli.file('now'), '');
  await expect.poll(() => broker.open(), { timeout: 60_000 }).toBe(12);
  // The other worker's devices wait for nothing more.
  isOver = true;
  broker.dropAll();
  const { code, stdout } = await ended;
  await broker.close();
  expect([code, stdout]).toEqual([3, expect.stringContaining('INCOMPLETE: worker 1 died')]);
  const logged = (await linesOf(cli.file('ended', 'sent-01.ndjson'))).map(({ seq, failure }) => [seq, failure]);
  expect(logged).toEqual(Array(12).fill([0, undefined]));
});

test('SIGTERM, twice: what has no answer is cut off, and the report says what is known', async () => {
  const broker = await scriptedBroker(({ cmd }) => cmd === 'publish'); // and never answers
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const flags = [...FLEET, '--transport', 'mqtt', '--broker', url, '--ack-timeout', '600000', '--out', 'terminated'];
  const { child, ended } = cli.start('run', ...flags);
  await broker.saw('publish');
  child.kill('SIGTERM');
  let stopping = false;
  child.stdout!.on('data', (chunk) => {
    // Once: a third signal would end whatever has done with its own.
    if (!stopping && String(chunk).includes('stopping')) stopping = child.kill('SIGTERM');
  });
  const { code, stdout } = await ended;
  await broker.close();
  expect([code, stdout]).toEqual([130, expect.stringContaining('INTERRUPTED')]);
  const summary = JSON.parse(await readFile(cli.file('terminated', 'summary.json'), 'utf8')) as Summary;
  expect(summary.acknowledged).toBe(0);
  expect(summary.unknown).toBeGreaterThan(0);
  expect(Object.keys(summary.failures)).toEqual(['interrupted']);
});

test('one device that the broker refuses stops no other', async () => {
  const [refused] = (await readFile(cli.file('fleet', 'devices.csv'), 'utf8')).split('\n')[1]!.split(',');
  const broker = await scriptedBroker((packet, peer) => {
    if (packet.cmd === 'publish') peer.reply({ cmd: 'puback', messageId: packet.messageId! });
    if (packet.cmd !== 'connect' || packet.clientId !== refused) return packet.cmd === 'publish';
    peer.reply({ cmd: 'connack', returnCode: 5, sessionPresent: false });
    return true;
  });
  const flags = [
    '--transport',
    'mqtt',
    '--broker',
    `mqtt://fleet:s3cret@127.0.0.1:${broker.port}`,
    '--pace',
    'max',
    '--out',
    'refused-one',
  ];
  const { stdout } = await cli.run('run', ...FLEET, ...flags, '--json');
  await broker.close();
  expect(JSON.parse(stdout)).toMatchObject({ acknowledged: 92, failed: 4, failures: { 'not-connected': 4 } });
  // Whoever gets the run's directory does not get the broker's password.
  const plan = await readFile(cli.file('refused-one', 'plan.json'), 'utf8');
  expect(plan).toContain('mqtt://fleet@127.0.0.1:');
  expect(plan + stdout).not.toContain('s3cret');
});
