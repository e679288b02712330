import { agentRandom, PURPOSE } from '../agent-random.ts';

/** What a fix is taken for; each has errors of its own, so that listening to one changes no other. */
export const FIX = { probe: 0, change: 1, leg: 2, trip: 3 } as const;
export type FixKind = (typeof FIX)[keyof typeof FIX];

/** The Earth as trip-simulator has it: a ball of 6,371,008.8 m. */
const METRES_PER_DEGREE = (6_371_008.8 * Math.PI) / 180;
const RADIANS_PER_DEGREE = Math.PI / 180;
const TURN_PER_DRAW = (2 * Math.PI) / 2 ** 32;

/**
 * trip-simulator's receiver: each fix is off by a normal number of standard deviations in a direction of its own. Its
 * directions are normal too, with a standard deviation of a whole turn, which no sample can tell from uniform: the
 * first harmonic of that wrapped distribution is exp(-2π²), 3e-9.
 */
export interface Noise {
  /** Of the point last moved, degrees. */
  lon: number;
  lat: number;
  /** Moves a point. @param second of the fix @param vertex counts the fixes of that kind in that second */
  move(kind: FixKind, second: number, vertex: number, lon: number, lat: number): void;
}

/**
 * The error of a fix depends on seed, agent, kind, second and vertex alone, and not on what was asked before: a fleet
 * written every 30 s has the very fixes of one written every second.
 */
export function newNoise(seed: number, agent: number, metres: number): Noise {
  const random = agentRandom(seed, agent, PURPOSE.noise);
  const [first, second] = [random.below(2 ** 32), random.below(2 ** 32)];
  const degrees = metres / METRES_PER_DEGREE;
  const noise: Noise = {
    lon: 0,
    lat: 0,
    move(kind, at, vertex, lon, lat) {
      const key = mix(Math.imul(at, 0x9e3779b1) ^ mix((vertex << 2) ^ kind ^ first));
      const [length, side, direction] = [mix(key ^ second), mix(key + 0x6a09e667), mix(key + 0x3c6ef372 + second)];
      // Box and Muller; a half, because the logarithm of 0 is none.
      const normals = Math.sqrt(-2 * Math.log(((length >>> 0) + 0.5) / 2 ** 32)) * Math.cos(side * TURN_PER_DRAW);
      const [away, angle] = [degrees * normals, direction * TURN_PER_DRAW];
      noise.lat = lat + away * Math.cos(angle);
      noise.lon = aroundTheWorld(lon + (away * Math.sin(angle)) / Math.cos(lat * RADIANS_PER_DEGREE));
    },
  };
  return noise;
}

/** Whoever crosses the antimeridian arrives on its other side. */
function aroundTheWorld(lon: number): number {
  if (lon > 180) return lon - 360;
  return lon < -180 ? lon + 360 : lon;
}

/** A bijection of 32 bits in which each bit of the input moves about half of those of the output (C. Wellons, "lowbias32"). */
function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
