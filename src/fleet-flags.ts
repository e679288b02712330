import { Flags } from './oclif.ts';

/** The flags of what is generated, for every command that generates. */
export const fleetFlags = {
  map: Flags.string({
    helpGroup: 'FLEET',
    helpValue: 'NAME|FILE',
    description:
      'roads to drive on: a name, an OpenStreetMap extract (.osm.pbf), or roads as .geojson; else gothenburg',
  }),
  model: Flags.string({
    helpGroup: 'FLEET',
    helpValue: 'NAME',
    description: 'realistic (if nothing else is said), delivery (rounds of drops), or compat (as trip-simulator)',
  }),
  profile: Flags.string({
    helpGroup: 'FLEET',
    helpValue: 'NAME|FILE',
    description: "car, bike, scooter, or a JSON file as trip-simulator's (--model compat)",
  }),
  mend: Flags.string({
    helpGroup: 'FLEET',
    helpValue: 'BUGS',
    description: "trip-simulator's bugs not to repeat, separated by commas, or all (--model compat)",
  }),
  dropouts: Flags.string({
    helpGroup: 'FLEET',
    helpValue: 'N[:SECONDS]',
    description: 'how often an hour a receiver has no fix, and how long (other models)',
  }),
  properties: Flags.boolean({ helpGroup: 'FLEET', description: 'speed, heading and accuracy with every fix' }),
};
