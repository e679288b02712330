import { describe, expect, test } from 'vitest';
import { wind } from '../../web/src/fleet/geo.ts';
import { age, coordinates, metres } from '../../web/src/format.ts';
import { choicesFor, routeOf } from '../../web/src/panel/search.ts';

test.each([
  [-400, 'now'],
  [400, 'now'],
  [12_000, '12 s'],
  [89_000, '89 s'],
  [91_000, '2 min'],
  [3_600_000, '1 h 00 min'],
  [7_500_000, '2 h 05 min'],
  [49 * 3_600_000, '2 d 01 h'],
])('an age of %d ms: %s', (ms, words) => {
  expect(age(ms)).toBe(words);
});

test.each([
  [0, '0 m'],
  [994, '994 m'],
  [996, '1.0 km'],
  [12_345, '12.3 km'],
  [99_700, '100 km'],
])('%d metres: %s', (m, words) => {
  expect(metres(m)).toBe(words);
});

test('latitude comes first where people read it', () => {
  expect(coordinates([11.97, 57.7])).toBe('57.70000, 11.97000');
});

test.each([
  [0, 'north'],
  [44, 'north-east'],
  [338, 'north'],
  [270, 'west'],
])('%d° is %s', (degrees, name) => {
  expect(wind(degrees)).toBe(name);
});

describe('a search', () => {
  const trackers = ['sim-iot-tracker0', 'sim-iot-tracker1'];
  const ids = ['SLE-7115', 'SLE-7116', 'XSL-0001', ...Array.from({ length: 50 }, (_, i) => `SLE-8${i}`)];

  test('offers what begins with the text before what holds it, and not too much', () => {
    const choices = choicesFor('sl', ids, trackers);
    expect(choices.map(({ label }) => label).slice(0, 2)).toEqual(['SLE-7115', 'SLE-7116']);
    expect(choices.length).toBeLessThanOrEqual(12);
    expect(choicesFor('0001', ids, trackers)).toMatchObject([{ label: 'XSL-0001', note: 'device' }]);
  });

  test('offers groups, by name or when nothing has been typed', () => {
    expect(choicesFor('', ids, trackers).map(({ label }) => label)).toEqual(trackers);
    expect(choicesFor('tracker1', ids, trackers)).toMatchObject([{ note: 'group' }]);
  });

  test('takes what is no group for a device, seen or not', () => {
    expect(routeOf('SIM-IOT-TRACKER1', trackers)).toEqual({ view: 'group', tracker: 'sim-iot-tracker1' });
    expect(routeOf('<b>x</b>', trackers)).toEqual({ view: 'device', id: '<b>x</b>' });
  });
});
