/** What trackers do, through the official client: the cases of the project's AWS notes, each with where it is known from. */
import { existsSync, readFileSync } from 'node:fs';
import * as location from '@aws-sdk/client-location';
import { beforeEach, describe, expect, it } from 'vitest';
import { defaultQuota } from '../../../src/local/trackers/quota.ts';
import type { WriteRules } from '../../../src/local/trackers/tracker.ts';
import { startTrackers } from '../../support/stand-in-trackers.ts';

type Server = Awaited<ReturnType<typeof startTrackers>>;
const NOTES = '../shared/aws/tracker-behaviour.cases.json';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const OLDER = 'timestamps older than already stored not allowed';

let server: Server;
beforeEach(async () => {
  server = await startTrackers();
  return () => server.close();
});

const T = 't';
const t = (seconds: number) => new Date(server.clock.now - HOUR + seconds * 1000);
const ago = (ms: number) => new Date(server.clock.now - ms);
const create = (more: Partial<location.CreateTrackerCommandInput> = {}) =>
  server.client.send(new location.CreateTrackerCommand({ TrackerName: T, ...more }));
const entry = (SampleTime: Date, more: Partial<location.DevicePositionUpdate> = {}): location.DevicePositionUpdate => ({
  DeviceId: 'd1',
  SampleTime,
  Position: [11.5761, 48.1371],
  ...more,
});
const batch = (Updates: location.DevicePositionUpdate[], TrackerName = T) =>
  server.client.send(new location.BatchUpdateDevicePositionCommand({ TrackerName, Updates }));
const update = (SampleTime: Date, more: Partial<location.DevicePositionUpdate> = {}) =>
  batch([entry(SampleTime, more)]);
const get = (DeviceId = 'd1', TrackerName = T) =>
  server.client.send(new location.GetDevicePositionCommand({ TrackerName, DeviceId }));
const history = (more: Partial<location.GetDevicePositionHistoryCommandInput> = {}) =>
  server.client.send(new location.GetDevicePositionHistoryCommand({ TrackerName: T, DeviceId: 'd1', ...more }));
const stored = async () => (await history()).DevicePositions!.map(({ SampleTime }) => SampleTime!.getTime());
const times = (...seconds: number[]) => seconds.map((second) => t(second).getTime());
const list = (more: Partial<location.ListDevicePositionsCommandInput> = {}) =>
  server.client.send(new location.ListDevicePositionsCommand({ TrackerName: T, ...more }));

const refusal = (name: string, httpStatusCode: number, message: unknown = expect.anything()) => ({
  name,
  message,
  $metadata: expect.objectContaining({ httpStatusCode }),
});
const INVALID = refusal('ValidationException', 400);
const rejected = (at: Date, message: unknown) => [
  { DeviceId: 'd1', SampleTime: at, Error: { Code: 'ValidationError', Message: message } },
];
/** North of a place by so many metres. */
const north = (metres: number): [number, number] => [11.5761, 48.1371 + metres / 111_195];

