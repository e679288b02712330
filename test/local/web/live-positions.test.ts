import { BatchUpdateDevicePositionCommand } from '@aws-sdk/client-location';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LivePositions, livePositions } from '../../../src/local/web/live-positions.ts';
import { startTrackers } from '../../support/stand-in-trackers.ts';

let live: LivePositions;
let server: Awaited<ReturnType<typeof startTrackers>>;
beforeAll(async () => {
  live = livePositions(1);
  server = await startTrackers({ onPosition: live.add, apis: [live.api] });
  server.trackers.create('t');
});
afterAll(async () => {
  live.close();
  await server.close();
});

async function send(deviceId: string, second: number, more: object = {}) {
  const SampleTime = new Date(server.clock.now - 3_600_000 + second * 1000);
  const Updates = [{ DeviceId: deviceId, SampleTime, Position: [11.97, 57.7], ...more }];
  await server.client.send(new BatchUpdateDevicePositionCommand({ TrackerName: 't', Updates }));
}

/** The next event of a stream. */
async function event(reader: ReadableStreamDefaultReader<string>): Promise<unknown[]> {
  for (let text = ''; ; ) {
    text += (await reader.read()).value;
    const data = /^data: (.*)$/m.exec(text);
    if (data && text.endsWith('\n\n')) return JSON.parse(data[1]!);
  }
}

const look = async () => {
  const { body } = await fetch(`${server.endpoint}/events`);
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  await reader.read(); // what it begins with: from now on it is a viewer
  return reader;
};

test('a viewer is told of what is stored, and of nothing that is filtered or refused', async () => {
  const reader = await look();
  await send('A-1', 0, { Accuracy: { Horizontal: 4.5 }, PositionProperties: { speed: '8.5' } });
  await send('A-1', 5); // filtered: less than 30 s later
  await send('A-1', -60); // refused: older
  await send('B-1', 0);
  const told = await event(reader);
  if (told.length < 2) told.push(...(await event(reader)));
  expect(told).toEqual([
    {
      TrackerName: 't',
      DeviceId: 'A-1',
      SampleTime: expect.stringMatching(/Z$/),
      ReceivedTime: expect.stringMatching(/Z$/),
      Position: [11.97, 57.7],
      Accuracy: { Horizontal: 4.5 },
      PositionProperties: { speed: '8.5' },
    },
    expect.objectContaining({ DeviceId: 'B-1' }),
  ]);
  await reader.cancel();
});

test('several viewers see the same; one that has gone disturbs nobody', async () => {
  const [a, b, gone] = await Promise.all([look(), look(), look()]);
  await gone.cancel();
  await send('C-1', 0);
  const [first, second] = await Promise.all([event(a), event(b)]);
  expect(first).toEqual(second);
  expect(first).toEqual([expect.objectContaining({ DeviceId: 'C-1' })]);
  await Promise.all([a.cancel(), b.cancel()]);
});

test('viewers are bounded', async () => {
  const readers = await Promise.all(Array.from({ length: 100 }, look));
  const refused = await fetch(`${server.endpoint}/events`);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  await Promise.all(readers.map((reader) => reader.cancel()));
});
