import type { AgentRandom } from '../agent-random.ts';
import { NODE_KIND } from '../map/graph.ts';

/** Where a car comes to a stand on its way, and for how long. */
export interface RoadStop {
  /** From the beginning of the way. */
  readonly metres: number;
  /** Seconds. */
  readonly dwell: number;
}

/** A place on the way where the map has something to say. */
export interface Junction {
  readonly metres: number;
  /** One of NODE_KIND. */
  readonly kind: number;
  /** Roads meet here. */
  readonly meets: boolean;
}

/**
 * Stops per kilometre over all drivers. Drivers A and C of the real cars stop 2.26 and 1.15 times, all three of the study
 * 2.16 times; so each simulated driver has a rate of its own, and this is the middle.
 */
const STOPS_PER_KM = 1.95;

/** The chance of a stop where the map has a signal or a sign. Signals within `ONE_CROSSING` of another are one crossing. */
const CHANCE: Readonly<Record<number, number>> = {
  [NODE_KIND.signals]: 0.42,
  [NODE_KIND.stop]: 0.75,
  [NODE_KIND.giveWay]: 0.25,
  [NODE_KIND.crossing]: 0.04,
};
const ONE_CROSSING = 45;

/** Those that wait stand behind others: metres before the line, on average. */
const QUEUE_METRES = 9;

/** Log-normal: median in seconds, and the standard deviation of the logarithm. */
const SIGN_DWELL = [3.5, 0.4] as const;
/** Driver A's stops are of two kinds, 3–8 s and 11–78 s: the car in front, and red. */
const SHORT_DWELL = [4.2, 0.35] as const;
const LONG_DWELL = [30, 0.5] as const;
const SHORT_SHARE = 0.43;
const LONGEST_DWELL = 120;

/**
 * Signals and signs stop a driver by chance. What they lack of the driver's usual number of stops is traffic, at
 * junctions without a sign and between them: maps differ in what they have tagged, drivers stop all the same.
 * @param junctions ascending @param readiness how often this driver stops, 1 being usual
 * @returns ascending
 */
export function roadStops(
  junctions: readonly Junction[],
  metres: number,
  readiness: number,
  random: AgentRandom,
): RoadStop[] {
  const stops: RoadStop[] = [];
  const plain: number[] = [];
  let [expected, crossingEnds] = [0, Number.NEGATIVE_INFINITY];
  for (const { metres: at, kind, meets } of junctions) {
    const chance = Math.min(0.95, (CHANCE[kind] ?? 0) * readiness);
    if (chance === 0) {
      if (meets) plain.push(at);
      continue;
    }
    if (kind === NODE_KIND.signals) {
      const isSameCrossing = at < crossingEnds;
      crossingEnds = at + ONE_CROSSING;
      if (isSameCrossing) continue;
    }
    expected += chance;
    if (random.fraction() >= chance) continue;
    const queue = -QUEUE_METRES * Math.log(1 - random.fraction());
    const isSign = kind === NODE_KIND.stop || kind === NODE_KIND.giveWay;
    stops.push({
      metres: Math.max(0, at - 2 - queue),
      dwell: isSign ? logNormal(SIGN_DWELL, random) : inTraffic(random),
    });
  }
  const missing = (STOPS_PER_KM * readiness * metres) / 1000 - expected;
  for (let n = poisson(missing, random); n > 0; n--) {
    const junction = plain[random.below(plain.length)];
    const at = junction === undefined ? random.fraction() * metres : junction - 2 - 4 * random.fraction();
    stops.push({ metres: Math.max(0, at), dwell: inTraffic(random) });
  }
  return stops.sort((a, b) => a.metres - b.metres);
}

function inTraffic(random: AgentRandom): number {
  return logNormal(random.fraction() < SHORT_SHARE ? SHORT_DWELL : LONG_DWELL, random);
}

function logNormal([median, spread]: readonly [number, number], random: AgentRandom): number {
  return Math.min(LONGEST_DWELL, median * Math.exp(spread * random.normal()));
}

/** How many, where `mean` are expected: as many as exponential steps fit. */
function poisson(mean: number, random: AgentRandom): number {
  const step = () => -Math.log(1 - random.fraction());
  let n = 0;
  for (let reached = step(); reached < mean; reached += step()) n++;
  return n;
}
