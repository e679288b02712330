import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driveProfile, profileCursor, type Stretch, timesAt } from '../../../src/generator/agents/drive-profile.ts';

const MANNER = { accelerates: 1.2, brakes: 1.5, dwell: 0, exit: Number.POSITIVE_INFINITY };

/** Ways of up to 40 stretches, with corners and stops, some of no length. */
const ways = fc
  .array(
    fc.record({
      length: fc.oneof(
        fc.constant(0),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        fc.double({ min: 1, max: 500, noNaN: true }),
      ),
      speed: fc.double({ min: 1, max: 40, noNaN: true }),
      exit: fc.oneof(
        fc.constant(0),
        fc.double({ min: 1, max: 40, noNaN: true }),
        fc.constant(Number.POSITIVE_INFINITY),
      ),
      dwell: fc.double({ min: 0, max: 90, noNaN: true }),
      accelerates: fc.double({ min: 0.3, max: 3, noNaN: true }),
      brakes: fc.double({ min: 0.3, max: 3, noNaN: true }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((stretches) => {
    let end = 0;
    return stretches.map(({ length, ...rest }): Stretch => {
      end += length;
      return { end, ...rest };
    });
  });

/** Where and how fast at each of some times. */
function follow(stretches: readonly Stretch[], step: number) {
  const profile = driveProfile(stretches);
  const cursor = profileCursor(profile);
  const fixes: { seconds: number; metres: number; speed: number }[] = [];
  for (let seconds = 0; seconds <= profile.seconds + step; seconds += step) {
    cursor.moveTo(seconds);
    fixes.push({ seconds, metres: cursor.metres, speed: cursor.speed });
  }
  return { profile, fixes };
}

describe('a drive', () => {
  it('of 400 m at 10 m/s takes what school physics says', () => {
    const { seconds, metres } = driveProfile([{ ...MANNER, end: 400, speed: 10 }]);
    expect(metres).toBe(400);
    // 10 / 1.2 s up, 10 / 1.5 s down, the rest of the way at 10 m/s.
    expect(seconds).toBeCloseTo(10 / 1.2 + 10 / 1.5 + (400 - 100 / 2.4 - 100 / 3) / 10, 9);
  });

  it('stands at a stop for its dwell, where the stop is', () => {
    const { fixes } = follow(
      [
        { ...MANNER, end: 200, speed: 12, exit: 0, dwell: 20 },
        { ...MANNER, end: 500, speed: 12 },
      ],
      0.5,
    );
    const standing = fixes.filter(({ metres, speed }) => speed === 0 && Math.abs(metres - 200) < 1e-6);
    expect(standing.length).toBeGreaterThanOrEqual(39);
    expect(standing.length).toBeLessThanOrEqual(42);
  });

  it('takes a corner no faster than it may', () => {
    const { fixes } = follow(
      [
        { ...MANNER, end: 200, speed: 14, exit: 5 },
        { ...MANNER, end: 400, speed: 14 },
      ],
      0.01,
    );
    const corner = fixes.find(({ metres }) => metres >= 200)!;
    expect(corner.speed).toBeGreaterThan(4.9);
    expect(corner.speed).toBeLessThan(5.1);
  });

  it('is continuous, never faster than wanted, within its accelerations, and ends standing at the end', () => {
    fc.assert(
      fc.property(ways, (stretches) => {
        const { profile, fixes } = follow(stretches, 0.25);
        const length = stretches.at(-1)!.end;
        const hardest = Math.max(...stretches.map(({ accelerates, brakes }) => Math.max(accelerates, brakes)));
        const fastest = Math.max(...stretches.map(({ speed }) => speed));
        let [back, ahead, change, top] = [0, 0, 0, 0];
        for (const [i, { metres, speed }] of fixes.entries()) {
          const before = fixes[i - 1] ?? { metres: 0, speed: 0 };
          back = Math.max(back, before.metres - metres);
          ahead = Math.max(ahead, metres - before.metres);
          change = Math.max(change, Math.abs(speed - before.speed));
          top = Math.max(top, speed);
        }
        expect(top).toBeLessThanOrEqual(fastest + 1e-9);
        expect(back).toBeLessThan(1e-6);
        expect(ahead).toBeLessThanOrEqual(fastest * 0.25 + 1e-3);
        // 1 cm/s: stretches of micrometres are taken as of no length.
        expect(change).toBeLessThanOrEqual(hardest * 0.25 + 0.01);
        expect(fixes.at(-1)!.metres).toBeCloseTo(length, 5);
        expect(fixes.at(-1)!.speed).toBe(0);
        const stands = stretches.reduce((sum, { exit, dwell }) => sum + (exit === 0 ? dwell : 0), 0);
        expect(profile.seconds).toBeGreaterThanOrEqual(stands + length / fastest - 1e-6);
      }),
    );
  });

  it('is where it is, whatever was skipped', () => {
    fc.assert(
      fc.property(ways, fc.integer({ min: 2, max: 60 }), (stretches, every) => {
        const all = follow(stretches, 1).fixes.filter((_, second) => second % every === 0);
        const cursor = profileCursor(driveProfile(stretches));
        const seldom = all.map(({ seconds }) => {
          cursor.moveTo(seconds);
          return { seconds, metres: cursor.metres, speed: cursor.speed };
        });
        expect(seldom).toEqual(all);
      }),
    );
  });

  it('tells when it was anywhere: times and places are inverses', () => {
    fc.assert(
      fc.property(
        ways,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
        (stretches, shares) => {
          const profile = driveProfile(stretches);
          const places = Float64Array.from(shares, (share) => share * profile.metres).sort();
          const cursor = profileCursor(profile);
          let last = 0;
          for (const [i, time] of timesAt(profile, places).entries()) {
            expect(time).toBeGreaterThanOrEqual(last - 1e-9);
            last = time;
            cursor.moveTo(time);
            expect(Math.abs(cursor.metres - places[i]!)).toBeLessThan(1e-4);
          }
        },
      ),
    );
  });

  it('of no length takes no time', () => {
    expect(driveProfile([])).toMatchObject({ metres: 0, seconds: 0 });
    expect(driveProfile([{ ...MANNER, end: 0, speed: 10 }])).toMatchObject({ metres: 0, seconds: 0 });
  });
});
