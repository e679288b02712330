import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DrivingFigures, drivingFigures, standing } from '../../bench/realism/driving-figures.ts';
import { driveFleet, gothenburg } from '../../bench/realism/fleet.ts';
import { readRealCars } from '../../bench/realism/real-cars.ts';
import { RECORDED } from '../../bench/realism/recorded.ts';
import { readTripSimulatorProbes } from '../../bench/realism/trip-simulator-probes.ts';
import { FIGURES, isWithin, verdictOn } from '../../bench/realism/verdicts.ts';

const figure = (key: string) => FIGURES.find((each) => each.key === key)!;
const { together } = RECORDED.real;

describe('a verdict', () => {
  it('is yes within a quarter either way, also of negative figures', () => {
    for (const [value, holds] of [
      [together.changeP5 * 1.24, true],
      [together.changeP5 * 0.76, true],
      [together.changeP5 * 1.26, false],
      [-together.changeP5, false],
      [Number.NaN, false],
    ] as const) {
      expect(verdictOn(figure('changeP5'), [{ ...together, changeP5: value }], RECORDED.real).holds).toBe(holds);
    }
  });

  it('is yes within 0.04 for correlations', () => {
    expect(isWithin(figure('errorLag1'), 0.91, 0.942)).toBe(true);
    expect(isWithin(figure('errorLag1'), 0.9, 0.942)).toBe(false);
  });

  it('needs every fleet, and says by how much each is off', () => {
    const [near, far] = [
      { ...together, stoppedShare: together.stoppedShare * 1.1 },
      { ...together, stoppedShare: 0 },
    ];
    expect(verdictOn(figure('stoppedShare'), [near, far], RECORDED.real)).toEqual({
      holds: false,
      text: 'NO: +10 %, -100 %',
    });
  });

  it('names the driver that is too far from the others', () => {
    expect(verdictOn(figure('stopsPerKm'), [together], RECORDED.real).text).toMatch(
      /^yes: \+0 %; .*from driver A alone; .*from driver C alone$/,
    );
  });
});

describe('what is recorded', () => {
  const data = '../shared/data';
  const close = (figures: DrivingFigures, recorded: DrivingFigures) => {
    for (const [key, value] of Object.entries(figures)) {
      const before = recorded[key as keyof DrivingFigures];
      if (Number.isNaN(before)) expect(value).toBeNaN();
      else expect(Math.abs(value - before)).toBeLessThanOrEqual(Math.abs(before) * 1e-4);
    }
  };

  it.skipIf(!existsSync(data))('is what real cars and trip-simulator give today (needs ../shared)', () => {
    const [a, c] = ['A', 'C'].map(
      (driver) => readRealCars(`${data}/real-cars-curitiba-driver-${driver}.csv`).stretches,
    );
    close(drivingFigures(a!), RECORDED.real.alone['driver A']!);
    close(drivingFigures(c!), RECORDED.real.alone['driver C']!);
    close(drivingFigures([...a!, ...c!]), together);
    const probes = readTripSimulatorProbes(`${data}/trip-simulator-honolulu-crop-50-cars.probes.ndjson.gz`);
    close({ ...drivingFigures(probes.trips), ...standing(probes.standing) }, RECORDED.tool);
  });
});

describe('realistic cars in Gothenburg', () => {
  it('drive as real ones do, every figure within its tolerance', () => {
    const fleet = driveFleet(gothenburg(), { cars: 80, seconds: 3600, seed: 7 });
    const figures = drivingFigures(fleet.flat());
    const missed = FIGURES.filter(({ key }) => !isWithin(figure(key), figures[key], together[key]));
    expect(missed.map(({ key }) => `${key} ${figures[key]}`)).toEqual([]);
  });
});
