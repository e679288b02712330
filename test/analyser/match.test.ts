import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchDevice, type TimedPosition } from '../../src/analyser/match.ts';

type Row = [time: number, longitude: number, latitude: number];
const entries = (rows: readonly Row[]): TimedPosition[] => rows.map(([time, ...position]) => ({ time, position }));

const CASES: { name: string; sent: Row[]; received: Row[]; differences: number[] }[] = [
  {
    name: 'each is received later',
    sent: [
      [100, 8.1, 50.1],
      [200, 8.2, 50.2],
    ],
    received: [
      [130, 8.1, 50.1],
      [245, 8.2, 50.2],
    ],
    differences: [30, 45],
  },
  {
    name: 'both logs are put in order of time first',
    sent: [
      [200, 8.2, 50.2],
      [100, 8.1, 50.1],
    ],
    received: [
      [245, 8.2, 50.2],
      [130, 8.1, 50.1],
    ],
    differences: [30, 45],
  },
  {
    name: 'what is received twice is matched once',
    sent: [[100, 8.1, 50.1]],
    received: [
      [130, 8.1, 50.1],
      [131, 8.1, 50.1],
    ],
    differences: [30],
  },
  {
    name: 'two sends of one place take two receipts of it, in the order of the log where times are equal',
    sent: [
      [100, 8.1, 50.1],
      [110, 8.1, 50.1],
    ],
    received: [
      [130, 8.1, 50.1],
      [130, 8.1, 50.1],
    ],
    differences: [30, 20],
  },
  {
    name: 'a miss is passed over and later ones still match',
    sent: [
      [100, 8.1, 50.1],
      [200, 8.2, 50.2],
      [300, 8.3, 50.3],
    ],
    received: [
      [107, 8.1, 50.1],
      [308, 8.3, 50.3],
    ],
    differences: [7, 8],
  },
  {
    name: 'forward only: what arrived before the last match is lost to it',
    sent: [
      [100, 8.1, 50.1],
      [200, 8.2, 50.2],
    ],
    received: [
      [210, 8.2, 50.2],
      [220, 8.1, 50.1],
    ],
    differences: [120],
  },
  { name: 'a difference may be negative', sent: [[100, 8.1, 50.1]], received: [[60, 8.1, 50.1]], differences: [-40] },
  { name: 'longitude off by the tolerance', sent: [[0, 0, 0]], received: [[5, 1e-9, 0]], differences: [] },
  { name: 'latitude off by the tolerance', sent: [[0, 0, 0]], received: [[5, 0, -1e-9]], differences: [] },
  { name: 'both off by less', sent: [[0, 0, 0]], received: [[5, 9.9e-10, -9.9e-10]], differences: [5] },
  { name: 'times lose their fractions', sent: [[100.9, 1, 1]], received: [[102.1, 1, 1]], differences: [2] },
  {
    name: 'times that are equal without their fractions keep the order of the log',
    sent: [
      [100.9, 8.1, 50.1],
      [100.1, 8.2, 50.2],
    ],
    received: [
      [130, 8.1, 50.1],
      [140, 8.2, 50.2],
    ],
    differences: [30, 40],
  },
  { name: 'nothing received', sent: [[100, 8.1, 50.1]], received: [], differences: [] },
];

describe('matching by position', () => {
  it.each(CASES)('$name', ({ sent, received, differences }) => {
    expect(matchDevice(entries(sent), entries(received))).toEqual(differences);
  });

  it('leaves out devices without a match, and never matches across devices', () => {
    const sent = new Map([
      ['A', entries([[0, 1, 1]])],
      ['B', entries([[0, 2, 2]])],
      ['C', entries([[0, 3, 3]])],
    ]);
    const received = new Map([
      ['A', entries([[4, 1, 1]])],
      ['B', entries([[4, 3, 3]])],
    ]);
    expect(Object.fromEntries(matchDevices(sent, received))).toEqual({ A: [4] });
  });

  it('finds every update of a log that was delayed as a whole', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 3 }), fc.constant(7));
    fc.assert(
      fc.property(fc.array(row), fc.integer({ min: -500, max: 500 }), (rows, delay) => {
        const late = rows.map(([time, ...place]): Row => [time + delay, ...place]);
        expect(matchDevice(entries(rows), entries(late))).toEqual(rows.map(() => delay));
      }),
    );
  });
});

const VECTORS = fileURLToPath(new URL('../../../shared/aws/legacy-analyser.vectors.json', import.meta.url));

interface Vector {
  name: string;
  sent: string[];
  recv: string[];
  expect: Record<string, number[]>;
}

describe("the 2022 analyser's own expectations", () => {
  if (!existsSync(VECTORS)) {
    it.skip('skipped: there is no ../shared/aws/legacy-analyser.vectors.json beside the repository', () => {});
    return;
  }
  const { cases } = JSON.parse(readFileSync(VECTORS, 'utf8')) as { cases: Vector[] };
  it.each(cases)('$name', ({ sent, recv, expect: expected }) => {
    expect(Object.fromEntries(matchDevices(byDevice(sent), byDevice(recv)))).toEqual(expected);
  });
});

/** Devices without a match are left out. */
function matchDevices(sent: ReadonlyMap<string, TimedPosition[]>, received: ReadonlyMap<string, TimedPosition[]>) {
  const matches = new Map<string, number[]>();
  for (const [id, entries] of sent) {
    const differences = matchDevice(entries, received.get(id) ?? []);
    if (differences.length > 0) matches.set(id, differences);
  }
  return matches;
}

function byDevice(lines: readonly string[]): Map<string, TimedPosition[]> {
  const devices = new Map<string, TimedPosition[]>();
  for (const { id, time, coordinates } of lines.map((line) => JSON.parse(line))) {
    devices.set(id, [...(devices.get(id) ?? []), { time, position: coordinates }]);
  }
  return devices;
}
