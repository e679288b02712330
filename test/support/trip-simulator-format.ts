/**
 * What holds for every line that trip-simulator 3.0.1 writes. Each checker takes the lines of one file, without their
 * newlines, and gives what is wrong: nothing, for the tool's own files.
 */
export interface Checked {
  readonly lines: number;
  /** The first few. */
  readonly problems: string[];
}

const MOST_PROBLEMS = 10;
const NUMBER = '(-?[0-9.]+(?:e-?[0-9]+)?)';
const POINT = `{"type":"Point","coordinates":\\[${NUMBER},${NUMBER}\\]}`;
const PROBE = new RegExp(
  `^{"type":"Feature","properties":{"id":"([A-Z]{3}-[0-9]{4})","time":([0-9]+),"status":"([a-z]+)"},"geometry":${POINT}}$`,
);
const CHANGE = new RegExp(
  `^{"vehicle_id":"([A-Z]{3}-[0-9]{4})","event_time":([0-9]+),"event_type":"([a-z]+)","event_type_reason":"([a-z_]+)","event_location":{"type":"Feature","properties":{},"geometry":${POINT}}}$`,
);
const TRACE = new RegExp(
  `^{"type":"Feature","properties":{"d":${NUMBER}},"geometry":{"type":"LineString","coordinates":\\[(.+)\\]}}$`,
);
const TRIP = new RegExp(
  `^{"vehicle_id":"([A-Z]{3}-[0-9]{4})","trip_duration":${NUMBER},"trip_distance":${NUMBER},"start_time":([0-9]+),"end_time":${NUMBER},"route":{"type":"FeatureCollection","features":\\[(.+)\\]}}$`,
);
const VERTEX = new RegExp(`^{"type":"Feature","properties":{"timestamp":([0-9]+)},"geometry":${POINT}}$`);

/** What may follow what from one second to the next; a broken vehicle stays so. */
const NEXT: Record<string, readonly string[]> = {
  idling: ['idling', 'searching', 'traveling'],
  searching: ['searching', 'traveling'],
  traveling: ['traveling', 'idling', 'broken'],
  broken: ['broken'],
};
/** The pairs of MDS, and what may follow each. */
const AFTER: Record<string, readonly string[]> = {
  '': ['available/service_start'],
  'available/service_start': ['reserved/user_pick_up'],
  'reserved/user_pick_up': ['available/user_drop_off', 'unavailable/maintenance'],
  'available/user_drop_off': ['reserved/user_pick_up'],
  // Where a vehicle breaks down in the very second of its arrival.
  'unavailable/maintenance': ['available/user_drop_off'],
};

export interface ProbeRules {
  /** Seconds between two fixes of a vehicle; statuses are compared only where nothing lies between. */
  readonly every?: number;
  /** Epoch ms of the first step, where it is known. */
  readonly first?: number;
}

/** By second, within it every vehicle, always in one order; the file may end within a second, as the author's does. */
export function checkProbes(lines: Iterable<string>, { every = 1, first }: ProbeRules = {}): Checked {
  const { say, checked } = checker();
  const order: string[] = [];
  const statuses: string[] = [];
  const idle: number[] = []; // how long each vehicle has been idling; NaN in its first spell, which is as long as it is
  let [time, at, startedAt] = [Number.NaN, 0, Number.NaN];
  for (const line of lines) {
    checked.lines++;
    const [, id, timeText, status, lon, lat] = PROBE.exec(line) ?? [];
    if (!say(status !== undefined, 'no probe', line)) continue;
    checkPlace(say, lon!, lat!, line);
    const stamp = Number(timeText);
    if (Number.isNaN(time)) {
      say(first === undefined || stamp === first, `the first step is at ${stamp}, not ${first}`, line);
      [time, startedAt] = [stamp, stamp];
    }
    if (stamp !== time) {
      say(stamp === time + every * 1000, `after ${time} comes ${stamp}`, line);
      say(at === order.length, `${at} of ${order.length} vehicles at ${time}`, line);
      [time, at] = [stamp, 0];
    }
    if (stamp === startedAt) order.push(id!);
    say(order[at] === id, `${id} is out of order`, line);
    const before = statuses[at];
    say(status! in NEXT, `no status ${status}`, line);
    if (every === 1) {
      if (before === undefined) say(status === 'idling', 'a vehicle idles first', line);
      else say(NEXT[before]?.includes(status!) === true, `after ${before} comes ${status}`, line);
      idle[at] = status !== 'idling' ? 0 : before === undefined ? Number.NaN : idle[at]! + 1;
      say(!(idle[at]! > 1), 'idle for longer than one second between two trips', line);
    }
    statuses[at++] = status!;
  }
  return checked;
}

