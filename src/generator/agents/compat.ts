import type { Position } from '../../model.ts';
import { agentRandom, PURPOSE } from '../agent-random.ts';
import { placeOf } from '../map/route-line.ts';
import type { World } from '../world.ts';
import type { Agent, AgentEvents, AgentModel, AgentState, ChangeReason, ChangeType } from './agent.ts';
import type { Bug } from './bugs.ts';
import { FIX, newNoise } from './compat-noise.ts';
import { shrunkRadius } from './compat-radius.ts';
import { type Cursor, newCursor } from './cursor.ts';
import { chooseLeg, type Leg } from './leg.ts';
import type { Profile } from './profiles.ts';
import { cut, noisy, tripOf } from './trip.ts';

export interface CompatSettings {
  readonly profile: Profile;
  /** The tool's bugs that are not to be reproduced. */
  readonly mend?: readonly Bug[] | undefined;
}

/** Drivers differ: a way takes what the router says times |N(1, 0.1)|, drawn once for each driver. */
const DRIVER_SPREAD = 0.1;
/** A vehicle that has nowhere to go looks again after a minute. */
const NOWHERE_S = 60;
/** Mended: how long a repair takes, and when a vehicle is back in service, counted from its last coming and its leaving. */
const REPAIR_S = 3600;
const [DAY_S, REST_S] = [86_400, 3600];

/**
 * trip-simulator 3.0.1, event by event: a vehicle changes its status on whole seconds and at most once in each, as if it
 * were asked every second; but between two changes nothing is computed.
 *
 *     activating ──▶ idling ──▶ searching ──▶ traveling ──▶ idling …
 *                      └── (bike, scooter) ──────▲ └─────▶ broken
 */
export function compatModel(settings: CompatSettings): AgentModel {
  return {
    name: 'compat',
    newAgent: (world, seed, index, _id, events = {}) => newVehicle(settings, world, seed, index, events),
  };
}

