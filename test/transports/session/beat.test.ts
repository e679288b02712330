import { describe, expect, it } from 'vitest';
import { beatLength, newBeat } from '../../../src/transports/session/beat.ts';
import { fakeClock } from '../../support/fake-clock.ts';

describe('newBeat', () => {
  it('beats while it has members, and starts again with the next', async () => {
    const clock = fakeClock();
    const beat = newBeat(clock, 100);
    const heard: number[] = [];
    const member = { onBeat: (count: number) => void heard.push(count) };
    await clock.advance(1000);
    expect(clock.sleepers()).toBe(0);
    beat.join(member);
    await clock.advance(350);
    expect(heard).toEqual([1, 2, 3]);
    beat.leave(member);
    await clock.advance(1000);
    expect(heard).toEqual([1, 2, 3]);
    expect(clock.sleepers()).toBe(0);
    beat.join(member);
    await clock.advance(100);
    expect(heard).toEqual([1, 2, 3, 5]);
  });

  it('never counts less than the time asked for', async () => {
    for (const [everyMs, ms, phase] of [
      [100, 1000, 0],
      [100, 1000, 99],
      [30, 1000, 1],
      [500, 1, 499],
    ] as const) {
      const clock = fakeClock();
      const beat = newBeat(clock, everyMs);
      beat.join({ onBeat: () => {} });
      await clock.advance(phase);
      const [began, since] = [clock.now(), beat.count];
      while (beat.count - since < beat.beats(ms)) await clock.advance(1);
      expect(clock.now() - began).toBeGreaterThanOrEqual(ms);
      expect(clock.now() - began).toBeLessThanOrEqual(ms + 2 * everyMs);
    }
  });

  it('is as short as a tenth of the shortest time-out', () => {
    expect(beatLength(1000, 5000)).toBe(100);
    expect(beatLength(60_000)).toBe(500);
    expect(beatLength(1)).toBe(5);
  });
});
