import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Stretch } from './driving-figures.ts';

/** What trip-simulator's own probes hold: its trips, and the fixes of vehicles that stand. */
export interface SimulatedProbes {
  readonly trips: Stretch[];
  readonly standing: Pick<Stretch, 'lon' | 'lat'>[];
}

interface Spell {
  readonly status: string;
  readonly lon: number[];
  readonly lat: number[];
}

/**
 * Its probes carry no speed, and from fix to fix its white noise (7 m on each axis) looks like 12 m/s in a parked car. So
 * the speed is that over longer: the way between the means of `WINDOW_SECONDS` fixes, one window after the other, between
 * whose middles it is taken as even. A trip is a spell of `traveling`; vehicles stand while `broken` (a second of `idling`
 * between trips tells nothing).
 */
export function readTripSimulatorProbes(file: string): SimulatedProbes {
  const open = new Map<string, Spell>();
  const ended: Spell[] = [];
  for (const line of gunzipSync(readFileSync(file)).toString().split('\n')) {
    if (line === '') continue;
    const { properties, geometry } = JSON.parse(line) as Probe;
    let spell = open.get(properties.id);
    if (spell?.status !== properties.status) {
      if (spell) ended.push(spell);
      spell = { status: properties.status, lon: [], lat: [] };
      open.set(properties.id, spell);
    }
    spell.lon.push(geometry.coordinates[0]);
    spell.lat.push(geometry.coordinates[1]);
  }
  const spells = [...ended, ...open.values()];
  return {
    trips: spells.filter(({ status }) => status === 'traveling').flatMap(withSpeed),
    standing: spells.filter(({ status, lon }) => status === 'broken' && lon.length >= WINDOW_SECONDS),
  };
}

interface Probe {
  readonly properties: { readonly id: string; readonly status: string };
  readonly geometry: { readonly coordinates: readonly [number, number] };
}

const WINDOW_SECONDS = 15;

/** Trips too short for two windows say nothing of speed. */
function withSpeed({ lon, lat }: Spell): Stretch[] {
  const windows = Math.floor(lon.length / WINDOW_SECONDS);
  if (windows < 2) return [];
  const means = Array.from({ length: windows }, (_, w) => {
    const within = (values: readonly number[]) =>
      values.slice(w * WINDOW_SECONDS, (w + 1) * WINDOW_SECONDS).reduce((total, x) => total + x / WINDOW_SECONDS, 0);
    return [within(lon), within(lat)] as const;
  });
  const cosine = Math.cos((lat[0]! * Math.PI) / 180);
  const between = means.slice(1).map(([x, y], w) => {
    const [east, north] = [(x - means[w]![0]) * cosine, y - means[w]![1]];
    return (Math.hypot(east, north) * 111_320) / WINDOW_SECONDS;
  });
  const middle = WINDOW_SECONDS / 2;
  const speed = lon.map(
    (_, i) => between[Math.min(between.length - 1, Math.max(0, Math.floor((i - middle) / WINDOW_SECONDS)))]!,
  );
  return [{ lon, lat, speed }];
}
