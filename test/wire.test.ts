import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trackerOf } from '../src/tracker-of.ts';
import { decode, topicOf } from '../src/wire.ts';
import { encode } from './support/payload.ts';

const update = {
  deviceId: 'SLE-7115',
  seq: 4,
  sampleTime: 1_640_772_129_000,
  position: [-86.777629, 36.127671] as const,
};

describe('wire', () => {
  test('the payload has the 2022 shape, latitude and longitude the right way round, and seq', () => {
    expect(encode(update)).toBe(
      '{"payload":{"deviceid":"SLE-7115","timestamp":1640772129.000,"location":{"lat":36.127671,"long":-86.777629},"seq":4}}',
    );
  });

  test('speed, heading and accuracy go with it where they are known, and come back', () => {
    const motion = { speed: 8.25, heading: 271, accuracy: 4.5 };
    const text = encode({ ...update, motion });
    expect(text).toContain('"seq":4,"speed":8.25,"heading":271,"accuracy":4.5}}');
    expect(decode(JSON.parse(text)).motion).toEqual(motion);
    expect(decode(JSON.parse(encode({ ...update, motion: { heading: 0 } }))).motion).toEqual({ heading: 0 });
    expect(encode({ ...update, motion }, { legacySwap: true })).toBe(encode(update, { legacySwap: true }));
  });

  test('--legacy-swap gives the 2022 bytes', () => {
    expect(encode(update, { legacySwap: true })).toBe(
      '{"payload":{"deviceid":"SLE-7115","timestamp":1640772129.000000,"location":{"lat":-86.777629,"long":36.127671}}}',
    );
  });

  test('what is encoded is decoded, exactly', () => {
    const degrees = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });
    fc.assert(
      fc.property(
        fc.string(),
        fc.nat(),
        fc.nat(2 ** 45),
        degrees(180),
        degrees(90),
        (deviceId, seq, sampleTime, lon, lat) => {
          const position = [lon === 0 ? 0 : lon, lat === 0 ? 0 : lat] as const;
          expect(decode(JSON.parse(encode({ deviceId, seq, sampleTime, position })))).toEqual({
            deviceId,
            seq,
            sampleTime,
            position,
          });
        },
      ),
    );
  });

  test.each([
    [null, 'payload must be an object'],
    [{ payload: [] }, 'location must be an object'],
    [{ payload: { location: { lat: 1, long: 2 }, timestamp: 3 } }, 'payload.deviceid must be a string'],
    [
      { payload: { deviceid: 'a', location: { lat: 1, long: 2 }, timestamp: '3' } },
      'payload.timestamp must be a number',
    ],
    [
      { payload: { deviceid: 'a', location: { lat: null, long: 2 }, timestamp: 3 } },
      'payload.location.lat must be a number',
    ],
    [
      { payload: { deviceid: 'a', location: { lat: 1, long: 2 }, timestamp: 3, seq: 1.5 } },
      'payload.seq must be a whole number',
    ],
  ])('%j is refused: %s', (message, text) => {
    expect(() => decode(message)).toThrow(text);
  });

  test('each device has a topic of its own', () => {
    expect(topicOf('SLE-7115')).toBe('simUploadLocation/SLE-7115');
  });
});

test.each([
  ['ATE-1024', 1],
  ['AWS-7686', 7],
  ['ATE-0124', 0],
  ['QQQ-9999', 9],
])('%s of ten trackers is in %i, by its last four digits', (id, tracker) => {
  expect(trackerOf(id, 10)).toBe(tracker);
});

test('any id has a tracker, always the same, for any number of trackers', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 500 }), (id, count) => {
      const tracker = trackerOf(id, count);
      expect(Number.isInteger(tracker) && tracker >= 0 && tracker < count).toBe(true);
      expect(trackerOf(id, count)).toBe(tracker);
    }),
  );
});

test('ids without digits spread over the trackers', () => {
  const counts = new Array(10).fill(0);
  for (let i = 0; i < 10_000; i++) counts[trackerOf(`courier-${i.toString(36)}x`, 10)]++;
  expect(Math.min(...counts)).toBeGreaterThan(700);
});
