import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FaultLine, SentLine } from '../../src/logs.ts';
import { planFaults } from '../../src/workers/fault-plan.ts';
import { type FaultRound, inflict } from '../../src/workers/inflict.ts';
import { recoverFaults } from '../../src/workers/recover-faults.ts';
import { fakeClock } from '../support/fake-clock.ts';

const sent = (id: string, sentAt: number, failure?: string): SentLine => ({
  ...{ id, seq: 0, sampleTime: 0, position: [11, 57], dueAt: sentAt, sentAt, doneAt: sentAt + 5 },
  ...(failure === undefined ? {} : { failure }),
});
const begin = (fault: string, at: number, devices: number, more: Partial<FaultLine> = {}): FaultLine => ({
  ...{ fault, did: 'begin', at, devices, round: 0 },
  ...more,
});
const roundsOf = (lines: readonly (SentLine | FaultLine)[]) => {
  const faults = recoverFaults();
  lines.forEach(faults.note);
  return faults.rounds();
};

test.each<[string, (SentLine | FaultLine)[], Partial<FaultRound>]>([
  [
    'all are back, as it says',
    [begin('storm at 1s', 10, 2), begin('storm at 1s', 40, 2, { did: 'back' })],
    { away: 0, backAt: 40 },
  ],
  ['nothing says that any is', [begin('storm at 1s', 10, 2), sent('a', 9)], { away: 2 }],
  ['one was answered since', [begin('cut at 1s for 1s', 10, 2), sent('a', 20), sent('a', 30)], { away: 1 }],
  ['one failed since', [begin('cut at 1s for 1s', 10, 2), sent('a', 20, 'not-connected')], { away: 2 }],
  ['it was no device of the fault', [begin('storm 20% at 1s', 10, 1, { ids: ['b'] }), sent('a', 20)], { away: 1 }],
  ['each was answered since', [begin('half-open at 1s', 10, 2), sent('a', 20), sent('b', 30)], { away: 0, backAt: 35 }],
  ['a slow connection answers too', [begin('slow 1s at 1s for 9s', 10, 2), sent('a', 20), sent('b', 30)], { away: 2 }],
  ['none had a connection', [begin('storm at 1s', 10, 0)], { devices: 0, away: 0 }],
  [
    'a log without rounds',
    [begin('flap every 1s for 9s', 10, 1), { ...begin('flap every 1s for 9s', 20, 1), round: undefined! }],
    { away: 1 },
  ],
])('%s', (_, lines, round) => expect(roundsOf(lines)[0]).toMatchObject({ at: 10, ...round }));

test('what a log says of faults is what the worker knew, whatever they are and whenever devices come back', async () => {
  const texts = [
    'storm 40% at 1s',
    'storm 40% at 1s',
    'flap 50% every 1s for 4s',
    'cut 30% at 2s for 1s',
    'half-open at 3s',
  ];
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat(3000)), fc.nat(6000), async (delays, until) => {
      const clock = fakeClock(0);
      const lines: FaultLine[] = [];
      const { faults } = planFaults(texts, { seed: 3, devices: 10, scheduledMs: 60_000 });
      const known = inflict({
        faults,
        clock,
        start: () => 0,
        devices: Array.from({ length: 10 }, (_, index) => ({ deviceId: `d${index}`, index })),
        connections: {
          counts: () => ({ disconnects: 0, reconnects: 0, redeliveries: 0 }),
          harm: () => ({ end() {}, back: clock.until(clock.now() + delays.next().value!).then(() => {}) }),
        },
        mark: (line) => lines.push(line),
      });
      await clock.advance(until);
      // A log does not say how many of a moment are back, but when all are; and of two faults of one text, which.
      const shown = (rounds: FaultRound[]) =>
        rounds
          .map(({ away, devices, ...rest }) => JSON.stringify({ ...rest, away: away === 0 ? 0 : devices, devices }))
          .sort();
      const [a, b] = [shown(roundsOf(lines)), shown(known())];
      const twins = (all: string[]) => all.filter((text) => !text.includes('storm 40%'));
      expect(twins(a)).toEqual(twins(b));
      expect(a).toHaveLength(b.length);
    }),
    { numRuns: 50 },
  );
});
