import { describe, expect, it } from 'vitest';
import { controlPlane, Interrupted } from '../../src/fleet/control-plane.ts';
import { estimate, estimateText } from '../../src/fleet/cost.ts';
import { createLimiter } from '../../src/fleet/limiter.ts';
import { awsCallsPerSecond } from '../../src/fleet/rate-limits.ts';
import { fakeClock } from '../support/fake-clock.ts';

/** When each of `n` calls may be made. */
async function times(
  n: number,
  rate: number | undefined,
  before: (limiter: ReturnType<typeof createLimiter>) => void = () => {},
) {
  const clock = fakeClock();
  const limiter = createLimiter(clock, () => rate);
  before(limiter);
  const at: number[] = [];
  const all = Promise.all(
    Array.from({ length: n }, async () => {
      await limiter.take('Op');
      at.push(clock.now());
    }),
  );
  await clock.advance(1e6);
  await all;
  return at;
}

describe('createLimiter', () => {
  it.each([
    [10, [0, 100, 200, 300]],
    [undefined, [0, 0, 0, 0]],
  ])('spaces calls at %s a second', async (rate, expected) => {
    expect(await times(4, rate)).toEqual(expected);
  });

  it('goes at half the rate once throttled, and comes back with success', async () => {
    expect(await times(3, 10, (limiter) => limiter.throttled('Op'))).toEqual([0, 200, 400]);
    const recovered = await times(3, 10, (limiter) => {
      limiter.throttled('Op');
      for (let i = 0; i < 100; i++) limiter.succeeded('Op');
    });
    expect(recovered).toEqual([0, 100, 200]);
  });

  it('learns that there is a limit where none was given', async () => {
    expect(await times(3, undefined, (limiter) => limiter.throttled('Op'))).toEqual([0, 20, 40]);
  });

  it('keeps operations apart', async () => {
    const clock = fakeClock();
    const limiter = createLimiter(clock, () => 1);
    expect(await Promise.all([limiter.take('A'), limiter.take('B')])).toEqual([true, true]);
    expect(clock.now()).toBe(0);
  });
});

describe('controlPlane', () => {
  const failure = (name: string, httpStatusCode?: number) =>
    Object.assign(new Error(name), { name }, httpStatusCode === undefined ? {} : { $metadata: { httpStatusCode } });

  /** What a call comes to that fails with `failures` first, and how often it was made. */
  async function outcome(failures: Error[], options = {}) {
    const clock = fakeClock();
    const call = controlPlane({ clock, callsPerSecond: () => undefined, random: () => 1 });
    let made = 0;
    const result = call(
      'Op',
      async () => {
        const error = failures[made++];
        if (error) throw error;
        return 'done';
      },
      options,
    ).catch((error) => error.name);
    await clock.advance(1e6);
    return [await result, made];
  }

  it.each([
    ['throttling', [failure('ThrottlingException', 400), failure('ThrottlingException', 400)], {}, ['done', 3]],
    ['an outage', [failure('ServiceUnavailableException', 503)], {}, ['done', 2]],
    ['a lost connection', [Object.assign(new Error(), { code: 'ECONNRESET' })], {}, ['done', 2]],
    [
      'throttling, where a call may be made once',
      [failure('ThrottlingException', 400)],
      { repeatable: false },
      ['done', 2],
    ],
    [
      'what passes by waiting',
      [failure('DeleteConflictException', 409)],
      { passing: ['DeleteConflictException'] },
      ['done', 2],
    ],
  ])('calls again after %s', async (_, failures, options, expected) => {
    expect(await outcome(failures, options)).toEqual(expected);
  });

  it.each([
    [
      'an outage, where a call may be made once',
      [failure('InternalFailureException', 500)],
      { repeatable: false },
      ['InternalFailureException', 1],
    ],
    ['a refusal', [failure('AccessDeniedException', 403)], {}, ['AccessDeniedException', 1]],
    ['throttling without end', Array(20).fill(failure('ThrottlingException', 400)), {}, ['ThrottlingException', 8]],
  ])('gives up after %s', async (_, failures, options, expected) => {
    expect(await outcome(failures, options)).toEqual(expected);
  });

  it('ends at once when the clock is stopped', async () => {
    const clock = fakeClock();
    const call = controlPlane({ clock, callsPerSecond: () => undefined, random: () => 1 });
    const result = call('Op', () => Promise.reject(failure('ThrottlingException', 400)));
    result.catch(() => {});
    await clock.advance(1);
    clock.stop();
    await expect(result).rejects.toThrow(Interrupted);
  });
});

describe('estimate', () => {
  it('counts calls, dollars and time', () => {
    expect(estimate('provision', 1000)).toEqual({ calls: 4000, usd: 0.005, seconds: expect.closeTo(83.3, 1) });
    expect(estimate('remove', 1000)).toEqual({ calls: 5000, usd: 0.00625, seconds: 125 });
    expect(estimateText('provision', 10_000)).toBe(
      'AWS: about 40000 registry operations, 0.0500 USD (list prices of January 2025, unverified), 14 minutes at the default quotas',
    );
  });

  it('stays under every documented quota', () => {
    expect([awsCallsPerSecond('CreateCertificateFromCsr'), awsCallsPerSecond('SomethingNew')]).toEqual([12, 8]);
  });
});
