import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linkTo, type Route, readRoute } from '../../web/src/route.ts';

describe('a link', () => {
  test.each<[hash: string, route: Route]>([
    ['', { view: 'fleet' }],
    ['#', { view: 'fleet' }],
    ['#/', { view: 'fleet' }],
    ['#/device/SLE-7115', { view: 'device', id: 'SLE-7115' }],
    ['#/group/sim-iot-tracker3', { view: 'group', tracker: 'sim-iot-tracker3' }],
    ['#/device/a%2Fb', { view: 'device', id: 'a/b' }],
    // Typed by hand, and no percent-encoding.
    ['#/device/50%', { view: 'device', id: '50%' }],
    ['#/device/', { view: 'fleet' }],
    ['#/elsewhere/x', { view: 'fleet' }],
  ])('%s', (hash, route) => {
    expect(readRoute(hash)).toEqual(route);
  });

  test('leads back to what it was made of, whatever the id', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => {
        expect(readRoute(linkTo({ view: 'device', id }))).toEqual({ view: 'device', id });
        expect(readRoute(linkTo({ view: 'group', tracker: id }))).toEqual({ view: 'group', tracker: id });
      }),
    );
  });
});
