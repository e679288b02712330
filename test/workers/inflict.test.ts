import { expect, it } from 'vitest';
import type { FaultLine } from '../../src/logs.ts';
import type { Connections, Harm } from '../../src/transports/connections.ts';
import { planFaults } from '../../src/workers/fault-plan.ts';
import { addRounds, type FaultRound, inflict } from '../../src/workers/inflict.ts';
import { fakeClock } from '../support/fake-clock.ts';

const START = 10_000;

/** Devices 0 … 9, of which the test says when they are back. */
function fleet(texts: readonly string[], { away = [] as readonly string[] } = {}) {
  const clock = fakeClock(START);
  const lines: FaultLine[] = [];
  const harmed: { id: string; harm: Harm; at: number; endedAt?: number; comeBack: () => void }[] = [];
  const connections: Connections = {
    counts: () => ({ disconnects: 0, reconnects: 0, redeliveries: 0 }),
    harm(id, harm) {
      if (away.includes(id)) return undefined;
      let comeBack = () => {};
      const back = new Promise<void>((resolve) => {
        comeBack = resolve;
      });
      const entry: (typeof harmed)[number] = { id, harm, at: clock.now() - START, comeBack };
      harmed.push(entry);
      return {
        back,
        end() {
          entry.endedAt = clock.now() - START;
        },
      };
    },
  };
  const devices = Array.from({ length: 10 }, (_, index) => ({ deviceId: `d${index}`, index }));
  const { faults, problems } = planFaults(texts, { seed: 3, devices: 10, scheduledMs: 60_000 });
  expect(problems).toEqual([]);
  const rounds = inflict({
    faults,
    clock,
    start: () => START,
    devices,
    connections,
    mark: (line) => lines.push(line),
  });
  return { clock, lines, harmed, rounds };
}

it('strikes at its moment, ends what lasts, and notes when the last device is back', async () => {
  const { clock, lines, harmed, rounds } = fleet(['cut 30% at 5s for 2s']);
  await clock.advance(4999);
  expect([harmed, rounds()]).toEqual([[], []]);
  await clock.advance(1);
  expect(harmed.map(({ harm, at }) => [harm.kind, at])).toEqual(Array.from({ length: 3 }, () => ['cut', 5000]));
  expect(new Set(harmed.map(({ id }) => id)).size).toBe(3);
  await clock.advance(2000);
  expect(harmed.map(({ endedAt }) => endedAt)).toEqual([7000, 7000, 7000]);
  for (const { comeBack } of harmed.slice(0, 2)) comeBack();
  await clock.advance(100);
  expect(rounds()).toEqual([{ fault: 'cut 30% at 5s for 2s', round: 0, at: START + 5000, devices: 3, away: 1 }]);
  harmed[2]!.comeBack();
  await clock.advance(0);
  expect(rounds()).toMatchObject([{ away: 0, backAt: START + 7100 }]);
  const ids = harmed.map(({ id }) => id);
  expect(lines).toEqual([
    { fault: 'cut 30% at 5s for 2s', round: 0, devices: 3, did: 'begin', at: START + 5000, ids },
    { fault: 'cut 30% at 5s for 2s', round: 0, devices: 3, did: 'end', at: START + 7000 },
    { fault: 'cut 30% at 5s for 2s', round: 0, devices: 3, did: 'back', at: START + 7100 },
  ]);
});

it('strikes again and again; and whoever has no connection is not struck', async () => {
  const { clock, lines, harmed, rounds } = fleet(['flap every 1s for 3s', 'slow 250ms at 10s for 1s'], {
    away: ['d4'],
  });
  await clock.advance(20_000);
  expect(harmed.filter(({ harm }) => harm.kind === 'drop').map(({ at }) => at)).toEqual(
    [0, 1000, 2000].flatMap((at) => Array.from({ length: 9 }, () => at)),
  );
  expect(harmed.at(-1)).toMatchObject({ harm: { kind: 'slow', everyMs: 250 }, endedAt: 11_000 });
  expect(rounds().map(({ round, devices }) => [round, devices])).toEqual([
    [0, 9],
    [1, 9],
    [2, 9],
    [0, 9],
  ]);
  expect(lines[0]!.ids).not.toContain('d4');
});

it('names no devices where it strikes all; a storm hurries and a flap does not', async () => {
  const { clock, lines, harmed } = fleet(['storm at 1s', 'flap every 1s at 5s for 1s', 'half-open at 9s']);
  await clock.advance(10_000);
  expect(lines.map(({ did, ids }) => [did, ids])).toEqual([
    ['begin', undefined],
    ['begin', undefined],
    ['begin', undefined],
  ]);
  expect([harmed[0]!.harm, harmed[10]!.harm, harmed[20]!.harm]).toEqual([
    { kind: 'drop', atOnce: true },
    { kind: 'drop', atOnce: false },
    { kind: 'silence' },
  ]);
});

it('leaves off when the run is over', async () => {
  const { clock, harmed } = fleet(['flap every 1s for 50s']);
  await clock.advance(2500);
  clock.stop();
  await clock.advance(10_000);
  expect(harmed).toHaveLength(30);
});

it('adds what shards did in the same moment', () => {
  const round = (more: Partial<FaultRound>): FaultRound => ({
    fault: 'storm at 1s',
    round: 0,
    at: 5,
    devices: 2,
    away: 0,
    ...more,
  });
  expect(
    addRounds([
      [round({ backAt: 9 }), round({ fault: 'storm at 2s', at: 30, away: 1 })],
      [round({ at: 4, backAt: 12, devices: 3 }), round({ fault: 'storm at 2s', at: 31, backAt: 40 })],
      [round({ devices: 0 })],
    ]),
  ).toEqual([
    { fault: 'storm at 1s', round: 0, at: 4, devices: 5, away: 0, backAt: 12 },
    { fault: 'storm at 2s', round: 0, at: 30, devices: 4, away: 1 },
  ]);
});

it('two faults of one text are two, in one shard and over several', async () => {
  const { clock, rounds } = fleet(['storm 20% at 5s', 'storm 20% at 5s']);
  await clock.advance(5000);
  const counts = (shards: FaultRound[][]) => addRounds(shards).map(({ devices }) => devices);
  expect(counts([rounds()])).toEqual([2, 2]);
  expect(counts([rounds(), rounds()])).toEqual([4, 4]);
});