function newVehicle(
  { profile, mend = [] }: CompatSettings,
  world: World,
  seed: number,
  index: number,
  events: AgentEvents,
): Agent {
  const random = agentRandom(seed, index, PURPOSE.trips);
  const accuracy = profile.horizontalAccuracy * 1000;
  const noise = newNoise(seed, index, accuracy);
  const mended = (bug: Bug) => mend.includes(bug);
  /** Draws of which the standard deviation is the mean, as trip-simulator's all are; times in seconds. */
  const folded = (mean: number) => Math.abs(mean * (1 + random.normal()));
  const foldedMs = (mean: number) => folded(mean) / 1000;

  const slowness = Math.abs(1 + DRIVER_SPREAD * random.normal());
  let spot = world.snap(...world.demand.pick(random));
  let here: Position = placeOf(world.graph, spot);
  let leg: Leg | undefined;
  let cursor: Cursor | undefined;
  let [since, seconds] = [0, 0]; // when the leg began, and how long it takes
  let changesAt = 1;
  let [breaksAt, leavesAt] = [0, 0];
  let cameAt = 0;
  let told = 0;
  // Of a normal distance, 68 % lie within its standard deviation, and that is what an accuracy states.
  const state: AgentState = {
    lon: here[0],
    lat: here[1],
    status: 'activating',
    speed: 0,
    heading: Number.NaN,
    accuracy,
    silent: false,
  };

  return {
    at(second) {
      while (changesAt <= second) change(changesAt);
      if (cursor) {
        cursor.moveTo(metresAt(second));
        state.heading = cursor.heading;
        noise.move(FIX.probe, second, 0, cursor.lon, cursor.lat);
      } else {
        noise.move(FIX.probe, second, 0, here[0], here[1]);
      }
      state.lon = noise.lon;
      state.lat = noise.lat;
      return state;
    },
  };

  function change(now: number): void {
    switch (state.status) {
      case 'idling':
        if (now >= leavesAt) leaveService(now);
        else if (profile.distanceBetweenTrips > 0) search(now);
        else travel(now);
        break;
      case 'searching':
        stop();
        travel(now);
        break;
      case 'traveling':
        endTrip(now);
        break;
      case 'broken':
        returnFromRepair(now);
        break;
      default:
        goIntoService(now);
    }
  }

  function goIntoService(now: number): void {
    state.silent = false;
    cameAt = now;
    breaksAt = now + foldedMs(profile.timeToBreakage);
    const service = foldedMs(profile.serviceDuration);
    leavesAt = mended('endless-service') ? now + service : Number.POSITIVE_INFINITY;
    idle(now, foldedMs(profile.idleTimeBetweenTrips));
    tell(now, 'available', 'service_start');
  }

  function leaveService(now: number): void {
    state.status = 'deactivating';
    state.silent = true;
    changesAt = Math.max(cameAt + DAY_S, now + REST_S);
    tell(now, 'unavailable', 'service_end');
  }

  function idle(now: number, pause: number): void {
    state.status = 'idling';
    changesAt = nextSecond(now, Math.min(now + pause, leavesAt));
  }

  function search(now: number): void {
    if (setOff(now, 'searching', profile.distanceBetweenTrips)) changesAt = nextSecond(now, now + seconds);
    else idle(now, NOWHERE_S);
  }

  function travel(now: number): void {
    if (setOff(now, 'traveling', profile.tripDistance)) {
      tell(now, 'reserved', 'user_pick_up');
      changesAt = nextSecond(now, Math.min(now + seconds, breaksAt));
    } else {
      idle(now, NOWHERE_S);
    }
  }

  /** A breakdown in the very second of arrival is told, and then the vehicle idles as if it were whole, in the tool. */
  function endTrip(now: number): void {
    const arrived = now >= since + seconds;
    const breaks = now >= breaksAt && !(arrived && mended('stay-broken'));
    const drive = { startTime: world.start + since * 1000, seconds, line: leg!.line };
    if (breaks && !arrived) {
      cursor!.moveTo(metresAt(now));
      here = [cursor!.lon, cursor!.lat];
      if (mended('stay-broken')) {
        drive.seconds = now - since;
        drive.line = cut(leg!.line, metresAt(now), here[0], here[1]);
        spot = world.snap(...here);
      }
      leg = undefined;
    }
    const trip = events.trip && tripOf(drive, noisy(noise, FIX.trip, now, drive.line), mended('vertex-seconds'));
    stop();
    if (breaks) {
      state.status = 'broken';
      changesAt = mended('stay-broken') ? nextSecond(now, now + folded(REPAIR_S)) : Number.POSITIVE_INFINITY;
      tell(now, 'unavailable', 'maintenance');
      if (trip) events.trip!(now, trip);
    }
    if (!arrived) return;
    idle(now, mended('idle-once') ? foldedMs(profile.idleTimeBetweenTrips) : 0);
    tell(now, 'available', 'user_drop_off');
    if (trip) events.trip!(now, trip);
  }

  function returnFromRepair(now: number): void {
    breaksAt = now + foldedMs(profile.timeToBreakage);
    idle(now, foldedMs(profile.idleTimeBetweenTrips));
    tell(now, 'available', 'maintenance_drop_off');
  }

  /** @returns whether there is a way to anywhere */
  function setOff(now: number, status: 'searching' | 'traveling', meanKm: number): boolean {
    const km = folded(meanKm);
    leg = chooseLeg(world, random, spot, here, mended('shrunk-radius') ? km : shrunkRadius(km, here));
    if (leg === undefined) return false;
    cursor = newCursor(leg.line);
    since = now;
    seconds = leg.seconds * slowness;
    state.status = status;
    state.speed = seconds > 0 ? leg.metres / seconds : 0;
    events.leg?.(now, leg.metres / 1000, noisy(noise, FIX.leg, now, leg.line));
    return true;
  }

  /** At the end of the leg, or where it was given up. */
  function stop(): void {
    if (leg) {
      spot = leg.to;
      here = [leg.line.lon.at(-1)!, leg.line.lat.at(-1)!];
    }
    leg = undefined;
    cursor = undefined;
    state.speed = 0;
    state.heading = Number.NaN;
  }

  /** At one speed all the way, whatever the roads. */
  function metresAt(second: number): number {
    return seconds > 0 ? (leg!.metres * (second - since)) / seconds : leg!.metres;
  }

  function tell(now: number, type: ChangeType, reason: ChangeReason): void {
    // Counted whether anybody listens or not: two changes of one second have errors of their own.
    noise.move(FIX.change, now, told++, here[0], here[1]);
    events.change?.(now, type, reason, noise.lon, noise.lat);
  }
}

/** The first whole second after `now` that is not before `time`. */
function nextSecond(now: number, time: number): number {
  return Math.max(now + 1, Math.ceil(time));
}
