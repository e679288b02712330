/**
 * How real the realistic cars are: `npm run bench:realism` prints one table of real cars, of ours, and of
 * trip-simulator's, and ends with 1 where a figure of ours is not within its tolerance of the real cars.
 */
import { existsSync } from 'node:fs';
import { readMap } from '../src/generator/map/read-map.ts';
import type { RoadMap } from '../src/generator/map/road-map.ts';
import { type DrivingFigures, drivingFigures, percentile, type Stretch, standing } from './realism/driving-figures.ts';
import { driveFleet, gothenburg } from './realism/fleet.ts';
import { readRealCars } from './realism/real-cars.ts';
import { RECORDED } from './realism/recorded.ts';
import { readTripSimulatorProbes } from './realism/trip-simulator-probes.ts';
import { FIGURES, type RealFigures, verdictOn } from './realism/verdicts.ts';

const DATA = '../shared/data';
const FLEET = { cars: 200, seconds: 7200, seed: 1 };

const real = readReal();
const toolProbes = `${DATA}/trip-simulator-honolulu-crop-50-cars.probes.ndjson.gz`;
const tool = existsSync(toolProbes) ? figuresOfTool(toolProbes) : RECORDED.tool;
const maps: [name: string, map: RoadMap][] = [['gothenburg', gothenburg()]];
const honolulu = `${DATA}/honolulu_crop.osm.pbf`;
if (existsSync(honolulu)) maps.unshift(['honolulu', await readMap(honolulu)]);
const fleets = maps.map(([name, map]) => {
  const cars = driveFleet(map, FLEET).filter((trips) => trips.length > 0);
  const perKm = cars.map((trips) => drivingFigures(trips).stopsPerKm);
  return { name, figures: drivingFigures(cars.flat()), perKm };
});

const columns: [name: string, figures: DrivingFigures][] = [
  ...Object.entries(real.alone),
  ['together', real.together],
  ...fleets.map(({ name, figures }): [string, DrivingFigures] => [name, figures]),
  ['trip-sim', tool],
];
const line = (name: string, cells: readonly string[], end: string) =>
  console.log(`${name.padEnd(28)}${cells.map((cell) => cell.padStart(12)).join('')}   ${end}`.trimEnd());

line(
  '',
  columns.map(([name]) => name),
  'ours within 25 % of the real cars together (error lag-1: 0.04)?',
);
let holds = true;
for (const figure of FIGURES) {
  const verdict = verdictOn(
    figure,
    fleets.map(({ figures }) => figures),
    real,
  );
  holds &&= verdict.holds;
  const cells = columns.map(([, { [figure.key]: value }]) =>
    Number.isNaN(value) ? '-' : value.toFixed(figure.digits),
  );
  line(figure.name, cells, verdict.text);
}
line(
  '(step at stops, m)',
  columns.map(([, { stationaryStep }]) => stationaryStep.toFixed(2)),
  '',
);
line(
  '(hours of trips)',
  columns.map(([, { hours }]) => hours.toFixed(1)),
  '',
);

console.log(`
Real: Brazilian Naturalistic Driving Study, Curitiba, 1 Hz, three trips each of drivers A and C. Accelerations, stops and
the receiver's error were fitted to driver A, with C's figures in sight, so C is no blind test; how often cars stop was set
between the two, as they are too far apart for one rate to be within 25 % of both, and each car has a rate of its own. A row
without a remark holds for A and C alone as well:`);
for (const { name, perKm } of fleets) {
  const [low, high] = [percentile(perKm, 10).toFixed(2), percentile(perKm, 90).toFixed(2)];
  console.log(`  ${name}: stops per km of single cars ${low} (p10) to ${high} (p90)`);
}
console.log(`Ours: ${FLEET.cars} cars, ${FLEET.seconds} s from a Tuesday noon, seed ${FLEET.seed}; time on trips only, as the real trips are.
trip-sim: trip-simulator's own probes of 50 cars on honolulu, time on trips only; its probes have no speed, so it is that between
means of 15 s; its error is that of a car which broke down.${existsSync(DATA) ? '' : `\n${DATA} is absent: real cars and trip-simulator as recorded from it.`}`);
if (!holds) process.exitCode = 1;

function readReal(): RealFigures {
  const file = (driver: string) => `${DATA}/real-cars-curitiba-driver-${driver}.csv`;
  if (!['A', 'C'].every((driver) => existsSync(file(driver)))) return RECORDED.real;
  const [a, c] = ['A', 'C'].map((driver) => readRealCars(file(driver)).stretches) as [Stretch[], Stretch[]];
  return {
    alone: { 'driver A': drivingFigures(a), 'driver C': drivingFigures(c) },
    together: drivingFigures([...a, ...c]),
  };
}

function figuresOfTool(file: string): DrivingFigures {
  const probes = readTripSimulatorProbes(file);
  return { ...drivingFigures(probes.trips), ...standing(probes.standing) };
}
