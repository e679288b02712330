import { readdir, readFile, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Summary } from '../../src/run/summary.ts';
import type { Target } from '../../src/target.ts';
import { type Ended, linesOf, program, type Simctl, simctl } from '../support/simctl.ts';

let cli: Simctl;
let local: { target: Target; readyFile: string; stop(): Promise<Ended> };
let devices: string[];
beforeAll(async () => {
  cli = await simctl();
  local = await cli.local();
  await cli.run('generate', '--agents', '12', '--seconds', '90', '--every', '30', '--seed', '3', '--out', 'fleet');
  devices = (await readFile(cli.file('fleet', 'devices.csv'), 'utf8'))
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.split(',')[0]!);
});
afterAll(async () => {
  await local?.stop();
  await cli.remove();
});

const run = (...args: string[]) =>
  cli.run(
    'run',
    '--target',
    local.readyFile,
    '--dataset',
    'fleet',
    '--pace',
    'replay:60',
    '--settle',
    '500',
    '--poll',
    '100',
    '--json',
    ...args,
  );

describe('a run against a stand-in that runs by itself', () => {
  test('without certificates it says what to do', async () => {
    const { code, stderr } = await run();
    expect(code).toBe(3);
    expect(stderr).toContain('12 of 12 devices have no certificate');
    expect(stderr).toContain('simctl provision');
  });

  test('provisioned, twice: the second run is later than the first, and all of both arrives', async () => {
    const made = await cli.run('provision', '--target', local.readyFile, '--dataset', 'fleet');
    expect(made.stdout).toContain('12 devices made');
    const again = await cli.run('provision', '--target', local.readyFile, '--dataset', 'fleet');
    expect(again.stdout).toContain('0 devices made, 12 there already');
    for (const out of ['first', 'second']) {
      const { stdout, stderr } = await run('--out', out);
      expect(JSON.parse(stdout || stderr)).toMatchObject({
        sent: 36,
        acknowledged: 36,
        refused: 0,
        filtered: 0,
        lost: 0,
        unexplained: 0,
      } satisfies Partial<Summary>);
    }
    const times = async (out: string) =>
      (await linesOf(cli.file(out, 'sent-00.ndjson'))).map(({ sampleTime }) => sampleTime as number);
    expect(Math.min(...(await times('second')))).toBeGreaterThanOrEqual(Math.max(...(await times('first'))) + 30_000);
  });

  test('the query API shows them, page by page if need be', async () => {
    const seen = new Set<string>();
    for (let i = 0; i < local.target.trackerCount; i++) {
      const answer = await fetch(`${local.target.queryEndpoint}/getLocation?type=list&trackername=sim-iot-tracker${i}`);
      for (const { DeviceId } of ((await answer.json()) as { Entries: { DeviceId: string }[] }).Entries)
        seen.add(DeviceId);
    }
    expect(seen).toEqual(new Set(devices));
  });

  test('the AWS CLI lists what the run sent, as in Figure 3 of the paper', async (context) => {
    const { code, stdout: version } = await program('/usr/bin/aws', ['--version']);
    if (code !== 0) return context.skip('the AWS CLI is absent (Debian package awscli)');
    const { port } = new URL(local.target.locationEndpoint!);
    const listed = new Set<string>();
    for (let i = 0; i < 10; i++) {
      const args = [
        'location',
        'list-device-positions',
        '--tracker-name',
        `sim-iot-tracker${i}`,
        '--endpoint-url',
        `http://localhost:${port}`,
      ];
      const { stdout, stderr } = await program('/usr/bin/aws', args, {
        AWS_ACCESS_KEY_ID: local.target.accessKeyId,
        AWS_SECRET_ACCESS_KEY: local.target.secretAccessKey,
        AWS_DEFAULT_REGION: local.target.region,
        AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
      });
      if (/Could not connect|Failed to resolve|Name or service/.test(stderr)) {
        return context.skip(`${version.trim()} needs tracking.localhost to resolve (Debian package libnss-myhostname)`);
      }
      for (const { DeviceId, Position, SampleTime } of JSON.parse(stdout).Entries) {
        expect([Position.length, typeof SampleTime]).toEqual([2, 'string']);
        listed.add(DeviceId);
      }
    }
    expect(listed).toEqual(new Set(devices));
  });

  test("mosquitto_pub with a device's certificate reaches its own topic, and is refused another's", async (context) => {
    const there = await program('mosquitto_pub', ['--help']);
    if (!`${there.stdout}${there.stderr}`.includes('mosquitto_pub'))
      return context.skip('mosquitto_pub is absent (Debian package mosquitto-clients)');
    const [own, other] = devices as [string, string];
    const { code } = await cli.run('fleet', 'export', own, '--target', local.readyFile, '--out', 'keys');
    expect(code).toBe(0);
    expect((await stat(cli.file('keys', `${own}.key.pem`))).mode & 0o777).toBe(0o600);
    const publish = (topic: string, message: string) =>
      program('mosquitto_pub', [
        ...['-h', local.target.mqttHost, '-p', String(local.target.mqttPort), '-i', own, '-q', '1'],
        ...[
          '--cafile',
          cli.file('keys', 'ca.pem'),
          '--cert',
          cli.file('keys', `${own}.cert.pem`),
          '--key',
          cli.file('keys', `${own}.key.pem`),
        ],
        ...['-t', `simUploadLocation/${topic}`, '-m', message],
      ]);
    const now = Math.floor(Date.now() / 1000);
    const message = (id: string) =>
      JSON.stringify({ payload: { deviceid: id, timestamp: now, location: { lat: 57.7, long: 11.97 } } });
    expect((await publish(own, message(own))).code).toBe(0);
    expect((await publish(other, message(other))).code).not.toBe(0);
    // Its own topic, and another's name inside: the handler refuses it by the topic's name.
    expect((await publish(own, message(other))).code).toBe(0);

    const position = async (id: string) => {
      const answer = await fetch(`${local.target.queryEndpoint}/getLocation?type=device&deviceid=${id}`);
      return Date.parse(((await answer.json()) as { SampleTime: string }).SampleTime);
    };
    await expect.poll(() => position(own), { timeout: 10_000 }).toBe(now * 1000);
    await expect
      .poll(
        async () =>
          (await linesOf(local.target.ingestLog!)).filter(({ code: refusal }) => refusal === 'DeviceMismatch').length,
        { timeout: 10_000 },
      )
      .toBe(1);
    expect(await position(other)).toBeLessThan(now * 1000);
  });

  test('fleet remove leaves nothing', async () => {
    const { code } = await cli.run('fleet', 'remove', '--target', local.readyFile, '--yes');
    expect(code).toBe(0);
    expect((await run('--out', 'third')).stderr).toContain('12 of 12 devices have no certificate');
  });
});

test.each(['iot-test', 'tracker-test'])('simctl %s goes there and back', async (command) => {
  const { code, stdout, stderr } = await cli.run(command);
  expect(`${code} ${stderr.replace(/.*/s, '')}`).toBe('0 ');
  expect(stdout).toMatch(/ms/);
});

test('a port in use is named, with the flag that changes it', async () => {
  const { port } = new URL(local.target.locationEndpoint!);
  const { code, stderr } = await cli.run('local', '--http-port', port, '--mqtt-port', '0', '--dir', 'second');
  expect(code).toBe(3);
  expect(stderr).toContain(port);
  expect(stderr).toContain('--http-port');
});

test('SIGTERM ends it: exit code 0, the ready file gone, and a run against it says so', async () => {
  const other = await cli.local('--dir', cli.file('other'));
  const { code } = await other.stop();
  expect(code).toBe(0);
  expect(await readdir(cli.dir)).not.toContain(other.readyFile.split('/').at(-1));
  const ended = await cli.run('run', '--target', other.readyFile, '--dataset', 'fleet');
  expect([ended.code, ended.stderr]).toEqual([3, expect.stringContaining('simctl local --ready-file')]);
});
