/** The clients that are not JavaScript: Debian's AWS CLI and boto3, over every operation on trackers. */
import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cloudWatchApi } from '../../../src/local/cloudwatch/api.ts';
import { openMetrics } from '../../../src/local/cloudwatch/metrics.ts';
import { createDoor } from '../../../src/local/http.ts';
import { locationApi } from '../../../src/local/trackers/api.ts';
import { Trackers } from '../../../src/local/trackers/trackers.ts';
import { program } from '../../support/simctl.ts';

const AWS = '/usr/bin/aws';
const PYTHON = '/usr/bin/python3';
const BOTO = '/usr/lib/python3/dist-packages/boto3/__init__.py';
const resolves = await lookup('cp.tracking.localhost').then(
  () => true,
  () => false,
);
/** What is missing, in words for the test's name. */
const without = (file: string, pack: string) => [
  ...(existsSync(file) ? [] : [`the Debian package ${pack} is absent`]),
  ...(resolves ? [] : ['tracking.localhost does not resolve (Debian package libnss-myhostname)']),
];

let port: number;
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-clients-'));
  const metrics = openMetrics(dir, Date.now);
  metrics.ofFunction('f', 'Duration', 5);
  metrics.ofFunction('f', 'Duration', 7);
  const trackers = new Trackers({ region: 'eu-west-1', accountId: '000000000000', now: Date.now });
  const door = await createDoor([locationApi(trackers), cloudWatchApi(metrics, Date.now)], {
    host: '127.0.0.1',
    port: 0,
  });
  port = door.port;
  return async () => {
    await door.close();
    await metrics.close();
    await rm(dir, { recursive: true });
  };
});

/** Nothing of whoever runs the tests, and nothing that would keep the host prefix away. */
const environment = () => ({
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_MAX_ATTEMPTS: '1',
  AWS_PAGER: '',
  PYTHONPATH: '',
  PYTHONUTF8: '1',
});

const missingBoto = without(BOTO, 'python3-boto3');
describe.skipIf(missingBoto.length > 0)(`boto3${missingBoto.map((what) => `, skipped: ${what}`).join('')}`, () => {
  it.each(['prefix', 'bare'])('does everything (host: %s)', { timeout: 120_000 }, async (host) => {
    const script = fileURLToPath(new URL('./tracker_operations.py', import.meta.url));
    const endpoint = `http://${host === 'prefix' ? 'localhost' : '127.0.0.1'}:${port}`;
    const { code, stdout, stderr } = await program(PYTHON, [script, endpoint, host], environment());
    expect([code, stderr]).toEqual([0, '']);
    const name = `boto-${host}`;
    expect(JSON.parse(stdout)).toEqual({
      conflict: ['ConflictException', 409, `Tracker already exists: ${name}.`],
      described: [name, 'other', 'DistanceBased', { a: '1' }],
      listed: [name],
      tags: { b: '2' },
      consumers: ['arn:aws:geo:eu-west-1:000000000000:geofence-collection/c'],
      'no consumers': [],
      written: [['dé-2', 'ValidationError', 'latitude must be between -90 and 90 degrees']],
      older: [['dé-1', 'ValidationError', 'timestamps older than already stored not allowed']],
      latest: [[11.97, 57.71], true, true],
      several: ['dé-1', 'dé-3'],
      history: [
        [true, { Horizontal: 2.5 }, { speed: '3' }],
        [false, null, null],
      ],
      devices: ['dé-1', 'dé-3'],
      forgotten: ['ResourceNotFoundException', 404, 'records not found for given deviceId'],
      invalid: ['ValidationException', 400, expect.any(String)],
      gone: ['ResourceNotFoundException', 404, `Tracker not found: ${name}.`],
      metrics: ['Duration'],
      data: [12, 'Complete'],
    });
  });
});

