import { expect, test } from 'vitest';
import { connectionLines, missedFaults, promiseLine } from '../../src/run/fault-summary.ts';
import type { Summary } from '../../src/run/summary.ts';

const backend = { seen: 0, superseded: 0, filtered: 0, refused: 0, lost: 0, unexplained: 0 };
const told = {
  acknowledged: 90,
  cross: { acknowledged: { ...backend, seen: 90 }, failed: backend, unknown: { ...backend, lost: 3 } },
  disconnects: 5,
  reconnects: 4,
  redeliveries: 2,
  evidence: { received: true, sweptDevices: 10, ingest: true },
  firstSentAt: 1000,
  reordered: 0,
  transport: 'iot',
} satisfies Partial<Summary>;
const lost = { ...told.cross, acknowledged: { ...backend, lost: 2, seen: 88 } };
const unexplained = { ...told.cross, acknowledged: { ...backend, unexplained: 90 } };

test.each<[string, Partial<Summary>, RegExp | undefined]>([
  ['no connection was lost', { disconnects: 0 }, undefined],
  ['what was not acknowledged was lost', {}, /^PROMISE KEPT: no acknowledged update was lost \(90\), and none/],
  ['an acknowledged update was lost', { cross: lost }, /^PROMISE BROKEN: 2 of 90 acknowledged updates were lost\.$/],
  [
    'one was reordered',
    { reordered: 1, cross: lost },
    /^PROMISE BROKEN: 2 of 90 .*; 1 updates reached the trackers after/,
  ],
  ['nobody looked', { cross: unexplained }, /^PROMISE NOT PROVEN: of 90 of 90 acknowledged updates nobody knows/],
  [
    'there is no ingest log',
    { evidence: { ...told.evidence, ingest: false } },
    /^PROMISE NOT PROVEN: without an ingest log/,
  ],
])('%s', (_, more, line) => {
  expect(promiseLine({ ...told, ...more })).toEqual(line === undefined ? [] : [expect.stringMatching(line)]);
});

test('connections: a line for each fault, and how long until all were back', () => {
  const round = { round: 0, at: 3000, devices: 4, away: 0, backAt: 9500 };
  const faults = [
    { ...round, fault: 'storm at 2s', backAt: 3250 },
    { ...round, fault: 'cut 10% at 2s for 5s' },
    { ...round, fault: 'flap every 1s at 2s for 2s', backAt: 3900 },
    { ...round, fault: 'flap every 1s at 2s for 2s', round: 1, at: 4000, devices: 3, backAt: 4100 },
    { ...round, fault: 'half-open at 2s', away: 1 },
    { ...round, fault: 'storm at 3s', devices: 0 },
  ].map(({ backAt, ...fault }) => (fault.away > 0 || fault.devices === 0 ? fault : { ...fault, backAt }));
  expect(connectionLines({ ...told, faults })).toEqual([
    'connections',
    '  lost 5 times, made again 4 times; 2 updates sent again as duplicates',
    '  storm at 2s: after 2.0 s, 4 devices, all back within 250 ms',
    '  cut 10% at 2s for 5s: after 2.0 s, 4 devices, all back within 1.5 s of its end',
    '  flap every 1s at 2s for 2s: 2 times from 2.0 s on, 4 devices, all back within 900 ms',
    '  half-open at 2s: after 2.0 s, 4 devices, 1 not back by the end of the run',
    '  storm at 3s: after 2.0 s, 0 devices, none of which had a connection',
    '',
  ]);
  expect(connectionLines({ ...told, disconnects: 0 })).toEqual([]);
});

test('what was planned and did not come is named', () => {
  const planned = [
    { text: 'storm at 2s', moments: [2000] },
    { text: 'flap every 1s for 3s', moments: [0, 1000, 2000] },
    { text: 'storm at 60s', moments: [60_000] },
  ];
  const came = (fault: string, round: number) => ({ fault, round, at: 0, devices: 1, away: 0 });
  const rounds = [came('storm at 2s', 0), came('flap every 1s for 3s', 0), came('flap every 1s for 3s', 1)];
  expect(missedFaults(planned, rounds)).toEqual([
    'flap every 1s for 3s: came 2 of 3 times; the run was over before',
    'storm at 60s: did not come; the run was over before',
  ]);
  expect(missedFaults(planned.slice(0, 1), rounds)).toEqual([]);
  expect(missedFaults()).toEqual([]);
});
