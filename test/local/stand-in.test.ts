/** The stand-in as a whole, in its own process: a device publishes, and its position can be asked for. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTrackerCommand, ListDevicePositionsCommand, type LocationClient } from '@aws-sdk/client-location';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { locationClient } from '../../src/aws.ts';
import { openCredentialStore } from '../../src/fleet/credential-store.ts';
import { provision } from '../../src/fleet/provision.ts';
import { type StandIn, startStandIn } from '../../src/local/spawn.ts';
import type { IngestLine } from '../../src/logs.ts';
import type { Target } from '../../src/target.ts';
import { topicOf } from '../../src/wire.ts';
import { encode } from '../support/payload.ts';

const IDS = ['SLE-7115', 'AWS-1024'];

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-stand-in-'));
  return () => rm(dir, { recursive: true, force: true });
});

async function connect(target: Target, id: string): Promise<mqtt.MqttClient> {
  const store = openCredentialStore(target.credentialsDir);
  const { certificatePem: cert, privateKeyPem: key } = store.get(id)!;
  store.close();
  const url = `mqtts://${target.mqttHost}:${target.mqttPort}`;
  return mqtt.connectAsync(
    url,
    { ca: readFileSync(target.caFile!), cert, key, clientId: id, reconnectPeriod: 0, protocolVersion: 4 },
    false,
  );
}

const ingested = ({ ingestLog }: Target) =>
  readFileSync(ingestLog!, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as IngestLine);

describe('the stand-in', () => {
  let standIn: StandIn;
  let client: LocationClient;
  const target = () => standIn.target;

  beforeAll(async () => {
    standIn = await startStandIn({
      dir: join(dir, 'whole'),
      credentialsDir: join(dir, 'whole', 'credentials'),
      drop: ['AWS-1024@1'],
    });
    client = await locationClient(target());
    await provision({ target: target(), deviceIds: IDS });
  });
  afterAll(async () => {
    client.destroy();
    await standIn.stop();
  });

  it('says all that a run needs to know', () => {
    expect(target()).toMatchObject({
      name: 'local',
      region: 'eu-west-1',
      mqttHost: 'localhost',
      trackerPrefix: 'sim-iot-tracker',
      trackerCount: 10,
      credentialsDir: join(dir, 'whole', 'credentials'),
    });
    expect(target().pid).not.toBe(process.pid);
    expect(readFileSync(target().caFile!, 'utf8')).toContain('BEGIN CERTIFICATE');
  });

  it('carries an update from the device to whoever asks, and loses what it was told to lose', async () => {
    const now = Date.now() - 86_400_000;
    for (const id of IDS) {
      const device = await connect(target(), id);
      for (let seq = 0; seq < 3; seq++) {
        const update = { deviceId: id, seq, sampleTime: now + seq * 30_000, position: [-86.78, 36.16] as const };
        await device.publishAsync(topicOf(id), encode(update), { qos: 1 });
      }
      await device.endAsync();
    }
    await vi.waitFor(() => expect(ingested(target())).toHaveLength(5), { timeout: 10_000, interval: 20 });
    const lines = ingested(target());
    expect(lines.every(({ code }) => code === undefined)).toBe(true);
    expect(lines.map(({ id, tracker, seq }) => [id, tracker, seq]).sort()).toEqual([
      ['AWS-1024', 'sim-iot-tracker1', 0],
      ['AWS-1024', 'sim-iot-tracker1', 2],
      ['SLE-7115', 'sim-iot-tracker7', 0],
      ['SLE-7115', 'sim-iot-tracker7', 1],
      ['SLE-7115', 'sim-iot-tracker7', 2],
    ]);
    const { Entries } = await client.send(new ListDevicePositionsCommand({ TrackerName: 'sim-iot-tracker7' }));
    expect(Entries).toMatchObject([{ DeviceId: 'SLE-7115', SampleTime: new Date(now + 60_000) }]);
    const seen = await fetch(`${target().queryEndpoint}/getLocation?type=device&deviceid=SLE-7115`);
    expect(seen.headers.get('access-control-allow-origin')).toBe('*');
    expect(await seen.json()).toMatchObject({ DeviceId: 'SLE-7115', Position: [-86.78, 36.16] });
  });

  it('answers for the query API what the function does not', async () => {
    const ask = async (path: string, method = 'GET') => {
      const { status, headers } = await fetch(`${target().queryEndpoint}${path}`, { method });
      return [status, headers.get('access-control-allow-origin')];
    };
    expect(await ask('/getLocation', 'OPTIONS')).toEqual([204, '*']);
    expect(await ask('/getLocation', 'POST')).toEqual([404, '*']);
    expect(await ask('/nothing')).toEqual([404, '*']);
    expect(await ask('/getLocation?type=list')).toEqual([400, '*']);
  });

  it('tells of positions as EventBridge would be told', async () => {
    await client.send(new CreateTrackerCommand({ TrackerName: 'told', EventBridgeEnabled: true }));
    const SampleTime = new Date(Date.now() - 1000).toISOString();
    await fetch(`${target().locationEndpoint}/tracking/v0/trackers/told/positions`, {
      method: 'POST',
      body: JSON.stringify({ Updates: [{ DeviceId: 'd', SampleTime, Position: [1, 2], Accuracy: { Horizontal: 3 } }] }),
    });
    const file = join(dir, 'whole', 'events.ndjson');
    await vi.waitFor(() => expect(existsSync(file) && statSync(file).size).toBeTruthy(), {
      timeout: 10_000,
      interval: 20,
    });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      source: 'aws.geo',
      'detail-type': 'Location Device Position Event',
      detail: {
        EventType: 'UPDATE',
        TrackerName: 'told',
        DeviceId: 'd',
        SampleTime,
        Position: [1, 2],
        Accuracy: { Horizontal: 3 },
      },
    });
  });

  it('answers for CloudWatch what the services and the functions have measured', async () => {
    const { region, iotEndpoint: endpoint, accessKeyId, secretAccessKey } = target();
    const credentials = { accessKeyId: accessKeyId!, secretAccessKey: secretAccessKey! };
    const cloudWatch = new CloudWatchClient({ region, endpoint: endpoint!, credentials });
    const metric = (Namespace: string, MetricName: string, dimensions: Record<string, string>) => ({
      Namespace,
      MetricName,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    });
    const store = { FunctionName: 'store-positions' };
    const sums = [
      metric('AWS/IoT', 'PublishIn.Success', { Protocol: 'MQTT' }),
      metric('AWS/IoT', 'TopicMatch', { RuleName: 'store_positions' }),
      metric('AWS/IoT', 'Success', { RuleName: 'store_positions', ActionType: 'Lambda' }),
      metric('AWS/Lambda', 'Invocations', store),
      metric('AWS/Lambda', 'Errors', store),
      metric('simctl', 'Accepted', store),
      metric('simctl', 'RefusedAsOlder', store),
    ];
    const command = new GetMetricDataCommand({
      MetricDataQueries: sums.map((Metric, i) => ({ Id: `q${i}`, MetricStat: { Metric, Period: 3600, Stat: 'Sum' } })),
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 60_000),
    });
    const { MetricDataResults } = await cloudWatch.send(command);
    const total = (values: number[] = []) => values.reduce((sum, value) => sum + value, 0);
    expect(MetricDataResults!.map(({ Values }) => total(Values))).toEqual([6, 5, 5, 5, 0, 5, 0]);
    const { Metrics } = await cloudWatch.send(new ListMetricsCommand({ Dimensions: [{ Name: 'FunctionName' }] }));
    expect(Metrics!.map(({ MetricName }) => MetricName)).toEqual(
      expect.arrayContaining(['Duration', 'ConcurrentExecutions', 'BatchSize', 'Refused']),
    );
    cloudWatch.destroy();
  });

  const environment = () => ({
    ...process.env,
    AWS_DEFAULT_REGION: target().region,
    AWS_ACCESS_KEY_ID: target().accessKeyId,
    AWS_SECRET_ACCESS_KEY: target().secretAccessKey,
    AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    ENDPOINT: target().locationEndpoint,
  });
  async function output(command: string, args: string[]): Promise<unknown> {
    const child = spawn(command, args, { env: environment() });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => {
      out += text;
    });
    child.stderr.on('data', (text) => {
      err += text;
    });
    const [code] = await once(child, 'close');
    expect([code, err]).toEqual([0, '']);
    return out.trim() === '' ? undefined : JSON.parse(out);
  }
  const has = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;

  it.skipIf(!has('aws', '--version'))(
    'answers the AWS CLI (skipped where there is no `aws`)',
    { timeout: 60_000 },
    async () => {
      const aws = (...args: string[]) => output('aws', [...args, '--endpoint-url', target().locationEndpoint!]);
      const listed = await aws('location', 'list-device-positions', '--tracker-name', 'sim-iot-tracker7');
      expect(listed).toMatchObject({ Entries: [{ DeviceId: 'SLE-7115', Position: [-86.78, 36.16] }] });
      expect(await aws('iot', 'get-topic-rule', '--rule-name', 'store_positions')).toMatchObject({
        rule: { sql: "SELECT *, topic(2) AS device FROM 'simUploadLocation/+'" },
      });
      const { QueueUrl } = (await aws('sqs', 'create-queue', '--queue-name', 'q')) as { QueueUrl: string };
      await aws('sqs', 'send-message', '--queue-url', QueueUrl, '--message-body', 'hello');
      const received = await aws('sqs', 'receive-message', '--queue-url', QueueUrl);
      expect(received).toMatchObject({ Messages: [{ Body: 'hello' }] });
    },
  );

  it.skipIf(!has('python3', '-c', 'import boto3'))(
    'answers boto3 (skipped where there is none)',
    { timeout: 60_000 },
    async () => {
      const script = `
import boto3, json, os
client = boto3.client('location', endpoint_url=os.environ['ENDPOINT'])
position = client.get_device_position(TrackerName='sim-iot-tracker7', DeviceId='SLE-7115')
try:
    client.get_device_position(TrackerName='nope', DeviceId='d')
except client.exceptions.ResourceNotFoundException as error:
    print(json.dumps([position['Position'], error.response['Error']['Message']]))
`;
      expect(await output('python3', ['-c', script])).toEqual([[-86.78, 36.16], 'Tracker not found: nope.']);
    },
  );

  it('says what it did when it is stopped, as often as it is', async () => {
    const report = await standIn.stop();
    expect(report).toMatchObject({
      rules: { messages: 6, matched: 5, discarded: 1, failed: 0 },
      store: { invocations: 5, errors: 0, dropped: 0 },
    });
    expect(report.cpuSeconds).toBeGreaterThan(0);
    expect(await standIn.stop()).toBe(report);
    expect(() => process.kill(target().pid!, 0)).toThrow('ESRCH');
  });
});

describe('the other ways to the trackers', () => {
  it.each(['stream', 'direct'] as const)('%s: an update is stored, and one that is too old refused', async (ingest) => {
    const home = join(dir, ingest);
    const standIn = await startStandIn({ dir: home, credentialsDir: join(home, 'credentials'), ingest, jitterMs: 1 });
    const { target } = standIn;
    await provision({ target, deviceIds: ['AWS-7686'] });
    const device = await connect(target, 'AWS-7686');
    const now = Date.now() - 86_400_000;
    const publish = (update: { seq: number; sampleTime: number }) =>
      device.publishAsync(topicOf('AWS-7686'), encode({ deviceId: 'AWS-7686', position: [-86.78, 36.16], ...update }), {
        qos: 1,
      });
    await publish({ seq: 0, sampleTime: now + 123 });
    await publish({ seq: 1, sampleTime: now - 31 * 86_400_000 });
    await device.endAsync();
    // What is under way is finished before it stops.
    const { rules } = await standIn.stop();
    expect(rules).toMatchObject({ messages: 2, matched: 2 });
    const lines = ingested(target).sort((a, b) => a.seq! - b.seq!);
    expect(lines).toEqual([
      { ingest: 1, at: expect.any(Number), id: 'AWS-7686', tracker: 'sim-iot-tracker7', sampleTime: now + 123, seq: 0 },
      expect.objectContaining({ seq: 1, code: 'ValidationError', message: expect.stringContaining('30 days') }),
    ]);
  });
});
