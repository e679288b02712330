import { type AgentRandom, agentRandom, PURPOSE } from '../agent-random.ts';
import { METRES_PER_DEGREE } from '../map/distance.ts';
import type { AgentState } from './agent.ts';
import { errorProcess, transitionsOf } from './gauss-markov.ts';
import type { Place } from './journey.ts';

/** Times without a fix: tunnels, garages, a lost signal. */
export interface Dropouts {
  /** On average, while there is a signal; above 0. */
  readonly perHour: number;
  /** On average; above 0. */
  readonly seconds: number;
}

/** What a vehicle's receiver makes of where the vehicle is. */
export interface Receiver {
  /** Writes the fix of this second into the state, all but its status. */
  read(second: number, place: Place, state: AgentState): void;
}

/** Puts a receiver's error onto places. */
export interface PositionError {
  /** Lets the error wander for so many seconds. */
  pass(seconds: number): void;
  /** Sets `lon` and `lat` to where a vehicle seems to be. */
  put(lon: number, lat: number): void;
  lon: number;
  lat: number;
  /** Its size in metres, a standard deviation on each axis. */
  readonly metres: number;
}

/**
 * Metres on each axis: the middle of all receivers, each of which has its own. Errors of 3–5 m are usual for phones and
 * trackers in cars; the step from fix to fix of a standing car, 0.15–0.24 m in the real cars' files, asks for the low end.
 */
const [ERROR_METRES, ERROR_SPREAD] = [3, 0.25];
const WANDERS = transitionsOf({ tau: 60, smoothing: 7 });
/** White, on top: the receiver's last digit. */
const WHITE_METRES = 0.07;
/** The radius within which 68 % of the fixes lie, as Android and iOS state it, for an error of 1 on each axis. */
const RADIUS_68 = 1.515;
/** How far, as a logarithm, a receiver's estimate of its own error is off. */
const ACCURACY_SPREAD = 0.2;
const ESTIMATE_WANDERS = transitionsOf({ tau: 60, smoothing: 1 });
/** m/s, from the Doppler shift; degrees at 1 m/s, less above. Below the last heading stands. */
const [SPEED_ERROR, HEADING_ERROR, LEAST_SPEED] = [0.05, 3, 0.5];

const RADIANS = Math.PI / 180;

/** @param purpose each has an error of its own, of the size of the vehicle's one receiver */
export function newError(seed: number, index: number, purpose: 'receiver' | 'events'): PositionError {
  const metres = ERROR_METRES * Math.exp(ERROR_SPREAD * agentRandom(seed, index, PURPOSE.receiver).normal());
  const random = agentRandom(seed, index, purpose === 'receiver' ? PURPOSE.noise : PURPOSE.events);
  const [east, north] = [errorProcess(random, WANDERS), errorProcess(random, WANDERS)];
  let [x, y] = [0, 0];
  return {
    metres,
    lon: 0,
    lat: 0,
    pass(seconds) {
      x = metres * east.after(seconds);
      y = metres * north.after(seconds);
    },
    put(lon, lat) {
      const perLon = METRES_PER_DEGREE * Math.cos(lat * RADIANS);
      this.lon = rounded(lon + (x + WHITE_METRES * random.normal()) / perLon, 1e7);
      this.lat = rounded(lat + (y + WHITE_METRES * random.normal()) / METRES_PER_DEGREE, 1e7);
    },
  };
}

/** Independent of all others, and of what its own vehicle draws. Without dropouts unless asked for. */
export function newReceiver(seed: number, index: number, dropouts?: Dropouts): Receiver {
  const error = newError(seed, index, 'receiver');
  const random = agentRandom(seed, index, PURPOSE.motion);
  const estimate = errorProcess(random, ESTIMATE_WANDERS);
  const isSilent = dropouts && silences(dropouts, agentRandom(seed, index, PURPOSE.dropouts));
  let last = 0;
  return {
    read(second, place, state) {
      error.pass(second - last);
      error.put(place.lon, place.lat);
      state.lon = error.lon;
      state.lat = error.lat;
      state.speed = rounded(Math.abs(place.speed + SPEED_ERROR * random.normal()), 100);
      const turned = (HEADING_ERROR / Math.max(1, place.speed)) * random.normal();
      if (place.speed >= LEAST_SPEED) state.heading = rounded((place.heading + turned + 360) % 360, 10) % 360;
      const radius = error.metres * RADIUS_68 * Math.exp(ACCURACY_SPREAD * estimate.after(second - last));
      state.accuracy = rounded(radius, 10);
      state.silent = isSilent?.(second) ?? false;
      last = second;
    },
  };
}

/** Alternately heard and not, for exponential times. */
function silences({ perHour, seconds }: Dropouts, random: AgentRandom): (second: number) => boolean {
  const drawn = (mean: number) => -mean * Math.log(1 - random.fraction());
  let isSilent = false;
  let until = drawn(3600 / perHour);
  return (second) => {
    while (second >= until) {
      isSilent = !isSilent;
      until += drawn(isSilent ? seconds : 3600 / perHour);
    }
    return isSilent;
  };
}

/** Receivers say no more than this; also, last bits may differ from one version of Node to the next. */
function rounded(value: number, per: number): number {
  return Math.round(value * per) / per;
}
