import { readFile } from 'node:fs/promises';
import { codeOf, messageOf, UsageError } from '../../errors.ts';
import { nearName } from '../../near-name.ts';

/**
 * How a kind of vehicle is used: trip-simulator's own keys and units, so that its configuration files serve. Each value
 * V but the accuracy stands for |V × N(1, 1)|, drawn anew for every vehicle or trip.
 */
export interface Profile {
  readonly name: string;
  /** The roads it may take. */
  readonly vehicle: 'car' | 'bike';
  /** Kilometres: the radius of the disc that a trip's destination is drawn from. */
  readonly tripDistance: number;
  /** Kilometres: the standard deviation of how far a fix is off. */
  readonly horizontalAccuracy: number;
  /** Milliseconds; trip-simulator never reads it, and neither does simctl: that is `--every`. */
  readonly frequency: number;
  /** Milliseconds from going into service until leaving it; trip-simulator never reads it (see bugs.ts). */
  readonly serviceDuration: number;
  /** Milliseconds from going into service until the vehicle breaks down. */
  readonly timeToBreakage: number;
  /** Milliseconds. */
  readonly idleTimeBetweenTrips: number;
  /** Kilometres: the radius within which it looks for a passenger; 0: it waits where it is. */
  readonly distanceBetweenTrips: number;
}

/** trip-simulator 3.0.1's own three. A scooter goes where a bicycle may. */
export const PROFILES = {
  car: {
    name: 'car',
    vehicle: 'car',
    tripDistance: 8,
    horizontalAccuracy: 0.01,
    frequency: 5000,
    serviceDuration: 18_000_000,
    timeToBreakage: 180_000_000,
    idleTimeBetweenTrips: 50_000,
    distanceBetweenTrips: 0.5,
  },
  bike: {
    name: 'bike',
    vehicle: 'bike',
    tripDistance: 2.8,
    horizontalAccuracy: 0.01,
    frequency: 5000,
    serviceDuration: 43_200_000,
    timeToBreakage: 216_000_000,
    idleTimeBetweenTrips: 10_800_000,
    distanceBetweenTrips: 0,
  },
  scooter: {
    name: 'scooter',
    vehicle: 'bike',
    tripDistance: 1.7,
    horizontalAccuracy: 0.01,
    frequency: 5000,
    serviceDuration: 43_200_000,
    timeToBreakage: 183_200_000,
    idleTimeBetweenTrips: 54_000_000,
    distanceBetweenTrips: 0,
  },
} as const satisfies Record<string, Profile>;

/** The least and the most of each: no trip is longer than the way round the Earth, no wait longer than a century. */
const LIMITS = {
  tripDistance: { least: 0.001, most: 20_000, unit: 'kilometres' },
  horizontalAccuracy: { least: 0, most: 10, unit: 'kilometres' },
  frequency: { least: 1, most: 3.2e12, unit: 'milliseconds' },
  serviceDuration: { least: 1000, most: 3.2e12, unit: 'milliseconds' },
  timeToBreakage: { least: 1000, most: 3.2e12, unit: 'milliseconds' },
  idleTimeBetweenTrips: { least: 0, most: 3.2e12, unit: 'milliseconds' },
  distanceBetweenTrips: { least: 0, most: 20_000, unit: 'kilometres' },
} as const;

const KEYS = Object.keys(LIMITS) as (keyof typeof LIMITS)[];
const VEHICLES = ['car', 'bike'] as const;

/**
 * @param named `car`, `bike`, `scooter`, or the path of a JSON file with the same keys, `frequency` being optional, and
 * `vehicle` beside them (`car` or `bike`; by default `car`).
 * @throws UsageError that names the file and everything that is wrong in it.
 */
export async function readProfile(named: string): Promise<Profile> {
  if (Object.hasOwn(PROFILES, named)) return PROFILES[named as keyof typeof PROFILES];
  let text: string;
  try {
    text = await readFile(named, 'utf8');
  } catch (error) {
    const isPath = /[./\\]/.test(named) || codeOf(error) !== 'ENOENT';
    const names = Object.keys(PROFILES);
    throw new UsageError(
      isPath ? `cannot read the profile ${named}: ${messageOf(error)}` : `there is no profile "${named}"`,
      { hint: `--profile takes ${names.join(', ')}, or the path of a JSON file with the same keys.`, cause: error },
    );
  }
  let json: unknown;
  try {
    // An editor's byte order mark is no part of the JSON.
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UsageError(`the profile ${named} is no JSON: ${messageOf(error)}`, { cause: error });
  }
  return checkProfile(json, named);
}

/** @throws UsageError with every problem at once. @param file where it comes from, and its name */
export function checkProfile(json: unknown, file: string): Profile {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new UsageError(`the profile ${file} must be a JSON object with the keys ${KEYS.join(', ')}`);
  }
  const given = json as Record<string, unknown>;
  const missing = KEYS.filter((key) => key !== 'frequency' && !Object.hasOwn(given, key));
  const unknown = Object.keys(given).filter((key) => key !== 'vehicle' && !Object.hasOwn(LIMITS, key));
  const problems: string[] = [];
  for (const key of unknown) {
    const meant = nearName(key, [...missing, ...KEYS, 'vehicle']);
    problems.push(`unknown key ${JSON.stringify(key)}${meant === undefined ? '' : `; did you mean "${meant}"?`}`);
    // It would only say the same again.
    if (missing.includes(meant as never)) missing.splice(missing.indexOf(meant as never), 1);
  }
  for (const key of missing) problems.push(`"${key}" is missing (${LIMITS[key].unit})`);
  for (const key of KEYS) {
    if (!Object.hasOwn(given, key)) continue;
    const [value, { least, most, unit }] = [given[key], LIMITS[key]];
    if (typeof value === 'number' && value >= least && value <= most) continue;
    problems.push(`"${key}" must be a number of ${unit} from ${least} to ${most}; got ${JSON.stringify(value)}`);
  }
  const { vehicle = 'car' } = given;
  if (!VEHICLES.includes(vehicle as never)) {
    problems.push(`"vehicle" must be "car" or "bike"; got ${JSON.stringify(vehicle)}`);
  }
  if (problems.length > 0) {
    throw new UsageError(`the profile ${file} cannot be used:\n${problems.map((line) => `  ${line}`).join('\n')}`, {
      hint: "Distances are in kilometres, times in milliseconds, as in trip-simulator's own configuration files.",
    });
  }
  return { frequency: 5000, ...given, name: file, vehicle } as Profile;
}
