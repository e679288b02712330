import { ROAD_CLASSES } from './graph.ts';
import type { Passage, Tags } from './read-tags.ts';

// Facts of OSRM's car profile (v5.27.1, `profiles/car.lua`), which trip-simulator relies on.

/** km/h; a class that is not listed is not for cars. */
const BY_CLASS: Readonly<Record<string, number>> = {
  motorway: 90,
  motorway_link: 45,
  trunk: 85,
  trunk_link: 40,
  primary: 65,
  primary_link: 30,
  secondary: 55,
  secondary_link: 25,
  tertiary: 40,
  tertiary_link: 20,
  unclassified: 25,
  residential: 25,
  living_street: 10,
  service: 15,
};

/** Traffic drives at about this share of a posted limit. */
const OF_LIMIT = 0.8;

const CLOSED = new Set(['no', 'agricultural', 'forestry', 'emergency', 'psv']);
const LOCAL = new Set(['private', 'delivery', 'destination', 'customers']);

/** km/h at most, by what the road is made of and how worn it is. */
const BY_SURFACE: Readonly<Record<string, number>> = {
  cement: 80,
  compacted: 80,
  fine_gravel: 80,
  paving_stones: 60,
  metal: 60,
  bricks: 60,
  grass: 40,
  wood: 40,
  sett: 40,
  grass_paver: 40,
  gravel: 40,
  unpaved: 40,
  ground: 40,
  dirt: 40,
  pebblestone: 40,
  tartan: 40,
  cobblestone: 30,
  clay: 30,
  earth: 20,
  stone: 20,
  rocky: 20,
  sand: 20,
  mud: 10,
};
const BY_TRACKTYPE: Readonly<Record<string, number>> = { grade1: 60, grade2: 40, grade3: 30, grade4: 25, grade5: 20 };
const BY_SMOOTHNESS: Readonly<Record<string, number>> = {
  intermediate: 80,
  bad: 40,
  very_bad: 20,
  horrible: 10,
  very_horrible: 5,
  impassable: 0,
};

/** Roads that a search avoids where another leads on. */
const SERVICE_EASE: Readonly<Record<string, number>> = {
  alley: 0.5,
  parking: 0.5,
  parking_aisle: 0.5,
  driveway: 0.5,
  'drive-through': 0.5,
  'drive-thru': 0.5,
};

/** How cars use a way; undefined where they do not. */
export function carPassage(tags: Tags): Passage | undefined {
  const highway = String(tags.highway);
  const byClass = BY_CLASS[highway];
  const access = String(tags.motorcar ?? tags.motor_vehicle ?? tags.vehicle ?? tags.access);
  if (byClass === undefined || CLOSED.has(access) || tags.area === 'yes' || isForSomeOnly(tags)) return undefined;
  const most = Math.min(
    BY_SURFACE[String(tags.surface)] ?? Number.POSITIVE_INFINITY,
    BY_TRACKTYPE[String(tags.tracktype)] ?? Number.POSITIVE_INFINITY,
    BY_SMOOTHNESS[String(tags.smoothness)] ?? Number.POSITIVE_INFINITY,
  );
  const speed = (direction: 'forward' | 'backward') => {
    const limit = limitKmh(tags[`maxspeed:${direction}`] ?? tags['maxspeed:advisory'] ?? tags.maxspeed);
    return Math.min(limit > 0 ? limit * OF_LIMIT : byClass, most) / 3.6;
  };
  const { forward, backward } = directions(tags);
  return {
    roadClass: ROAD_CLASSES.indexOf(highway as (typeof ROAD_CLASSES)[number]),
    forward: forward ? speed('forward') : 0,
    backward: backward ? speed('backward') : 0,
    ease: ease(tags, forward && backward),
    local: LOCAL.has(access),
  };
}

/** Lanes for shared cars only; roads whose direction depends on the hour; roads that cannot be driven. */
function isForSomeOnly({ hov, oneway, impassable, status }: Tags): boolean {
  return hov === 'designated' || oneway === 'reversible' || impassable === 'yes' || status === 'impassable';
}

function ease({ service, width, lanes, oneway, side_road: sideRoad }: Tags, isTwoWay: boolean): number {
  const isNarrow = Number.parseInt(String(width), 10) <= 3 || (isTwoWay && Number.parseInt(String(lanes), 10) <= 1);
  return Math.min(
    SERVICE_EASE[String(service)] ?? 1,
    isNarrow ? 0.5 : 1,
    oneway === 'alternating' ? 0.4 : 1,
    sideRoad === 'yes' || sideRoad === 'rotary' ? 0.8 : 1,
  );
}

/** Limits that are words; NaN where there is none, or one that says nothing. */
export function limitKmh(tag: unknown): number {
  const text = String(tag).trim().toLowerCase();
  if (text === 'none') return 140;
  if (text === 'walk') return 10;
  // The country does not matter: "DE:rural", "urban".
  const word = /^(?:[a-z]{2}:)?(urban|rural|trunk|motorway)$/.exec(text)?.[1];
  if (word !== undefined) return { urban: 50, rural: 90, trunk: 110, motorway: 130 }[word]!;
  const [, number, unit] = /^([0-9]+(?:\.[0-9]+)?)\s*(km\/h|kmh|kph|mph|knots)?(?:\s*;.*)?$/.exec(text) ?? [];
  return Number(number) * (unit === 'mph' ? 1.609344 : unit === 'knots' ? 1.852 : 1);
}

/** Which ways a road may be driven. */
export function directions(tags: Tags): { forward: boolean; backward: boolean } {
  const { oneway, highway, junction } = tags;
  if (oneway === '-1' || oneway === 'reverse') return { forward: false, backward: true };
  const isImplied = highway === 'motorway' || junction === 'roundabout' || junction === 'circular';
  const isSingle = oneway === 'yes' || oneway === 'true' || oneway === '1' || (oneway !== 'no' && isImplied);
  return { forward: true, backward: !isSingle };
}

/** What cars can pass although it is tagged as a barrier. */
const PASSABLE = new Set([
  'cattle_grid',
  'border_control',
  'toll_booth',
  'sally_port',
  'gate',
  'lift_gate',
  'no',
  'entrance',
  'height_restrictor',
  'arch',
]);

/** Whether cars must turn round at a node. */
export function stopsCars(tags: Tags): boolean {
  const access = tags.motorcar ?? tags.motor_vehicle ?? tags.vehicle ?? tags.access;
  if (access !== undefined) return CLOSED.has(String(access));
  if (tags.barrier === undefined || (tags.barrier === 'bollard' && tags.bollard === 'rising')) return false;
  return !PASSABLE.has(String(tags.barrier));
}
