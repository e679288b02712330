import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findKnee, type SearchRequest, type Verdict } from '../../../src/run/capacity/search.ts';

const request: SearchRequest = { from: 100, factor: 2, to: 10_000, precision: 0.05, repeat: 3 };

/** A target that bears so much, and what a search asked of it. */
function target(
  bears: number,
  more: Partial<SearchRequest> = {},
  verdict: (load: number, nth: number) => Verdict = () => 'kept',
) {
  const asked: number[] = [];
  const measure = async (load: number) => {
    asked.push(load);
    return load > bears ? 'broken' : verdict(load, asked.filter((other) => other === load).length);
  };
  return { asked, found: findKnee({ ...request, ...more }, measure) };
}

test('raises by the factor, then halves the gap; what breaks is asked twice, and so is the end', async () => {
  const { asked, found } = target(430);
  expect(await found).toEqual({ kind: 'knee', kept: 417.7, over: 436.2 });
  expect(asked).toEqual([100, 200, 400, 800, 800, 565.7, 565.7, 475.7, 475.7, 436.2, 436.2, 417.7, 417.7]);
});

test.each<[string, number, Partial<SearchRequest>, object]>([
  ['none up to --to', 1e9, {}, { kind: 'none', kept: 10_000 }],
  ['the last load is --to itself', 700, { to: 700 }, { kind: 'none', kept: 700 }],
  ['the first load breaks: it goes down', 30, {}, { kind: 'knee', kept: 29.73, over: 31.05 }],
  ['every load breaks', 0.1, {}, { kind: 'below', over: 1.563 }],
  ['devices are whole', 7, { from: 1, to: 20, whole: true }, { kind: 'knee', kept: 7, over: 8 }],
  [
    'two devices are the first step after one',
    1,
    { from: 1, to: 20, whole: true, factor: 1.2 },
    { kind: 'knee', kept: 1, over: 2 },
  ],
])('%s', async (_, bears, more, knee) => {
  expect(await target(bears, more).found).toEqual(knee);
});

test('where the generator cannot keep up, it is the limit', async () => {
  const found = await findKnee(request, async (load) => (load > 1500 ? 'saturated' : 'kept'));
  expect(found).toMatchObject({ kind: 'generator' });
  expect(found!.kept!).toBeLessThanOrEqual(1500);
  expect(found!.over! / found!.kept!).toBeLessThanOrEqual(1.05);
});

test('one saturated step of a load that is kept is no evidence, and costs another step', async () => {
  const { found, asked } = target(1e9, { to: 400 }, (load, nth) => (load === 200 && nth === 1 ? 'saturated' : 'kept'));
  expect(await found).toEqual({ kind: 'none', kept: 400 });
  expect(asked).toEqual([100, 200, 200, 400, 400]);
});

test.each([
  [0, undefined],
  [2, { kind: 'none', kept: 200 }],
  [6, { kind: 'knee', kept: 400, over: 800 }],
])('ended after %i steps, it says what it knows', async (after, knee) => {
  let steps = 0;
  expect(
    await findKnee(request, async (load) => (steps++ < after ? (load > 430 ? 'broken' : 'kept') : undefined)),
  ).toEqual(knee);
});

test('a knee anywhere, with noise, is found within the precision and the noise', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        knee: fc.double({ min: 20, max: 9000, noNaN: true }),
        factor: fc.double({ min: 1.2, max: 8, noNaN: true }),
        precision: fc.double({ min: 0.01, max: 0.2, noNaN: true }),
        noise: fc.double({ min: 0, max: 0.04, noNaN: true }),
        repeat: fc.constantFrom(1, 3, 5),
      }),
      fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })),
      async ({ knee, factor, precision, noise, repeat }, draws) => {
        let steps = 0;
        const found = await findKnee({ ...request, factor, precision, repeat }, async (load) => {
          steps++;
          return load <= knee * (1 + noise * draws.next().value!) ? 'kept' : 'broken';
        });
        expect(found?.kind).toBe('knee');
        const { kept = 0, over = 0 } = found!;
        // A load is rounded to four digits.
        expect(over / kept).toBeLessThanOrEqual(1 + precision + 0.001);
        expect(kept).toBeLessThanOrEqual(knee * (1 + noise));
        expect(over).toBeGreaterThanOrEqual(knee * (1 - noise));
        expect(steps).toBeLessThan(200);
      },
    ),
  );
});

test('one unlucky step at every load, either way, decides nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: 20, max: 9000, noNaN: true }),
      fc.infiniteStream(fc.nat(3)),
      async (knee, draws) => {
        const unlucky = new Map<number, number>();
        const asked = new Map<number, number>();
        const found = await findKnee({ ...request, from: 50 }, async (load) => {
          if (!unlucky.has(load)) unlucky.set(load, draws.next().value!);
          const nth = (asked.get(load) ?? 0) + 1;
          asked.set(load, nth);
          return load <= knee !== (nth === unlucky.get(load)) ? 'kept' : 'broken';
        });
        expect(found?.kind).toBe('knee');
        expect(found!.kept!).toBeLessThanOrEqual(knee);
        expect(found!.over!).toBeGreaterThan(knee);
      },
    ),
  );
});
