import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { FAULT_KINDS, type Fault, type FaultTime, faultText, laterFault, parseFault } from '../../src/workers/fault.ts';
import { faultPlanText, faultProblems, isStruck, type PlannedFault, planFaults } from '../../src/workers/fault-plan.ts';

describe('parseFault', () => {
  test.each<[string, Fault]>([
    ['storm at 60s', { kind: 'storm', share: 1, when: { at: 60_000 } }],
    ['storm 25% at 1min', { kind: 'storm', share: 0.25, when: { at: 60_000 } }],
    ['cut 10% at 30s for 10s', { kind: 'cut', share: 0.1, when: { at: 30_000 }, forMs: 10_000 }],
    ['cut for 10 s at 30 s', { kind: 'cut', share: 1, when: { at: 30_000 }, forMs: 10_000 }],
    ['flap 5% every 10s for 60s', { kind: 'flap', share: 0.05, when: { at: 0 }, everyMs: 10_000, forMs: 60_000 }],
    ['flap every 1.5s at 2s for 3s', { kind: 'flap', share: 1, when: { at: 2000 }, everyMs: 1500, forMs: 3000 }],
    ['half-open 20% at 30s', { kind: 'half-open', share: 0.2, when: { at: 30_000 } }],
    ['slow 10% 500ms at 20s for 30s', { kind: 'slow', share: 0.1, when: { at: 20_000 }, delayMs: 500, forMs: 30_000 }],
    ['  Storm   AT Random ', { kind: 'storm', share: 1, when: { random: 1 } }],
    [
      'cut 0.5 % 3 times at random between 1h and 2h for 1min',
      { kind: 'cut', share: 0.005, when: { random: 3, from: 3_600_000, to: 7_200_000 }, forMs: 60_000 },
    ],
  ])('%s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  test.each([
    ['', 'there is no fault ""'],
    ['quake at 5s', 'there is no fault "quake"; there are storm, flap, cut, half-open, slow'],
    ['storm', 'it lacks "at TIME" or "at random"'],
    ['storm at 5', '"at 5" is not understood'],
    ['storm at 5sec', '"at 5sec" is not understood'],
    ['storm 0% at 5s', 'above 0 and at most 100 %'],
    ['storm 101% at 5s', 'above 0 and at most 100 %'],
    ['storm at 5s at 6s', '"at 6s" says again'],
    ['storm at 5s at random', 'either at a time or at random'],
    ['storm at 5s for 6s', 'storm has no length'],
    ['half-open at 5s for 6s', 'half-open has no length'],
    ['cut at 5s', 'it lacks "for TIME"'],
    ['cut at 5s for 0s', '"for" must be above 0'],
    ['cut at 5s for 1s every 1s', 'cut takes no "every TIME"'],
    ['flap at 5s for 1s', 'it lacks "every TIME"'],
    ['flap every 2s for 1s', 'over before it could drop a second time'],
    ['slow at 5s for 1s', 'it lacks a time between two looks'],
    ['slow 0ms at 5s for 1s', 'between two looks must be above 0'],
    ['storm 0 times at random', 'at least once'],
    ['storm at random between 2s and 1s', 'no time between these two'],
  ])('%s is refused, and an example given', (text, what) => {
    const problem = parseFault(text);
    expect(problem).toContain(what);
    expect(problem).toContain(`fault "${text}"`);
    expect(problem).toMatch(/such as "[^"]+"$/);
    const [, example] = /such as "([^"]+)"$/.exec(problem as string)!;
    expect(parseFault(example!)).toBeTypeOf('object');
  });
});

const ms = fc.integer({ min: 1, max: 10_000_000 });
const when: fc.Arbitrary<FaultTime> = fc.oneof(
  ms.map((at) => ({ at })),
  fc.integer({ min: 1, max: 9 }).map((random) => ({ random })),
  fc.tuple(fc.integer({ min: 1, max: 9 }), ms, ms).map(([random, from, more]) => ({ random, from, to: from + more })),
);
const fault: fc.Arbitrary<Fault> = fc
  .record({ kind: fc.constantFrom(...FAULT_KINDS), percent: fc.integer({ min: 1, max: 10_000 }), when, a: ms, b: ms })
  .map(({ kind, percent, when, a, b }) => ({
    kind,
    share: percent / 100 / 100,
    when,
    ...(kind === 'flap' || kind === 'cut' || kind === 'slow' ? { forMs: a + b } : {}),
    ...(kind === 'flap' ? { everyMs: a } : {}),
    ...(kind === 'slow' ? { delayMs: b } : {}),
  }));

