/**
 * Driving speeds in km/h by road class: those of OSRM's car profile (v5.27.1, `profiles/car.lua`), which trip-simulator
 * relies on. A class that is not listed is not for cars.
 */
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

/** Traffic drives at about this share of a posted limit (the same profile). */
const OF_LIMIT = 0.8;

/** Tags as OpenStreetMap has them; speed in m/s, or undefined where a car may not drive. */
export function drivingSpeed(tags: Readonly<Record<string, unknown>>): number | undefined {
  const byClass = BY_CLASS[String(tags.highway)];
  if (byClass === undefined || closed(tags)) return undefined;
  const limit = limitKmh(String(tags.maxspeed));
  return (limit > 0 ? limit * OF_LIMIT : byClass) / 3.6;
}

/** NaN where there is no number. */
function limitKmh(tag: string): number {
  return Number.parseFloat(tag) * (tag.endsWith('mph') ? 1.609344 : 1);
}

/** The more a tag says of cars, the more it counts. */
function closed({ motorcar, motor_vehicle, vehicle, access, area }: Readonly<Record<string, unknown>>): boolean {
  const allowed = motorcar ?? motor_vehicle ?? vehicle ?? access;
  return allowed === 'no' || allowed === 'private' || allowed === 'psv' || area === 'yes';
}

/** Which ways a road may be driven. */
export function directions(tags: Readonly<Record<string, unknown>>): { forward: boolean; backward: boolean } {
  const { oneway, highway, junction } = tags;
  if (oneway === '-1') return { forward: false, backward: true };
  const single =
    oneway === 'yes' ||
    oneway === 'true' ||
    oneway === '1' ||
    (oneway !== 'no' && (highway === 'motorway' || junction === 'roundabout'));
  return { forward: true, backward: !single };
}
