import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InFlight } from '../../../src/transports/session/in-flight.ts';
import { SendFailure } from '../../../src/transports/transport.ts';

type Step = { do: 'add' } | { do: 'settle' | 'fail'; pick: number } | { do: 'expire'; age: number } | { do: 'failAll' };

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Step>({ do: 'add' }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('settle' as const, 'fail' as const), pick: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const), age: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.constant<Step>({ do: 'failAll' }) },
  ),
  { maxLength: 60 },
);

describe('InFlight', () => {
  it('does what a plain ordered map does', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const inFlight = new InFlight();
        const outcomes: Promise<string>[] = [];
        const model = new Map<number, number>();
        const expected: string[] = [];
        const end = (id: number, how: string) => {
          if (model.delete(id)) expected[id] = how;
        };
        script.forEach((step, now) => {
          const ids = [...model.keys()];
          if (step.do === 'add') {
            const id = outcomes.length;
            outcomes.push(
              inFlight.add(id, now).then(
                () => 'settled',
                ({ code }) => code,
              ),
            );
            model.set(id, now);
          } else if (step.do === 'settle') {
            const id = ids[step.pick] ?? 9999;
            inFlight.settle(id);
            end(id, 'settled');
          } else if (step.do === 'fail') {
            const id = ids[step.pick] ?? 9999;
            inFlight.fail(id, new SendFailure('one'));
            end(id, 'one');
          } else if (step.do === 'expire') {
            inFlight.expire(now - step.age, 1);
            for (const [id, since] of [...model]) if (since <= now - step.age) end(id, 'no-answer');
          } else {
            inFlight.failAll(new SendFailure('all'));
            for (const id of ids) end(id, 'all');
          }
          expect(inFlight.size).toBe(model.size);
          for (const id of outcomes.keys()) expect(inFlight.has(id)).toBe(model.has(id));
        });
        const empty = inFlight.empty();
        inFlight.failAll(new SendFailure('rest'));
        for (const id of [...model.keys()]) end(id, 'rest');
        await empty;
        expect(await Promise.all(outcomes)).toEqual(expected);
      }),
    );
  });
});
