import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drivingFigures, percentile, type Stretch, standing } from '../../bench/realism/driving-figures.ts';
import { parseRealCars, readRealCars } from '../../bench/realism/real-cars.ts';

/** A car that goes by these speeds, in m/s, at one place: figures of speed do not look at places. */
const stretch = (...speed: number[]): Stretch => ({
  speed,
  lon: speed.map(() => -49),
  lat: speed.map((_, i) => -25 + i * 1e-6),
});

describe('the figures of a drive', () => {
  it('count stops of three seconds and more, and all time below half a metre a second', () => {
    const figures = drivingFigures([stretch(10, 0, 0, 0, 10, 10, 0.4, 0.4, 10, 0, 0, 0, 0, 0.2), stretch(0.5, 0.5)]);
    expect(figures.stops).toBe(2);
    expect(figures.stoppedShare).toBe(10 / 16);
    expect(figures.km).toBeCloseTo((40 + 0.8 + 0.2 + 1) / 1000, 12);
    expect(figures.stopsPerKm).toBeCloseTo(2 / 0.042, 6);
    expect([figures.stopP50, figures.stopP75]).toEqual([4, 4.5]);
    expect(figures.movingMean).toBeCloseTo((40 + 1) / 6, 12);
  });

  it('take no change of speed across a gap', () => {
    expect(drivingFigures([stretch(3, 3), stretch(9, 9)]).changeSd).toBe(0);
    expect(drivingFigures([stretch(3, 5, 3)]).changeSd).toBe(2);
  });

  it('say when there is nothing to measure', () => {
    expect(() => drivingFigures([stretch(3), stretch(9)])).toThrow(/no two fixes a second apart/);
  });

  it('measure the error of receivers that stand, stop by stop', () => {
    const lat = Array.from({ length: 40 }, (_, i) => 21 + Math.sin(i / 5) * 1e-5);
    const { errorLag1, stationaryStep } = standing([{ lon: lat.map(() => -157), lat }]);
    // sin(x) and sin(x + 1/5) over about a turn; the longitude does not vary and has no correlation.
    expect(errorLag1).toBeGreaterThan(0.97);
    expect(stationaryStep).toBeCloseTo((1.113 / 5) * (2 / Math.PI), 1);
    expect(standing([]).errorLag1).toBeNaN();
  });

  it('have percentiles between the nearest two', () => {
    expect(percentile([4, 1, 2, 3], 50)).toBe(2.5);
    expect(percentile([7], 95)).toBe(7);
    expect(percentile([], 50)).toBeNaN();
  });
});

const HEADER = 'DRIVER;LONG;LAT;03:00:00;ID;SPD_KMH;VALID_TIME';
const row = (time: string, kmh = '36', { id = 'A05', lat = '-25,4', valid = 'Yes' } = {}) =>
  `A;-49,2;${lat};${time};${id};${kmh};${valid}`;

describe('recordings of real cars', () => {
  it('are read with their commas', () => {
    const { stretches } = parseRealCars([HEADER, row('22:17:27', '36,36'), row('22:17:28')].join('\r\n'));
    expect(stretches).toEqual([{ lon: [-49.2, -49.2], lat: [-25.4, -25.4], speed: [36.36 / 3.6, 10] }]);
  });

  it.each([
    ['a missing second', [row('22:59:59'), row('23:00:01')], 2, 0, 1],
    ['a repeated second', [row('22:59:58'), row('22:59:58'), row('22:59:59')], 1, 1, 0],
    ['an invalid row', [row('10:00:00'), row('10:00:01', '36', { valid: 'No' }), row('10:00:02')], 2, 1, 1],
    ['a row without a place', [row('10:00:00'), row('10:00:01', '36', { lat: '' }), row('10:00:02')], 2, 1, 1],
    ['another trip', [row('10:00:00'), row('10:00:01', '36', { id: 'A06' })], 2, 0, 0],
  ])('are cut at %s', (_, rows, stretches, skipped, gaps) => {
    const recording = parseRealCars([HEADER, ...rows].join('\n'));
    expect({ ...recording, stretches: recording.stretches.length }).toEqual({ stretches, skipped, gaps });
  });

  it('of another kind are refused', () => {
    expect(() => parseRealCars('LAT;LONG\n1;2\n')).toThrow(/no column ID/);
  });

  const file = '../shared/data/real-cars-curitiba-driver-A.csv';
  it.skipIf(!existsSync(file))('of driver A are an hour with fifty stops (needs ../shared)', () => {
    const { stretches, skipped, gaps } = readRealCars(file);
    expect([stretches.length, skipped, gaps]).toEqual([5, 0, 2]);
    const figures = drivingFigures(stretches);
    expect(figures.stops).toBe(50);
    expect(figures.stoppedShare).toBeCloseTo(0.3, 2);
    expect(figures.errorLag1).toBeCloseTo(0.94, 2);
  });
});
