/**
 * The 2022 project's finding (section 4.4), on a simulated clock: functions that scale out reorder a device's updates,
 * the tracker refuses the late ones, and pacing, or a stream, is what helps.
 */
import { expect, it } from 'vitest';
import { EVENT_SOURCE_DEFAULTS, EventSource } from '../../src/local/kinesis/event-source.ts';
import { Stream } from '../../src/local/kinesis/stream.ts';
import { LambdaFunction } from '../../src/local/lambda/lambda-function.ts';
import { LAMBDA_DEFAULTS, type LambdaSettings } from '../../src/local/lambda/settings.ts';
import { TrackerPositions, WRITE_RULES } from '../../src/local/trackers/tracker.ts';
import { fakeClock } from '../support/fake-clock.ts';

const START = Date.UTC(2026, 10, 1);
const DEVICES = 10;
const UPDATES = 30;

interface Way {
  readonly settings?: Partial<LambdaSettings>;
  /** Pause of a device after each acknowledgement, ms. */
  readonly minGapMs: number;
  readonly stream?: boolean;
}

/** How many of 300 updates are stored, and how many refused. Every update passes the tracker's time filter. */
async function outcome({ settings = {}, minGapMs, stream = false }: Way) {
  const clock = fakeClock(START);
  const tracker = new TrackerPositions(WRITE_RULES);
  let [stored, refused] = [0, 0];
  const store = (deviceId: string, seq: number) => {
    const update = { deviceId, sampleTime: START - 86_400_000 + seq * 30_000, position: [0, 0] as const };
    if (tracker.write(update, 'TimeBased', clock.now()) === 'stored') stored++;
    else refused++;
  };
  const lambda = new LambdaFunction({
    name: 'f',
    clock,
    settings: { ...LAMBDA_DEFAULTS, serviceMs: 20, ...settings },
    load: async () => async (event) => {
      const records = stream
        ? (event as { Records: { kinesis: { data: string } }[] }).Records.map(({ kinesis }) =>
            JSON.parse(Buffer.from(kinesis.data, 'base64').toString()),
          )
        : [event];
      for (const [deviceId, seq] of records) store(deviceId, seq);
    },
  });
  const shards = new Stream({ name: 's', region: 'r', accountId: '0', shards: 4, now: clock.now });
  const invoke = (event: unknown) => lambda.invoke(event);
  const source = new EventSource({
    stream: shards,
    region: 'r',
    invoke,
    settings: EVENT_SOURCE_DEFAULTS,
    clock,
    onDropped: () => {},
  });
  const device = async (deviceId: string) => {
    for (let seq = 0; seq < UPDATES; seq++) {
      if (stream) shards.put(deviceId, Buffer.from(JSON.stringify([deviceId, seq])));
      else lambda.enqueue([deviceId, seq]);
      await clock.until(clock.now() + 1 + minGapMs); // the broker's acknowledgement, and the pause
    }
  };
  const devices = Array.from({ length: DEVICES }, (_, i) => device(`d${i}`));
  for (let ms = 0; ms < 60_000; ms += 500) await clock.advance(500);
  await Promise.all(devices);
  await Promise.all([lambda.idle(), source.idle()]);
  expect(stored + refused).toBe(DEVICES * UPDATES);
  return { stored, refused };
}

it('one environment keeps the order, at any pace', async () => {
  expect(await outcome({ settings: { environments: 1 }, minGapMs: 0 })).toEqual({ stored: 300, refused: 0 });
});

it('many environments lose it, as the paper saw', async () => {
  const { refused } = await outcome({ settings: { environments: 50 }, minGapMs: 0 });
  expect(refused).toBeGreaterThan(100);
});

it('so does the jitter of the queue, even with one', async () => {
  const { refused } = await outcome({ settings: { environments: 1, jitterMs: 50 }, minGapMs: 0 });
  expect(refused).toBeGreaterThan(50);
});

it('a pause after each update, longer than anything takes, gives it back', async () => {
  const settings = { environments: 50, jitterMs: 50 };
  expect(await outcome({ settings, minGapMs: 1000 })).toEqual({ stored: 300, refused: 0 });
});

it('a stream by device keeps it, with as many environments, and no pause', async () => {
  expect(await outcome({ settings: { environments: 50 }, minGapMs: 0, stream: true })).toEqual({
    stored: 300,
    refused: 0,
  });
});
