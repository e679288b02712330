/** The handlers as they are deployed, against the stand-in's trackers. */
import { isBuiltin } from 'node:module';
import { LocationClient } from '@aws-sdk/client-location';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HttpEvent } from '../../../infra/lambdas/get-positions/index.ts';
import type { HttpReply } from '../../../infra/lambdas/get-positions/reply.ts';
import type { BatchReply, KinesisEvent } from '../../../infra/lambdas/store-batches/index.ts';
import { embeddedMetrics } from '../../support/embedded-metrics.ts';
import { encode } from '../../support/payload.ts';
import { startTrackers } from '../../support/stand-in-trackers.ts';

let server: Awaited<ReturnType<typeof startTrackers>>;
let admitted = true;
const context = { functionName: 'f' };
let store: (event: unknown) => Promise<void>;
let storeBatch: (event: KinesisEvent) => Promise<BatchReply>;
let get: (event: HttpEvent) => Promise<HttpReply>;

beforeAll(async () => {
  server = await startTrackers({ admit: () => admitted });
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_ENDPOINT_URL_LOCATION', server.endpoint);
  vi.stubEnv('LOCATION_DISABLE_HOST_PREFIX', '1');
  vi.stubEnv('TRACKER_PREFIX', 'tracker');
  vi.stubEnv('TRACKER_COUNT', '10');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  for (let i = 0; i < 9; i++) server.trackers.create(`tracker${i}`); // and no tracker9
  const [single, batches] = [
    await import('../../../infra/lambdas/store-positions/index.ts'),
    await import('../../../infra/lambdas/store-batches/index.ts'),
  ];
  store = (event) => single.handler(event, context);
  storeBatch = (event) => batches.handler(event, context);
  get = (await import('../../../infra/lambdas/get-positions/index.ts')).handler;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

let lines: Record<string, unknown>[];
/** The lines in the embedded metric format. */
let measured: Record<string, unknown>[];
beforeEach(() => {
  lines = [];
  measured = [];
  admitted = true;
  const print = vi.spyOn(console, 'log').mockImplementation((text) => {
    const line = JSON.parse(text);
    if ('_aws' in line) measured.push(line);
    else lines.push(line);
  });
  return () => print.mockRestore();
});

const update = (deviceId: string, second: number, seq = 0) => ({
  deviceId,
  seq,
  sampleTime: server.clock.now - 3_600_000 + second * 1000,
  position: [-86.78, 36.16] as const,
});
/** What the rule hands on. */
const event = (deviceId: string, second: number, seq = 0, device = deviceId) => ({
  ...JSON.parse(encode(update(deviceId, second, seq))),
  device,
});

/** What the invocations so far have counted. */
const counted = () =>
  measured.map((line) => {
    const read = embeddedMetrics(JSON.stringify(line))!;
    expect(read.every(({ namespace, dimensions }) => namespace === 'simctl' && dimensions.FunctionName === 'f')).toBe(
      true,
    );
    return Object.fromEntries(read.filter(({ value }) => value > 0).map(({ metric, value }) => [metric, value]));
  });

describe('what an invocation did', () => {
  it('is a line of metrics, which CloudWatch reads: accepted, refused as older, refused otherwise, failed', async () => {
    await store(event('MET-7001', 60));
    await store(event('MET-7001', 30));
    await store(event('MET-7001', -40 * 86_400));
    await store(event('MET-7001', 90, 0, 'MET-7002'));
    admitted = false;
    await expect(store(event('MET-7001', 120))).rejects.toThrow();
    expect(counted()).toEqual([
      { Accepted: 1, BatchSize: 1 },
      { RefusedAsOlder: 1, BatchSize: 1 },
      { Refused: 1, BatchSize: 1 },
      { Refused: 1 },
      { Failed: 1, BatchSize: 1 },
    ]);
  });

  it('is one line for a whole batch', async () => {
    const messages = Array.from({ length: 12 }, (_, i) => event(`MET-30${String(i).padStart(2, '0')}`, 0));
    const Records = [...messages, 'nothing'].map((message, i) => ({
      kinesis: { sequenceNumber: String(i), data: Buffer.from(JSON.stringify(message)).toString('base64') },
    }));
    await storeBatch({ Records });
    expect(counted()).toEqual([{ Accepted: 12, Refused: 1, BatchSize: 2 }]);
    expect(measured[0]).toMatchObject({ BatchSize: [10, 2] });
  });
});

describe('store-positions', () => {
  it('writes to the tracker of the device, and tells of each entry', async () => {
    await store(event('SLE-7115', 0, 4));
    const { sampleTime } = update('SLE-7115', 0);
    expect(lines).toEqual([
      { ingest: 1, at: expect.any(Number), id: 'SLE-7115', tracker: 'tracker7', sampleTime, seq: 4 },
    ]);
    expect(server.trackers.tracker('tracker7').positions.latest('SLE-7115', server.clock.now)).toMatchObject({
      sampleTime,
      position: [-86.78, 36.16],
    });
  });

  it('gives the tracker the accuracy, and speed and heading as properties, which the query API shows', async () => {
    const motion = { speed: 8.25, heading: 271, accuracy: 4.5 };
    await store({ ...JSON.parse(encode({ ...update('GPS-3000', 0), motion })), device: 'GPS-3000' });
    expect(server.trackers.tracker('tracker3').positions.latest('GPS-3000', server.clock.now)).toMatchObject({
      accuracy: 4.5,
      properties: { speed: '8.25', heading: '271' },
    });
    const reply = await get({
      rawPath: '/getLocation',
      queryStringParameters: { type: 'device', deviceid: 'GPS-3000' },
    });
    expect(JSON.parse(reply.body)).toMatchObject({
      Accuracy: { Horizontal: 4.5 },
      PositionProperties: { speed: '8.25', heading: '271' },
    });
  });

  it('finds the refusals in an answer that is no error', async () => {
    await store(event('OLD-1000', 60));
    await store(event('OLD-1000', 30, 1));
    await store(event('OLD-1000', 70, 2)); // filtered: nothing to tell it by
    expect(lines.map(({ seq, code, message }) => [seq, code, message])).toEqual([
      [0, undefined, undefined],
      [1, 'ValidationError', 'timestamps older than already stored not allowed'],
      [2, undefined, undefined],
    ]);
  });

  it('reads what the 2022 project sent', async () => {
    const legacy = JSON.parse(encode(update('LEG-1000', 0), { legacySwap: true }));
    await store({ ...legacy, device: 'LEG-1000' });
    const { sampleTime } = update('LEG-1000', 0);
    expect(lines).toEqual([{ ingest: 1, at: expect.any(Number), id: 'LEG-1000', tracker: 'tracker1', sampleTime }]);
    const stored = server.trackers.tracker('tracker1').positions.latest('LEG-1000', server.clock.now);
    expect(stored?.position).toEqual([36.16, -86.78]); // as its figure 3 shows it
  });

  it('refuses a payload that names another device than its topic', async () => {
    await store(event('VIC-2000', 0, 5, 'EVE-2000'));
    expect(lines).toEqual([
      expect.objectContaining({
        id: 'EVE-2000',
        seq: 5,
        code: 'DeviceMismatch',
        message: 'the payload names "VIC-2000"',
      }),
    ]);
    expect(server.trackers.tracker('tracker2').positions.latest('VIC-2000', server.clock.now)).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no object', [1]],
    ['no payload', { device: 'd' }],
    ['no position', { payload: { deviceid: 'd', timestamp: 1 }, device: 'd' }],
    [
      'a time beyond all dates',
      { payload: { deviceid: 'd', timestamp: 1e300, location: { lat: 0, long: 0 } }, device: 'd' },
    ],
    [
      'a seq that is none',
      { payload: { deviceid: 'd', timestamp: 1, location: { lat: 0, long: 0 }, seq: 'x' }, device: 'd' },
    ],
  ])('refuses for good what is malformed: %s', async (_, bad) => {
    await store(bad);
    expect(lines).toEqual([expect.objectContaining({ ingest: 1, code: 'Malformed', message: expect.any(String) })]);
  });

  it('fails where the call fails, after telling so, for Lambda to try again', async () => {
    admitted = false;
    await expect(store(event('SLE-7115', 90))).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(lines).toEqual([expect.objectContaining({ id: 'SLE-7115', code: 'ThrottlingException' })]);
    admitted = true;
    lines = [];
    await expect(store(event('GON-9000', 0))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(lines).toEqual([expect.objectContaining({ tracker: 'tracker9', code: 'ResourceNotFoundException' })]);
  });
});

describe('store-batches', () => {
  const batch = (...events: unknown[]): KinesisEvent => ({
    Records: events.map((event, i) => ({
      kinesis: { sequenceNumber: String(i), data: Buffer.from(JSON.stringify(event) ?? 'no JSON').toString('base64') },
    })),
  });
  const writes = () => vi.spyOn(LocationClient.prototype, 'send');
  const storedSeconds = (deviceId: string, tracker: string) =>
    server.trackers
      .tracker(tracker)
      .positions.history(deviceId, 0, server.clock.now, 100, server.clock.now)
      .map(({ sampleTime }) => (sampleTime - update(deviceId, 0).sampleTime) / 1000);

  it('writes ten of a tracker at a time, and puts right what came out of order', async () => {
    const sent = writes();
    const events = [60, 0, 30, 90].flatMap((second) =>
      ['BAT-0001', 'BAT-0002', 'BAT-0003', 'BAT-3000'].map((id) => event(id, second)),
    );
    expect(await storeBatch(batch(...events))).toEqual({ batchItemFailures: [] });
    expect(sent.mock.calls.map(([{ input }]) => (input as { Updates: unknown[] }).Updates.length)).toEqual([10, 2, 4]);
    sent.mockRestore();
    for (const [id, tracker] of [
      ['BAT-0001', 'tracker0'],
      ['BAT-3000', 'tracker3'],
    ] as const)
      expect(storedSeconds(id, tracker)).toEqual([0, 30, 60, 90]);
    expect(lines).toHaveLength(16);
    expect(lines.some((line) => 'code' in line)).toBe(false);
  });

  it('refuses what is malformed or not its own, and stores the rest', async () => {
    const reply = await storeBatch(
      batch(undefined, { device: 'd' }, event('VIC-0100', 0, 0, 'EVE-0100'), event('GOO-0100', 0)),
    );
    expect(reply).toEqual({ batchItemFailures: [] });
    expect(lines.map(({ code }) => code)).toEqual(['Malformed', 'Malformed', 'DeviceMismatch', undefined]);
  });

  it('names the records of a tracker that could not be written, and writes the others', async () => {
    const reply = await storeBatch(batch(event('FAI-9000', 0), event('FIN-8000', 0), event('FAI-9000', 30)));
    expect(reply).toEqual({ batchItemFailures: [{ itemIdentifier: '0' }, { itemIdentifier: '2' }] });
    expect(storedSeconds('FIN-8000', 'tracker8')).toEqual([0]);
  });

  it('does not let a later update pass one that failed', async () => {
    const events = Array.from({ length: 25 }, (_, i) => event('LON-6000', 30 * i));
    const real = LocationClient.prototype.send as (this: LocationClient, command: never) => never;
    let calls = 0;
    const second = writes().mockImplementation(function (this: LocationClient, command: unknown) {
      return ++calls === 2 ? (Promise.reject(new Error('reset')) as never) : real.call(this, command as never);
    });
    const { batchItemFailures } = await storeBatch(batch(...events));
    second.mockRestore();
    expect(batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier))).toEqual(
      Array.from({ length: 15 }, (_, i) => i + 10),
    );
    expect(storedSeconds('LON-6000', 'tracker6')).toHaveLength(10);
    expect(calls).toBe(2);
  });
});

describe('get-positions', () => {
  const ask = async (parameters: HttpEvent['queryStringParameters'], path = '/default/getLocation') => {
    const { statusCode, headers, body } = await get({
      rawPath: path,
      ...(parameters ? { queryStringParameters: parameters } : {}),
    });
    expect(headers).toEqual({ 'content-type': 'application/json', 'access-control-allow-origin': '*' });
    return [statusCode, JSON.parse(body)];
  };

  it('lists the devices of a tracker, page by page', async () => {
    for (let i = 0; i < 150; i++) {
      const position = { ...update(`LST-4${String(i).padStart(3, '0')}`, 0) };
      server.trackers.tracker('tracker4').positions.write(position, 'TimeBased', server.clock.now);
    }
    const [status, first] = await ask({ type: 'list', trackername: 'tracker4' });
    expect([status, first.Entries.length]).toEqual([200, 100]);
    const [, second] = await ask({ type: 'list', trackername: 'tracker4', nexttoken: first.NextToken });
    expect(second.Entries).toHaveLength(50);
    expect(second.NextToken).toBeUndefined();
    expect(second.Entries[0]).toEqual({
      DeviceId: 'LST-4100',
      Position: [-86.78, 36.16],
      SampleTime: expect.any(String),
    });
  });

  it('gives a device and its history, with its tracker or without', async () => {
    for (const second of [0, 30, 60]) await store(event('DEV-5000', second));
    const at = (second: number) => new Date(update('DEV-5000', second).sampleTime).toISOString();
    for (const trackername of [undefined, 'tracker5']) {
      expect(await ask({ type: 'device', deviceid: 'DEV-5000', trackername })).toEqual([
        200,
        expect.objectContaining({ DeviceId: 'DEV-5000', SampleTime: at(60), ReceivedTime: expect.any(String) }),
      ]);
      const end = String(update('DEV-5000', 60).sampleTime); // epoch ms will do
      const [status, history] = await ask({ type: 'history', deviceid: 'DEV-5000', start: at(0), end, trackername });
      expect([status, history.DevicePositions.map(({ SampleTime }: { SampleTime: string }) => SampleTime)]).toEqual([
        200,
        [at(0), at(30)],
      ]);
    }
  });

  it('finds the tracker of a device', async () => {
    expect(await ask({ deviceid: 'AWS-7686' }, '/default/get-device-without-tracker')).toEqual([
      200,
      { TrackerName: 'tracker7' },
    ]);
    expect(await ask({}, '/get-device-without-tracker')).toEqual([400, { message: 'deviceid is missing' }]);
  });

  it.each<[number, HttpEvent['queryStringParameters'], RegExp]>([
    [400, undefined, /type must be list, device or history, not ""/],
    [400, { type: 'all' }, /type must be .*not "all"/],
    [400, { type: 'list' }, /needs trackername/],
    [400, { type: 'list', trackername: '' }, /needs trackername/],
    [400, { type: 'device' }, /needs deviceid/],
    [400, { type: 'history', deviceid: 'd' }, /needs start and end/],
    [400, { type: 'history', deviceid: 'd', start: 'yesterday', end: '0' }, /needs start and end/],
    [400, { type: 'history', deviceid: 'd', start: '1', end: '0' }, /must be before/],
    [400, { type: 'list', trackername: 'a b' }, /must match/],
    [400, { type: 'list', trackername: 'tracker1', nexttoken: 'x' }, /NextToken/],
    [404, { type: 'device', deviceid: 'GHO-5000' }, /records not found/],
    [404, { type: 'device', deviceid: 'd', trackername: 'nope' }, /Tracker not found/],
    [404, { type: 'list', trackername: 'nope' }, /Tracker not found/],
  ])('answers %i to %j', async (status, parameters, message) => {
    expect(await ask(parameters)).toEqual([status, { message: expect.stringMatching(message) }]);
  });

  it('passes on that the account is throttled, and does not show what else went wrong', async () => {
    admitted = false;
    expect(await ask({ type: 'device', deviceid: 'd' })).toEqual([429, { message: 'Rate exceeded' }]);
    admitted = true;
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
    const broken = vi
      .spyOn(LocationClient.prototype, 'send')
      .mockRejectedValue(new Error('connect ECONNREFUSED') as never);
    expect(await ask({ type: 'device', deviceid: 'd' })).toEqual([502, { message: 'The tracker could not be asked' }]);
    expect(errors).toHaveBeenCalledWith('Error: connect ECONNREFUSED');
    broken.mockRestore();
    errors.mockRestore();
  });
});

describe('bundles', () => {
  it.each(['store-positions', 'store-batches', 'get-positions'])('of %s hold all that they need', async (name) => {
    const { outputFiles, metafile } = await build({
      entryPoints: [`infra/lambdas/${name}/index.ts`],
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      minify: true,
      write: false,
      metafile: true,
      outfile: 'out.mjs',
      logLevel: 'silent',
    });
    const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    expect(outside.filter((path) => !isBuiltin(path))).toEqual([]);
    expect(outputFiles[0]!.contents.length).toBeLessThan(1_000_000);
  });
});
