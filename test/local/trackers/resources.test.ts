import * as location from '@aws-sdk/client-location';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PositionEvent } from '../../../src/local/trackers/trackers.ts';
import { startTrackers } from '../../support/stand-in-trackers.ts';

let server: Awaited<ReturnType<typeof startTrackers>>;
let events: PositionEvent[];
beforeEach(async () => {
  events = [];
  server = await startTrackers({ onPosition: (event) => events.push(event) });
  return () => server.close();
});

const send: location.LocationClient['send'] = ((command: never) => server.client.send(command)) as never;
const create = (TrackerName: string, more = {}) => send(new location.CreateTrackerCommand({ TrackerName, ...more }));
const describeTracker = (TrackerName: string) => send(new location.DescribeTrackerCommand({ TrackerName }));
const put = (TrackerName: string, DeviceId: string, SampleTime: Date, Position = [0, 0]) =>
  send(new location.BatchUpdateDevicePositionCommand({ TrackerName, Updates: [{ DeviceId, SampleTime, Position }] }));

describe('tracker resources', () => {
  it('are updated member by member', async () => {
    await create('t', { Description: 'first', EventBridgeEnabled: true });
    server.clock.now += 1000;
    await send(new location.UpdateTrackerCommand({ TrackerName: 't', PositionFiltering: 'DistanceBased' }));
    const { CreateTime, UpdateTime, ...now } = await describeTracker('t');
    expect(now).toMatchObject({ Description: 'first', EventBridgeEnabled: true, PositionFiltering: 'DistanceBased' });
    expect(UpdateTime!.getTime() - CreateTime!.getTime()).toBe(1000);
  });

  it('are listed by pages and deleted with their positions', async () => {
    for (const name of ['a', 'b', 'c']) await create(name);
    const first = await send(new location.ListTrackersCommand({ MaxResults: 2 }));
    const second = await send(new location.ListTrackersCommand({ MaxResults: 2, NextToken: first.NextToken }));
    expect([first, second].map(({ Entries }) => Entries!.map(({ TrackerName }) => TrackerName))).toEqual([
      ['a', 'b'],
      ['c'],
    ]);
    expect(second.NextToken).toBeUndefined();
    await put('a', 'd', new Date(server.clock.now));
    await send(new location.DeleteTrackerCommand({ TrackerName: 'a' }));
    await expect(describeTracker('a')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await create('a');
    expect((await send(new location.ListDevicePositionsCommand({ TrackerName: 'a' }))).Entries).toEqual([]);
  });

  it('do not take a token of another list', async () => {
    await create('a');
    await create('b');
    const { NextToken } = await send(new location.ListTrackersCommand({ MaxResults: 1 }));
    const foreign = send(new location.ListDevicePositionsCommand({ TrackerName: 'a', NextToken }));
    await expect(foreign).rejects.toMatchObject({ name: 'ValidationException' });
    const forged = send(new location.ListTrackersCommand({ NextToken: 'xyz' }));
    await expect(forged).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('are at most 500', async () => {
    for (let i = 1; i <= 500; i++) server.trackers.create(`t${i}`);
    await expect(create('t501')).rejects.toMatchObject({
      name: 'ServiceQuotaExceededException',
      $metadata: { httpStatusCode: 402 },
    });
  });

  it('have tags', async () => {
    const { TrackerArn: ResourceArn } = await create('t', { Tags: { a: '1', b: '2' } });
    await send(new location.TagResourceCommand({ ResourceArn, Tags: { c: '' } }));
    await send(new location.UntagResourceCommand({ ResourceArn, TagKeys: ['a', 'b'] }));
    expect((await send(new location.ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual({ c: '' });
    const Tags = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, '']));
    await expect(send(new location.TagResourceCommand({ ResourceArn, Tags }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const other = new location.ListTagsForResourceCommand({ ResourceArn: `${ResourceArn}x` });
    await expect(send(other)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('have at most five consumers', async () => {
    await create('t');
    const consumer = (i: number) => ({
      TrackerName: 't',
      ConsumerArn: `arn:aws:geo:eu-west-1:0:geofence-collection/g${i}`,
    });
    for (let i = 0; i < 5; i++) await send(new location.AssociateTrackerConsumerCommand(consumer(i)));
    const refusals = [
      [new location.AssociateTrackerConsumerCommand(consumer(0)), 'ConflictException'],
      [new location.AssociateTrackerConsumerCommand(consumer(5)), 'ServiceQuotaExceededException'],
      [new location.DisassociateTrackerConsumerCommand(consumer(5)), 'ResourceNotFoundException'],
    ] as const;
    for (const [call, name] of refusals) await expect(send(call as never)).rejects.toMatchObject({ name });
    await send(new location.DisassociateTrackerConsumerCommand(consumer(0)));
    const { ConsumerArns } = await send(new location.ListTrackerConsumersCommand({ TrackerName: 't' }));
    expect(ConsumerArns).toEqual([1, 2, 3, 4].map((i) => consumer(i).ConsumerArn));
  });

  it('tell of what passed the filter, and whether EventBridge is to know', async () => {
    await create('silent');
    await create('t', { EventBridgeEnabled: true });
    const at = new Date(server.clock.now);
    for (const [tracker, ms] of [
      ['silent', 0],
      ['t', 0],
      ['t', 1000],
      ['t', -1000],
      ['t', 30_000],
    ] as const)
      await put(tracker, 'd', new Date(at.getTime() + ms));
    expect(events.map(({ tracker, update }) => [tracker.eventBridgeEnabled, update.sampleTime - at.getTime()])).toEqual(
      [
        [false, 0],
        [true, 0],
        [true, 30_000],
      ],
    );
  });

  it('list the devices inside a polygon', async () => {
    await create('t');
    const at = new Date(server.clock.now);
    await put('t', 'in', at, [1, 1]);
    await put('t', 'out', at, [3, 1]);
    const list = (ring: number[][]) =>
      send(new location.ListDevicePositionsCommand({ TrackerName: 't', FilterGeometry: { Polygon: [ring] } }));
    const ring = [
      [0, 0],
      [2, 0],
      [2, 2],
      [0, 2],
      [0, 0],
    ];
    expect((await list(ring)).Entries!.map(({ DeviceId }) => DeviceId)).toEqual(['in']);
    for (const bad of [ring.slice(0, 4), ring.slice(0, 3), [...ring.slice(0, 4), [0, 91]]])
      await expect(list(bad)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
