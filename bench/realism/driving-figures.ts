/** What a drive looks like in figures, the same for real cars and simulated ones. */

/** Fixes of one car on one trip, one a second without a gap. */
export interface Stretch {
  /** WGS84 degrees, with the receiver's error. */
  readonly lon: readonly number[];
  readonly lat: readonly number[];
  /** m/s, as the receiver has it. */
  readonly speed: readonly number[];
}

export interface DrivingFigures {
  readonly hours: number;
  readonly km: number;
  readonly stops: number;
  /** Of the time, 0 … 1. */
  readonly stoppedShare: number;
  readonly stopsPerKm: number;
  /** Seconds. */
  readonly stopP50: number;
  readonly stopP75: number;
  readonly stopP95: number;
  /** m/s from one second to the next. */
  readonly changeSd: number;
  readonly changeP5: number;
  readonly changeP95: number;
  readonly changeP99: number;
  /** m/s while not stopped. */
  readonly movingP50: number;
  readonly movingMean: number;
  /** Correlation of a standing receiver's error with that of the next second; NaN without a stop that is long enough. */
  readonly errorLag1: number;
  /** Metres between neighbouring fixes of a standing receiver. */
  readonly stationaryStep: number;
}

/** Slower is stopped: receivers seldom say 0. */
const STOPPED_MPS = 0.5;
/** Shorter is no stop but a car that creeps. */
const STOP_SECONDS = 3;
/** A stop tells of the receiver when it is this long, without its ends, where the car still rolls. */
const [STANDING_SECONDS, ROLLING_SECONDS] = [10, 2];

const METRES_PER_DEGREE = 111_320;

/** @throws RangeError where no fix has a successor: there is nothing to measure */
export function drivingFigures(stretches: readonly Stretch[]): DrivingFigures {
  const speeds = stretches.flatMap(({ speed }) => speed);
  const changes = stretches.flatMap(({ speed }) => speed.slice(1).map((v, i) => v - speed[i]!));
  if (changes.length === 0) throw new RangeError('no two fixes a second apart');
  const moving = speeds.filter((v) => v >= STOPPED_MPS);
  const km = sum(speeds) / 1000;
  const stops = stretches.flatMap((stretch) => spells(stretch.speed).map(([from, to]) => ({ stretch, from, to })));
  const lengths = stops.map(({ from, to }) => to - from);
  return {
    hours: speeds.length / 3600,
    km,
    stops: stops.length,
    stoppedShare: (speeds.length - moving.length) / speeds.length,
    stopsPerKm: stops.length / km,
    stopP50: percentile(lengths, 50),
    stopP75: percentile(lengths, 75),
    stopP95: percentile(lengths, 95),
    changeSd: standardDeviation(changes),
    changeP5: percentile(changes, 5),
    changeP95: percentile(changes, 95),
    changeP99: percentile(changes, 99),
    movingP50: percentile(moving, 50),
    movingMean: mean(moving),
    ...standing(
      stops.flatMap(({ stretch, from, to }) => {
        const [begin, end] = [from + ROLLING_SECONDS, to - ROLLING_SECONDS];
        if (end - begin < STANDING_SECONDS) return [];
        return [{ lon: stretch.lon.slice(begin, end), lat: stretch.lat.slice(begin, end) }];
      }),
    ),
  };
}

/** What fixes of receivers that stand still, one list a stop, say of their error. */
export function standing(
  stops: readonly Pick<Stretch, 'lon' | 'lat'>[],
): Pick<DrivingFigures, 'errorLag1' | 'stationaryStep'> {
  const correlations: number[] = [];
  const steps: number[] = [];
  for (const { lon, lat } of stops) {
    const east = lon.map((degrees) => degrees * METRES_PER_DEGREE * Math.cos((lat[0]! * Math.PI) / 180));
    const north = lat.map((degrees) => degrees * METRES_PER_DEGREE);
    for (const axis of [east, north]) {
      const correlation = pearson(axis.slice(0, -1), axis.slice(1));
      if (!Number.isNaN(correlation)) correlations.push(correlation);
    }
    for (let i = 1; i < lon.length; i++) steps.push(Math.hypot(east[i]! - east[i - 1]!, north[i]! - north[i - 1]!));
  }
  return { errorLag1: mean(correlations), stationaryStep: mean(steps) };
}

/** [from, to) of each stop. Stops that the trip's ends cut are shorter than they were, in every source alike. */
function spells(speed: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  let from = -1;
  for (let i = 0; i <= speed.length; i++) {
    if (i < speed.length && speed[i]! < STOPPED_MPS) {
      if (from < 0) from = i;
    } else if (from >= 0) {
      if (i - from >= STOP_SECONDS) found.push([from, i]);
      from = -1;
    }
  }
  return found;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;

function standardDeviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}

/** Between the nearest two, in proportion; NaN of none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  return below + ((sorted[Math.ceil(place)] ?? Number.NaN) - below) * (place % 1);
}

/** NaN where either does not vary. */
function pearson(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    ab += (value - meanA) * (b[i]! - meanB);
    aa += (value - meanA) ** 2;
    bb += (b[i]! - meanB) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : Number.NaN;
}
