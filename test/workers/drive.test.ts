import { describe, expect, test } from 'vitest';
import type { Attempt, PositionUpdate } from '../../src/model.ts';
import { SendFailure } from '../../src/transports/transport.ts';
import { drive, type Road } from '../../src/workers/drive.ts';
import { parsePace } from '../../src/workers/pace-text.ts';
import { lengthMs, type Pace, pacerOf, WHEN_FREE } from '../../src/workers/pacer.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';

const START = 1_000_000;
const track = (n: number) => ({
  deviceId: 'SLE-7115',
  fixes: Array.from({ length: n }, (_, i) => ({ sampleTime: i * 30_000, position: [i, -i] as const })),
});

/** A road whose sends take `service` ms each, or fail as `fail` says. */
function road(clock: FakeClock, service: (n: number) => number, over: Partial<Road> = {}) {
  const attempts: Attempt[] = [];
  let inFlight = 0;
  const send = async (update: PositionUpdate) => {
    expect(++inFlight).toBe(1); // one update in flight per device, always
    await clock.until(clock.now() + service(update.seq));
    inFlight--;
  };
  const whole: Road = {
    clock,
    transport: { connect: async () => {}, send, close: async () => {} },
    pacer: pacerOf({ kind: 'replay', speed: 10 }, { devices: 1, firstSampleTime: 0 }),
    start: () => START,
    end: Number.POSITIVE_INFINITY,
    minGap: 0,
    stamp: (fix) => fix.sampleTime + 500,
    record: (attempt) => attempts.push(attempt),
    ...over,
  };
  return { attempts, whole };
}

describe('drive', () => {
  test('sends each fix when it is due, shifted, in order', async () => {
    const clock = fakeClock(START);
    const { attempts, whole } = road(clock, () => 20);
    const done = drive(track(3), 0, whole);
    await clock.advance(10_000);
    await done;
    expect(attempts).toEqual(
      [0, 1, 2].map((i) => ({
        update: { deviceId: 'SLE-7115', seq: i, sampleTime: i * 30_000 + 500, position: [i, -i] },
        dueAt: START + i * 3000,
        readyAt: START + i * 3000,
        sentAt: START + i * 3000,
        doneAt: START + i * 3000 + 20,
      })),
    );
  });

  test.each([
    // a pace with a schedule, whose third fix is due at its end; and one without
    ['rate:1/s over 2s', 2, 10, [0, 1000]],
    // late, but due in time: what was asked for is sent, or a slow service would look fast
    ['rate:1/s over 2s', 2, 5000, [0, 5000]],
    ['max over 2s', 2, 900, [0, 900, 1800]],
    ['replay:10 over 4s', 4, 10, [0, 3000]],
    ['rate:1/s over 2s then max over 1s then rate:1/s over 1s', 4, 400, [0, 1000, 2000, 2400, 2800, 3200]],
    ['max over 1s then rate:0/s over 1s then rate:1/s over 1s', 3, 400, [0, 400, 800, 2000]],
  ])('%s ends before the fixes do', async (text, seconds, service, sent) => {
    const clock = fakeClock(START);
    const pace = parsePace(text) as Pace;
    expect(lengthMs(pace)).toBe(seconds * 1000);
    const pacer = pacerOf(pace, { devices: 1, firstSampleTime: 0 });
    const { attempts, whole } = road(clock, () => service, { pacer, end: seconds * 1000 });
    const done = drive(track(9), 0, whole);
    await clock.advance(20_000);
    await done;
    expect(attempts.map(({ sentAt }) => sentAt - START)).toEqual(sent);
  });

  test('a slow answer makes the next one late, and the due time says by how much', async () => {
    const clock = fakeClock(START);
    const { attempts, whole } = road(clock, (n) => (n === 0 ? 5000 : 10));
    const done = drive(track(3), 0, whole);
    await clock.advance(20_000);
    await done;
    expect(attempts.map(({ dueAt, sentAt }) => sentAt - dueAt)).toEqual([0, 2000, 0]);
    // Which is the backend's doing, not the generator's.
    expect(attempts.map(({ readyAt, sentAt }) => sentAt - readyAt)).toEqual([0, 0, 0]);
  });

  test('the gap counts from the answer', async () => {
    const clock = fakeClock(START);
    const { attempts, whole } = road(clock, () => 100, { pacer: () => WHEN_FREE, minGap: 400 });
    const done = drive(track(3), 0, whole);
    await clock.advance(20_000);
    await done;
    expect(attempts.map(({ sentAt }) => sentAt - START)).toEqual([0, 500, 1000]);
    expect(attempts.every(({ dueAt, sentAt }) => dueAt === sentAt)).toBe(true);
  });

  test('a failed send is an attempt with a code, and the device goes on', async () => {
    const clock = fakeClock(START);
    const failures = [new SendFailure('no-answer'), new TypeError('a bug of ours'), undefined];
    const { attempts, whole } = road(clock, () => 0, {
      transport: {
        connect: async () => {},
        send: ({ seq }) => (failures[seq] ? Promise.reject(failures[seq]) : Promise.resolve()),
        close: async () => {},
      },
    });
    const done = drive(track(3), 0, whole);
    await clock.advance(10_000);
    await done;
    expect(attempts.map(({ failure }) => failure)).toEqual(['no-answer', 'error', undefined]);
    expect(attempts[2]!.failure).toBeUndefined();
  });

  test('stopping wakes it; what is in flight is still recorded', async () => {
    const clock = fakeClock(START);
    let answer: () => void = () => {};
    const { attempts, whole } = road(clock, () => 0, {
      transport: {
        connect: async () => {},
        send: () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
        close: async () => {},
      },
    });
    const done = drive(track(5), 0, whole);
    await clock.advance(10);
    clock.stop();
    answer();
    await done;
    expect(attempts).toHaveLength(1);
  });

  test('a pause moves all that was still due; it makes nothing late, nor is it lag', async () => {
    const clock = fakeClock(START);
    let start = START;
    let answer: () => void = () => {};
    const { attempts, whole } = road(clock, () => 0, {
      start: () => start,
      minGap: 100,
      transport: {
        connect: async () => {},
        send: ({ seq }) =>
          new Promise((resolve) => {
            if (seq === 1) answer = resolve;
            else resolve();
          }),
        close: async () => {},
      },
    });
    const done = drive(track(4), 0, whole);
    await clock.advance(5500); // the second is in flight since 3000
    clock.hold();
    await clock.advance(500);
    answer();
    await clock.advance(4500);
    expect(attempts.map(({ doneAt }) => doneAt - START)).toEqual([0, 6000]);
    clock.resume(5000);
    start += 5000;
    await clock.advance(10_000);
    await done;
    expect(attempts.map(({ dueAt, readyAt, sentAt }) => [dueAt, readyAt, sentAt].map((at) => at - START))).toEqual([
      [0, 0, 0],
      [3000, 3000, 3000],
      [11_000, 11_100, 11_100], // answered when it was due, and the gap after that, as without the pause
      [14_000, 14_000, 14_000],
    ]);
  });

  test('live stamps the due time', async () => {
    const clock = fakeClock(START);
    const { attempts, whole } = road(clock, () => 1, { stamp: (_, dueAt) => Math.round(dueAt) });
    const done = drive(track(2), 0, whole);
    await clock.advance(10_000);
    await done;
    expect(attempts.map(({ update }) => update.sampleTime)).toEqual([START, START + 3000]);
  });
});