describe('faultText', () => {
  it('is what parseFault reads', () => {
    fc.assert(
      fc.property(fault, (fault) => {
        expect(parseFault(faultText(fault))).toEqual(fault);
      }),
    );
  });

  it('survives being put later, and at random stays in its phase', () => {
    expect(faultText(laterFault(parseFault('cut at 5s for 2s') as Fault, 60_000, 90_000))).toBe('cut at 65s for 2s');
    expect(faultText(laterFault(parseFault('storm at random') as Fault, 60_000, 90_000))).toBe(
      'storm at random between 1min and 90s',
    );
    const own = parseFault('storm 2 times at random between 5s and 6s') as Fault;
    expect(faultText(laterFault(own, 60_000, 90_000))).toBe('storm 2 times at random between 65s and 66s');
  });
});

const scope = { seed: 7, devices: 1000, scheduledMs: 120_000 };
const planned = (text: string, more = {}): PlannedFault => {
  const { faults, problems } = planFaults([text], { ...scope, ...more });
  expect(problems).toEqual([]);
  return faults[0]!;
};
const struck = (fault: PlannedFault, devices = 1000) =>
  Array.from({ length: devices }, (_, i) => i).filter((i) => isStruck(fault, i));

describe('planFaults', () => {
  it('strikes exactly its share of any fleet, and some of each quarter of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 100 }),
        fc.nat(),
        (devices, percent, seed) => {
          const members = struck(planned(`storm ${percent}% at 1s`, { devices, seed }), devices);
          expect(members).toHaveLength(Math.max(1, Math.round((devices * percent) / 100)));
          if (members.length < 8) return;
          const quarters = [0, 1, 2, 3].map((q) => members.filter((i) => Math.floor((4 * i) / devices) === q).length);
          expect(Math.min(...quarters)).toBeGreaterThan(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is the same for the same seed, and another for another seed or another place in the list', () => {
    expect(planned('storm 10% at random')).toEqual(planned('storm 10% at random'));
    expect(struck(planned('storm 10% at 1s', { seed: 8 }))).not.toEqual(struck(planned('storm 10% at 1s')));
    const { faults } = planFaults(['storm 10% at 1s', 'storm 10% at 1s'], scope);
    expect(struck(faults[0]!)).not.toEqual(struck(faults[1]!));
  });

  it('says when: at the time, every so often, or at moments within the schedule', () => {
    expect(planned('cut at 5s for 2s')).toMatchObject({ moments: [5000], forMs: 2000 });
    expect(planned('flap every 10s at 5s for 30s')).toMatchObject({ moments: [5000, 15_000, 25_000], forMs: 0 });
    const { moments } = planned('cut 20 times at random for 20s');
    expect(moments).toHaveLength(20);
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
    for (const moment of moments) expect(moment).toBeLessThanOrEqual(100_000);
    for (const moment of planned('storm 20 times at random between 7s and 8s', { scheduledMs: 0 }).moments) {
      expect(moment).toBeGreaterThanOrEqual(7000);
      expect(moment).toBeLessThan(8000);
    }
    // What may come within a time that the run has only a part of comes in that part.
    for (const moment of planned('storm 20 times at random between 100s and 500s').moments) {
      expect(moment).toBeGreaterThanOrEqual(100_000);
      expect(moment).toBeLessThanOrEqual(120_000);
    }
    expect(faultPlanText(planned('flap 5% every 10s for 60s'))).toBe(
      'flap 5% every 10s for 1min: 50 of 1000 devices, after 0.0 s, 10.0 s, 20.0 s … (6 times)',
    );
  });

  test.each([
    ['storm at 3min', 120_000, 'after the last update'],
    ['storm at random', 0, 'say between what'],
    ['storm at random between 3min and 4min', 120_000, 'after the last update, which is due after 120.0 s'],
    ['cut at random for 3min', 120_000, 'it lasts longer than the 120.0 s'],
  ])('%s in a schedule of %i ms: %s', (text, scheduledMs, problem) => {
    expect(planFaults([text], { ...scope, scheduledMs }).problems).toEqual([expect.stringContaining(problem)]);
  });
});

test.each([
  [['storm at 1s'], 'iot', 'lean', []],
  [['storm at 1s', 'cut at 1s for 1s', 'flap every 1s for 2s'], 'mqtt', 'mqttjs', []],
  [['slow 1s at 1s for 1s'], 'mqtt', 'mqttjs', [/slow reaches into the socket.*--client lean/]],
  [['half-open at 1s'], 'iot', 'device-sdk', [/half-open reaches/]],
  [['storm at 1s'], 'tracker', 'lean', [/devices have none of their own/]],
  [['storm', 'rain'], 'memory', 'lean', [/it lacks/, /no fault "rain"/, /none of their own/]],
  [[], 'memory', 'device-sdk', []],
] satisfies [string[], string, string, RegExp[]][])('%j over %s with %s', (texts, transport, client, problems) => {
  expect(faultProblems(texts, { transport, client })).toEqual(
    problems.map((problem) => expect.stringMatching(problem)),
  );
});