/** By second, and in each vehicle's own order. */
export function checkChanges(lines: Iterable<string>): Checked {
  const { say, checked } = checker();
  const last = new Map<string, string>();
  const spawned = new Map<string, number>();
  let [time, rank] = [0, -1];
  for (const line of lines) {
    checked.lines++;
    const [, id, timeText, type, reason, lon, lat] = CHANGE.exec(line) ?? [];
    if (!say(reason !== undefined, 'no change', line)) continue;
    checkPlace(say, lon!, lat!, line);
    if (!spawned.has(id!)) spawned.set(id!, spawned.size);
    const stamp = Number(timeText);
    if (stamp > time) rank = -1;
    say(stamp % 1000 === 0 && stamp >= time, `time ${stamp} after ${time}`, line);
    say(spawned.get(id!)! >= rank, `${id} is out of order`, line);
    [time, rank] = [stamp, spawned.get(id!)!];
    const [before, now] = [last.get(id!) ?? '', `${type}/${reason}`];
    say(AFTER[before]?.includes(now) === true, `after "${before}" comes "${now}"`, line);
    last.set(id!, now);
  }
  return checked;
}

export function checkTraces(lines: Iterable<string>): Checked {
  const { say, checked } = checker();
  for (const line of lines) {
    checked.lines++;
    const [, km, coordinates] = TRACE.exec(line) ?? [];
    if (!say(coordinates !== undefined, 'no trace', line)) continue;
    say(Number(km) > 0 && String(Number(km)) === km, `a length of ${km}`, line);
    const points = coordinates!.slice(1, -1).split('],[');
    say(points.length >= 2, 'fewer than two vertices', line);
    for (const point of points) {
      const [lon = '', lat = '', ...more] = point.split(',');
      say(more.length === 0, `a vertex [${point}]`, line);
      checkPlace(say, lon, lat, line);
    }
  }
  return checked;
}

export function checkTrips(lines: Iterable<string>): Checked {
  const { say, checked } = checker();
  for (const line of lines) {
    checked.lines++;
    const [, , seconds, metres, startTime, endTime, vertices] = TRIP.exec(line) ?? [];
    if (!say(vertices !== undefined, 'no trip', line)) continue;
    const [lasts, start, end] = [Number(seconds), Number(startTime), Number(endTime)];
    for (const text of [seconds!, metres!, endTime!]) say(String(Number(text)) === text, `the number ${text}`, line);
    say(lasts > 0 && Number(metres) > 0, 'an empty trip', line);
    say(start % 1000 === 0, `starts at ${start}`, line);
    say(Math.abs(end - start - lasts * 1000) < 0.01, `ends at ${end}`, line);
    const features = vertices!.split(/(?<=]}}),/);
    say(features.length >= 2, 'fewer than two vertices', line);
    for (const [i, feature] of features.entries()) {
      const [, stamp, lon, lat] = VERTEX.exec(feature) ?? [];
      if (!say(lat !== undefined, `a vertex ${feature}`, line)) continue;
      say(Number(stamp) === start + i * 1000, `vertex ${i} at ${stamp}`, line);
      checkPlace(say, lon!, lat!, line);
    }
  }
  return checked;
}

type Say = (holds: boolean, problem: string, line: string) => boolean;

function checker(): { say: Say; checked: { lines: number; problems: string[] } } {
  const checked = { lines: 0, problems: [] as string[] };
  const say: Say = (holds, problem, line) => {
    if (!holds && checked.problems.length < MOST_PROBLEMS) {
      checked.problems.push(`line ${checked.lines}: ${problem}: ${line.slice(0, 200)}`);
    }
    return holds;
  };
  return { say, checked };
}

/** Longitude first, and numbers as JavaScript writes them. */
function checkPlace(say: Say, lon: string, lat: string, line: string): void {
  say(String(Number(lon)) === lon && String(Number(lat)) === lat, `the place ${lon},${lat}`, line);
  say(Math.abs(Number(lon)) <= 180 && Math.abs(Number(lat)) <= 90, `the place ${lon},${lat}`, line);
}