const missingCli = without(AWS, 'awscli');
describe.skipIf(missingCli.length > 0)(`the AWS CLI${missingCli.map((what) => `, skipped: ${what}`).join('')}`, () => {
  let ask: (args: readonly string[]) => Promise<[code: number, stdout: string, stderr: string]>;
  beforeAll(() => {
    const commands = fileURLToPath(new URL('./aws_cli.py', import.meta.url));
    const env = { ...process.env, ...environment() };
    const child = spawn(PYTHON, [commands], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
    ask = async (args) => {
      child.stdin.write(`${JSON.stringify(args)}\n`);
      return JSON.parse((await answers.next()).value ?? 'null');
    };
    return async () => {
      child.stdin.end();
      await once(child, 'close');
    };
  });

  const aws = async (service: string, command: string, more: object = {}) => {
    const options = Object.entries(more).flatMap(([name, value]) => [
      `--${name}`,
      ...(typeof value === 'string' ? [value] : [JSON.stringify(value)]),
    ]);
    const [code, stdout, stderr] = await ask([
      service,
      command,
      '--endpoint-url',
      `http://localhost:${port}`,
      ...options,
    ]);
    return { code, stdout, stderr };
  };
  async function output(service: string, command: string, more: object = {}) {
    const { code, stdout, stderr } = await aws(service, command, more);
    expect([command, code, stderr]).toEqual([command, 0, '']);
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  }
  const location = (command: string, more: object = {}) => output('location', command, more);
  const refused = async (command: string, more: object) => {
    const { code, stderr } = await aws('location', command, more);
    expect(code).not.toBe(0);
    return stderr.trim();
  };

  it('does everything', { timeout: 240_000 }, async () => {
    const of = { 'tracker-name': 'cli' };
    const device = { ...of, 'device-id': 'd-1' };
    const { TrackerArn } = await location('create-tracker', { ...of, tags: { a: '1' } });
    const arn = { 'resource-arn': TrackerArn as string };
    const begin = Date.now() - 3_600_000;
    const update = (DeviceId: string, second: number, latitude: number) => ({
      DeviceId,
      SampleTime: new Date(begin + second * 1000).toISOString(),
      Position: [11.97, latitude],
    });
    const updates = [update('d-1', 0, 57.7), update('d-1', 60, 57.71), update('d-2', 0, 91), update('d-3', 0, 57.72)];
    const written = await location('batch-update-device-position', { ...of, updates });
    expect(written.Errors).toMatchObject([{ DeviceId: 'd-2', Error: { Code: 'ValidationError' } }]);
    await location('update-tracker', { ...of, description: 'other' });
    await location('tag-resource', { ...arn, tags: { b: '2' } });
    await location('untag-resource', { ...arn, 'tag-keys': 'a' });
    const consumer = { 'consumer-arn': 'arn:aws:geo:eu-west-1:000000000000:geofence-collection/c' };
    await location('associate-tracker-consumer', { ...of, ...consumer });

    const [tracker, trackers, tags, consumers, latest, several, history, devices] = await Promise.all([
      location('describe-tracker', of),
      location('list-trackers'),
      location('list-tags-for-resource', arn),
      location('list-tracker-consumers', of),
      location('get-device-position', device),
      location('batch-get-device-position', { ...of, 'device-ids': 'd-1' }),
      location('get-device-position-history', { ...device, 'page-size': '1' }),
      location('list-device-positions', { ...of, 'page-size': '1' }),
    ]);
    expect(tracker).toMatchObject({ Description: 'other', PositionFiltering: 'TimeBased', Tags: { b: '2' } });
    expect(trackers.Entries).toMatchObject([{ TrackerName: 'cli' }]);
    expect(tags).toEqual({ Tags: { b: '2' } });
    expect(consumers.ConsumerArns).toEqual([consumer['consumer-arn']]);
    expect(latest).toMatchObject({ DeviceId: 'd-1', Position: [11.97, 57.71] });
    expect(several.DevicePositions).toMatchObject([{ DeviceId: 'd-1' }]);
    expect(history.DevicePositions.map(({ Position }: { Position: number[] }) => Position[1])).toEqual([57.7, 57.71]);
    expect(devices.Entries.map(({ DeviceId }: { DeviceId: string }) => DeviceId)).toEqual(['d-1', 'd-3']);

    await location('disassociate-tracker-consumer', { ...of, ...consumer });
    await location('batch-delete-device-position-history', { ...of, 'device-ids': 'd-1' });
    const [forgotten, conflict] = await Promise.all([
      refused('get-device-position', device),
      refused('create-tracker', of),
    ]);
    expect(forgotten).toContain('(ResourceNotFoundException)');
    expect(forgotten).toContain('records not found for given deviceId');
    expect(conflict).toContain('(ConflictException)');
    await location('delete-tracker', of);
    expect(await refused('describe-tracker', of)).toContain('Tracker not found: cli.');

    const Metric = {
      Namespace: 'AWS/Lambda',
      MetricName: 'Duration',
      Dimensions: [{ Name: 'FunctionName', Value: 'f' }],
    };
    const data = await output('cloudwatch', 'get-metric-data', {
      'metric-data-queries': [{ Id: 'q', MetricStat: { Metric, Period: 3600, Stat: 'Maximum' } }],
      'start-time': new Date(begin).toISOString(),
      'end-time': new Date(begin + 7_200_000).toISOString(),
    });
    expect(data.MetricDataResults).toMatchObject([{ Id: 'q', StatusCode: 'Complete', Values: [7] }]);
  });
});