const CASES: Record<string, () => Promise<void>> = {
  async 'create-defaults'() {
    const { TrackerArn } = await create();
    expect(TrackerArn).toBe('arn:aws:geo:eu-west-1:000000000000:tracker/t');
    const raw = (await (await fetch(`${server.endpoint}/tracking/v0/trackers/t`)).json()) as Record<string, unknown>;
    const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(raw).toEqual({
      TrackerName: T,
      TrackerArn,
      Description: '',
      Tags: {},
      PositionFiltering: 'TimeBased',
      EventBridgeEnabled: false,
      PricingPlan: 'RequestBasedUsage',
      CreateTime: iso,
      UpdateTime: iso,
    });
  },
  async 'create-dup'() {
    await create();
    await expect(create()).rejects.toMatchObject(refusal('ConflictException', 409, 'Tracker already exists: t.'));
  },
  async 'create-badname'() {
    for (const TrackerName of ['bad/name', 'é', 'x'.repeat(101)])
      await expect(create({ TrackerName })).rejects.toMatchObject(INVALID);
  },
  async 'missing-tracker-get'() {
    await expect(get('d1', 'nope')).rejects.toMatchObject(
      refusal('ResourceNotFoundException', 404, 'Tracker not found: nope.'),
    );
  },
  async 'validation-before-lookup'() {
    const eleven = Array.from({ length: 11 }, () => entry(t(0)));
    await expect(batch(eleven, 'nope')).rejects.toMatchObject(INVALID);
  },
  async 'update-get'() {
    await create();
    const SampleTime = new Date(t(0).getTime() + 123);
    const more = { Accuracy: { Horizontal: 5 }, PositionProperties: { speed: '12.5' } };
    expect((await update(SampleTime, more)).Errors).toEqual([]);
    expect(await get()).toMatchObject({
      DeviceId: 'd1',
      SampleTime,
      ReceivedTime: new Date(server.clock.now),
      Position: [11.5761, 48.1371],
      ...more,
    });
  },
  async 'unknown-device'() {
    await create();
    await expect(get('never')).rejects.toMatchObject(
      refusal('ResourceNotFoundException', 404, 'records not found for given deviceId'),
    );
  },
  async 'time-filter'() {
    await create();
    for (const second of [0, 10, 29, 30, 61]) expect((await update(t(second))).Errors).toEqual([]);
    expect(await stored()).toEqual(times(0, 30, 61));
  },
  async 'time-filter-live'() {
    await create();
    await update(t(0));
    await update(t(10));
    expect((await get()).SampleTime).toEqual(t(0));
  },
  async 'older-than-stored'() {
    await create();
    await update(t(60));
    const { Errors, $metadata } = await update(t(30));
    expect($metadata.httpStatusCode).toBe(200);
    expect(Errors).toEqual(rejected(t(30), OLDER));
    expect(await stored()).toEqual(times(60));
  },
  async 'same-sampletime'() {
    await create();
    for (let i = 0; i < 2; i++) expect((await update(t(0))).Errors).toEqual([]);
    expect(await stored()).toEqual(times(0));
  },
  async 'older-within-30s'() {
    await create();
    await update(t(60));
    expect((await update(t(45))).Errors).toEqual(rejected(t(45), OLDER));
  },
  async 'in-batch-order'() {
    await create();
    expect((await batch([entry(t(60)), entry(t(0))])).Errors).toEqual(rejected(t(0), OLDER));
  },
  async 'too-old'() {
    await create();
    const at = ago(31 * DAY);
    expect((await update(at)).Errors).toEqual(rejected(at, expect.any(String)));
  },
  async future() {
    await create();
    expect((await update(ago(-HOUR))).Errors).toEqual([]);
    const strict = await startTrackers({ rules: { rejectOlder: true, rejectFuture: true } satisfies WriteRules });
    server.client.destroy();
    await server.close();
    server = strict;
    await create();
    expect((await update(ago(-HOUR))).Errors).toEqual(rejected(ago(-HOUR), expect.any(String)));
  },
  async 'lat-range'() {
    await create();
    const { Errors } = await update(t(0), { Position: [0, 91] });
    expect(Errors).toEqual(rejected(t(0), 'latitude must be between -90 and 90 degrees'));
  },
  async 'lon-range'() {
    await create();
    expect((await update(t(0), { Position: [-181, 0] })).Errors).toEqual(rejected(t(0), expect.any(String)));
  },
  async 'batch-size'() {
    await create();
    for (const count of [0, 11]) {
      const updates = Array.from({ length: count }, (_, i) => entry(t(30 * i)));
      await expect(batch(updates)).rejects.toMatchObject(INVALID);
    }
    expect(await stored()).toEqual([]);
  },
  async props() {
    await create();
    const bad = [
      Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((key) => [key, 'x'])),
      { ['k'.repeat(21)]: 'x' },
      { k: 'x'.repeat(151) },
      { '': 'x' },
    ];
    for (const PositionProperties of bad)
      await expect(update(t(0), { PositionProperties })).rejects.toMatchObject(INVALID);
    const good = { a: 'x', b: 'x', ['k'.repeat(20)]: 'x', d: 'x'.repeat(150) };
    expect((await update(t(0), { PositionProperties: good })).Errors).toEqual([]);
    expect((await get()).PositionProperties).toEqual(good);
  },
  async 'distance-filter'() {
    await create({ PositionFiltering: 'DistanceBased' });
    for (const [i, metres] of [0, 11, 56].entries()) await update(t(60 * i), { Position: north(metres) });
    expect(await stored()).toEqual(times(0, 120));
  },
  async 'accuracy-filter'() {
    await create({ PositionFiltering: 'AccuracyBased' });
    const moves = [
      [0, 5],
      [11, 10],
      [56, 10],
    ] as const;
    for (const [i, [metres, Horizontal]] of moves.entries())
      await update(t(60 * i), { Position: north(metres), Accuracy: { Horizontal } });
    expect(await stored()).toEqual(times(0, 120));
  },
  async 'batch-get-missing'() {
    await create();
    await update(t(0));
    const command = new location.BatchGetDevicePositionCommand({ TrackerName: T, DeviceIds: ['d1', 'ghost'] });
    expect(await server.client.send(command)).toMatchObject({ DevicePositions: [{ DeviceId: 'd1' }], Errors: [] });
  },
  async 'batch-get-11'() {
    await create();
    const DeviceIds = Array.from({ length: 11 }, (_, i) => `d${i}`);
    const command = new location.BatchGetDevicePositionCommand({ TrackerName: T, DeviceIds });
    await expect(server.client.send(command)).rejects.toMatchObject(INVALID);
  },
  async 'history-window'() {
    await create();
    const [early, late] = [ago(25 * HOUR), t(0)];
    await batch([entry(early), entry(late)]);
    expect(await stored()).toEqual([late.getTime()]);
    const both = await history({ StartTimeInclusive: early, EndTimeExclusive: new Date(late.getTime() + 1) });
    expect(both.DevicePositions!.map(({ SampleTime }) => SampleTime)).toEqual([early, late]);
    const open = await history({ StartTimeInclusive: early, EndTimeExclusive: late });
    expect(open.DevicePositions!.map(({ SampleTime }) => SampleTime)).toEqual([early]);
  },
  async 'history-paging'() {
    await create();
    await batch(Array.from({ length: 5 }, (_, i) => entry(t(30 * i))));
    const pages: number[][] = [];
    let NextToken: string | undefined;
    do {
      const page = await history({ MaxResults: 2, ...(NextToken ? { NextToken } : {}) });
      pages.push(page.DevicePositions!.map(({ SampleTime }) => SampleTime!.getTime()));
      NextToken = page.NextToken;
      if (NextToken) expect(NextToken.length).toBeLessThanOrEqual(2000);
    } while (NextToken);
    expect(pages).toEqual([times(0, 30), times(60, 90), times(120)]);
  },
  async 'list-positions'() {
    await create();
    const ids = Array.from({ length: 250 }, (_, i) => `d${i}`);
    for (let i = 0; i < 250; i += 10) await batch(ids.slice(i, i + 10).map((DeviceId) => entry(t(0), { DeviceId })));
    const seen: string[][] = [];
    let NextToken: string | undefined;
    do {
      const page = await list({ MaxResults: 100, ...(NextToken ? { NextToken } : {}) });
      for (const item of page.Entries!)
        expect(Object.keys(item).sort()).toEqual(['DeviceId', 'Position', 'SampleTime']);
      seen.push(page.Entries!.map(({ DeviceId }) => DeviceId!));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(seen.map((page) => page.length)).toEqual([100, 100, 50]);
    expect(seen.flat().sort()).toEqual([...ids].sort());
  },
  async 'list-positions-missing-tracker'() {
    await expect(list({ TrackerName: 'nope' })).rejects.toMatchObject(INVALID);
  },
  async 'delete-history'() {
    await create();
    await update(t(0));
    const command = new location.BatchDeleteDevicePositionHistoryCommand({ TrackerName: T, DeviceIds: ['d1'] });
    expect((await server.client.send(command)).Errors).toEqual([]);
    await expect(get()).rejects.toMatchObject(refusal('ResourceNotFoundException', 404));
    expect(await stored()).toEqual([]);
  },
  async throttle() {
    const { clock } = server;
    const busy = await startTrackers({ now: () => clock.now, admit: defaultQuota(() => clock.now) });
    await server.close();
    server = busy;
    await create();
    const second = async (from: number) => {
      const calls = Array.from({ length: 60 }, (_, i) => update(t(from), { DeviceId: `d${i}` }));
      return (await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected');
    };
    const refused = (await second(0)) as PromiseRejectedResult[];
    expect(refused).toHaveLength(20); // 80 % of 50 at once
    for (const { reason } of refused)
      expect(reason).toMatchObject(refusal('ThrottlingException', 429, 'Rate exceeded'));
    clock.now += 500; // 25 more
    expect(await second(30)).toHaveLength(35);
    await expect(get('never')).rejects.toMatchObject({ name: 'ResourceNotFoundException' }); // another operation, another bucket
  },
};

describe('trackers', () => {
  it.each(Object.keys(CASES))('%s', (id) => CASES[id]!());

  it.skipIf(!existsSync(NOTES))(`are tested for every case of ${NOTES} (skipped where it is absent)`, () => {
    const { cases } = JSON.parse(readFileSync(NOTES, 'utf8')) as { cases: { id: string }[] };
    expect(Object.keys(CASES).sort()).toEqual(cases.map(({ id }) => id).sort());
  });
});
