import { directions } from './car-roads.ts';
import { ROAD_CLASSES, type RoadClass } from './graph.ts';
import type { Passage, Tags } from './read-tags.ts';

/** km/h. A bicycle goes as fast on any road; it is pushed on footways. */
const RIDING = 15;
const PUSHING = 4;

const ROADS = new Set<string>(ROAD_CLASSES.filter((road) => road !== 'motorway' && road !== 'motorway_link'));
const WALKED = new Set(['footway', 'pedestrian']);
const OPEN = new Set(['yes', 'designated', 'permissive', 'official', 'destination']);
const CLOSED = new Set(['no', 'use_sidepath', 'private']);

/** km/h at most. */
const BY_SURFACE: Readonly<Record<string, number>> = {
  cobblestone: 7,
  sett: 10,
  unpaved: 10,
  gravel: 10,
  pebblestone: 10,
  ground: 10,
  dirt: 10,
  earth: 10,
  grass: 7,
  mud: 3,
  sand: 3,
};

/** How bicycles use a way; undefined where they do not. Bans of cars are none of theirs. */
export function bikePassage(tags: Tags): Passage | undefined {
  const highway = String(tags.highway);
  if (!ROADS.has(highway) || tags.area === 'yes') return undefined;
  const own = tags.bicycle === undefined ? undefined : String(tags.bicycle);
  const access = own ?? String(tags.vehicle ?? tags.access);
  const isOpen = own !== undefined && OPEN.has(own);
  if (!isOpen && (CLOSED.has(access) || tags.motorroad === 'yes')) return undefined;
  const isPushed = own === 'dismount' || (WALKED.has(highway) && !isOpen);
  const kmh = isPushed ? PUSHING : Math.min(RIDING, BY_SURFACE[String(tags.surface)] ?? RIDING);
  const { forward, backward } = isPushed ? { forward: true, backward: true } : ridingDirections(tags);
  return {
    roadClass: ROAD_CLASSES.indexOf(highway as RoadClass),
    forward: forward ? kmh / 3.6 : 0,
    backward: backward ? kmh / 3.6 : 0,
    ease: ['trunk', 'trunk_link', 'primary', 'primary_link'].includes(highway) ? 0.7 : 1,
    local: false,
  };
}

/** As for all, but where bicycles may ride against a one-way street. */
function ridingDirections(tags: Tags): { forward: boolean; backward: boolean } {
  const own = tags['oneway:bicycle'];
  const against = ['cycleway', 'cycleway:left', 'cycleway:right', 'cycleway:both'].some((key) =>
    String(tags[key]).startsWith('opposite'),
  );
  if (own === 'no' || against) return { forward: true, backward: true };
  return directions(own === undefined ? tags : { ...tags, oneway: own });
}

/** Whether bicycles must turn round at a node: few barriers are for them. */
export function stopsBikes(tags: Tags): boolean {
  const access = tags.bicycle ?? tags.vehicle ?? tags.access;
  return tags.barrier !== undefined && CLOSED.has(String(access));
}
