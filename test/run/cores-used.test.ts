import { expect, test } from 'vitest';
import { coresUsed } from '../../src/run/cores-used.ts';

test.each([
  [0, 0, 10, 0],
  [4_000_000, 1_000_000, 10, 0.5],
  [15_000_000, 5_000_000, 10, 2],
  [1000, 0, 0, 0],
])(
  '%i µs of user and %i µs of system time in %i s, whatever was before, are %f cores',
  (user, system, seconds, cores) => {
    let [now, used] = [5000, { user: 7_000_000, system: 3_000_000 }];
    const sinceThen = coresUsed(
      () => now,
      () => used,
    );
    now += seconds * 1000;
    used = { user: used.user + user, system: used.system + system };
    expect(sinceThen()).toBe(cores);
  },
);
