import type { PausableClock } from '../../src/clock.ts';

/** A clock whose time is a number: `advance` wakes, in order, whoever is due. */
export interface FakeClock extends PausableClock {
  advance(ms: number): Promise<void>;
  sleepers(): number;
}

export function fakeClock(start = 0): FakeClock {
  let now = start;
  let [stopped, held] = [false, false];
  let sleepers: { at: number; wake: (going: boolean) => void }[] = [];
  // Whoever was woken runs on before time moves again: a few turns of the microtask queue.
  const settle = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  const letsThrough = (at: number) => !stopped && !held && at <= now;
  return {
    now: () => now,
    letsThrough,
    until(at) {
      if (stopped) return Promise.resolve(false);
      if (letsThrough(at)) return Promise.resolve(true);
      return new Promise((wake) => {
        sleepers.push({ at, wake });
      });
    },
    stop() {
      stopped = true;
      for (const { wake } of sleepers) wake(false);
      sleepers = [];
    },
    hold() {
      held = true;
    },
    resume(ms) {
      held = false;
      for (const sleeper of sleepers) sleeper.at += ms;
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next || held) break;
        sleepers.splice(sleepers.indexOf(next), 1);
        now = Math.max(now, next.at);
        next.wake(true);
        await settle();
      }
      now = end;
    },
    sleepers: () => sleepers.length,
  };
}
