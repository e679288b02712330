import type { Settings } from './setting.ts';

const fleet = { group: 'FLEET' } as const;

/** What can be said of a fleet that is generated, by every command that generates. */
export const fleetSettings = {
  map: {
    ...fleet,
    kind: 'text',
    value: 'NAME|FILE',
    description:
      'roads to drive on: a name, an OpenStreetMap extract (.osm.pbf), or roads as .geojson; else gothenburg',
  },
  model: {
    ...fleet,
    kind: 'text',
    value: 'NAME',
    description: 'realistic (if nothing else is said), delivery (rounds of drops), or compat (as trip-simulator)',
  },
  profile: {
    ...fleet,
    kind: 'text',
    value: 'NAME|FILE',
    description: "car, bike, scooter, or a JSON file as trip-simulator's (--model compat)",
  },
  mend: {
    ...fleet,
    kind: 'text',
    value: 'BUGS',
    description: "trip-simulator's bugs not to repeat, separated by commas, or all (--model compat)",
  },
  dropouts: {
    ...fleet,
    kind: 'text',
    value: 'N[:SECONDS]',
    description: 'how often an hour a receiver has no fix, and how long (other models)',
  },
  properties: { ...fleet, kind: 'switch', description: 'speed, heading and accuracy with every fix' },
} as const satisfies Settings;
