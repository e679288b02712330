import { describe, expect, test } from 'vitest';
import { readConfig } from '../../web/src/config.ts';

const LEAST = { api: '/default/', trackerPrefix: 't', trackerCount: 2 };

describe('config.json', () => {
  test('needs no more than the API and its trackers', () => {
    expect(readConfig(LEAST)).toEqual({
      api: '/default',
      trackers: ['t0', 't1'],
      push: null,
      map: null,
      pollMs: 2_000,
      readsPerSecond: 10,
      auth: null,
    });
  });

  test('says more', () => {
    const map = { tiles: '/tiles/{z}/{x}/{y}.mvt', attribution: '© somebody' };
    const said = { push: '/events', map, pollSeconds: 1, readsPerSecond: 100 };
    expect(readConfig({ ...LEAST, ...said })).toMatchObject({
      push: '/events',
      map,
      pollMs: 1_000,
      readsPerSecond: 100,
    });
  });

  test('polls where the API asks for a header, which an event stream cannot carry', () => {
    const said = { push: '/events', auth: { header: 'authorization' } };
    expect(readConfig({ ...LEAST, ...said })).toMatchObject({ push: null, auth: { header: 'authorization' } });
  });

  test.each([
    [null, '"api"'],
    [{ ...LEAST, api: 7 }, '"api"'],
    [{ ...LEAST, trackerCount: 0 }, '"trackerCount"'],
    [{ ...LEAST, trackerPrefix: undefined }, '"trackerPrefix"'],
  ])('names what is missing: %j', (json, field) => {
    expect(() => readConfig(json)).toThrow(field);
  });

  test.each([[{}], ['x'], [{ tiles: 3 }]])('takes %j for no base map', (map) => {
    expect(readConfig({ ...LEAST, map }).map).toBeNull();
  });
});
