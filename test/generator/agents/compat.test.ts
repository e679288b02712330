import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentEvents, Trip } from '../../../src/generator/agents/agent.ts';
import { BUGS, type Bug, bugsToMend } from '../../../src/generator/agents/bugs.ts';
import { compatModel } from '../../../src/generator/agents/compat.ts';
import { checkProfile, PROFILES, type Profile } from '../../../src/generator/agents/profiles.ts';
import type { World } from '../../../src/generator/world.ts';
import { newWorld } from '../../../src/generator/world.ts';
import { simulate, tripsOf } from '../../support/simulate.ts';
import { checkChanges, checkProbes, checkTraces, checkTrips } from '../../support/trip-simulator-format.ts';
import { gridMap } from '../grid-map.ts';

const START = 1_794_638_846_000;
const world = newWorld(gridMap(), START);
/** Shorter ways than in a city, and a receiver without error. */
const CAR: Profile = { ...PROFILES.car, tripDistance: 1 };
const EXACT: Profile = { ...CAR, horizontalAccuracy: 0 };

describe('what compat writes breaks none of the rules of the tool', () => {
  it.each([
    { name: 'car', profile: CAR },
    { name: 'scooter', profile: { ...PROFILES.scooter, idleTimeBetweenTrips: 100_000, timeToBreakage: 3_600_000 } },
    { name: 'breaking car', profile: { ...CAR, timeToBreakage: 1_000_000 } },
  ])('$name', ({ profile }) => {
    const files = simulate({ world, model: compatModel({ profile }), agents: 25, seconds: 1800 });
    expect(checkProbes(files.probes, { first: START + 1000 })).toEqual({ lines: 25 * 1800, problems: [] });
    expect(checkChanges(files.changes)).toEqual({ lines: files.changes.length, problems: [] });
    expect(checkTraces(files.traces)).toEqual({ lines: files.traces.length, problems: [] });
    expect(checkTrips(files.trips)).toEqual({ lines: files.trips.length, problems: [] });
    const pickUps = files.changes.filter((line) => line.includes('user_pick_up')).length;
    const dropOffs = files.changes.filter((line) => line.includes('user_drop_off')).length;
    const breakdowns = files.changes.filter((line) => line.includes('maintenance')).length;
    expect(files.trips.length).toBe(dropOffs + breakdowns);
    expect(dropOffs).toBeGreaterThan(25);
    expect(files.traces.length).toBeGreaterThanOrEqual(profile.distanceBetweenTrips > 0 ? 2 * pickUps : pickUps);
    expect(files.probes.some((line) => line.includes('"searching"'))).toBe(profile.distanceBetweenTrips > 0);
    expect(breakdowns > 0).toBe(profile.timeToBreakage < 1e8);
  });
});

describe('a vehicle', () => {
  /** Everything it says and tells, asked at these seconds. */
  function account(seconds: Iterable<number>, profile: Profile, mend: readonly Bug[]) {
    const told: string[] = [];
    const events: AgentEvents = {
      change: (...change) => told.push(JSON.stringify(change)),
      leg: (second, km) => told.push(`${second} ${km}`),
      trip: (second, trip) => told.push(`${second} ${JSON.stringify(trip)}`),
    };
    const agent = compatModel({ profile, mend }).newAgent(world, 7, 3, 'ABC-0001', events);
    const states = new Map<number, string>();
    for (const second of seconds) states.set(second, JSON.stringify(agent.at(second)));
    return { told, states };
  }

  it('is where it is and tells what it tells, whichever seconds are asked for', () => {
    const often = Array.from({ length: 1500 }, (_, i) => i + 1);
    const profile = { ...CAR, timeToBreakage: 1_000_000, serviceDuration: 600_000 };
    fc.assert(
      fc.property(fc.subarray(often, { minLength: 1 }), fc.subarray(Object.keys(BUGS) as Bug[]), (some, mend) => {
        const all = account(often, profile, mend);
        const seldom = account([...some, often.length], profile, mend);
        expect(seldom.told).toEqual(all.told);
        for (const [second, state] of seldom.states) expect(state).toBe(all.states.get(second));
      }),
      { numRuns: 20 },
    );
  });

  it('does not depend on whether anybody listens', () => {
    const [alone, heard] = [undefined, { change() {}, leg() {}, trip() {} }].map((events) =>
      compatModel({ profile: CAR }).newAgent(world, 7, 3, 'ABC-0001', events),
    );
    for (let second = 1; second < 900; second++) expect(alone!.at(second)).toEqual(heard!.at(second));
  });

  it('drives the whole of a trip at one speed, and says which way', () => {
    const agent = compatModel({ profile: EXACT }).newAgent(world, 7, 3, 'ABC-0001');
    let before = { ...agent.at(1) };
    let [moved, whole] = [0, 0];
    for (let second = 2; second <= 3000; second++) {
      const now = { ...agent.at(second) };
      const east = (now.lon - before.lon) * 111_195 * Math.cos((now.lat * Math.PI) / 180);
      const north = (now.lat - before.lat) * 111_195;
      if (now.status === before.status && now.status !== 'idling') {
        expect(now.speed).toBe(before.speed);
        // Streets run north and east; round a corner, both legs together are what was driven.
        if (Math.abs(Math.abs(east) + Math.abs(north) - now.speed) < 0.01 * now.speed) whole++;
        moved++;
        if (now.heading === before.heading) {
          const towards = ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
          expect(Math.abs(((towards - now.heading + 540) % 360) - 180)).toBeLessThan(0.5);
        }
      }
      if (now.status === 'idling') expect(now).toMatchObject({ speed: 0, heading: Number.NaN });
      before = now;
    }
    expect(moved).toBeGreaterThan(1000);
    expect(whole).toBe(moved);
  });

  it('goes further than the radius where nobody wants to go within it, and nowhere where nobody wants to go at all', () => {
    const radii: number[] = [];
    const remote: World['demand'] = {
      pick: world.demand.pick,
      pickWithin(random, _around, km) {
        radii.push(km);
        return km > 400 ? world.demand.pick(random) : undefined;
      },
    };
    const trips = tripsOf({
      world: { ...world, demand: remote },
      model: compatModel({ profile: CAR }),
      agents: 1,
      seconds: 900,
    });
    expect(trips.length).toBeGreaterThan(0);
    expect(radii[1]! / radii[0]!).toBeCloseTo(1.5, 9);
    // Its disc has no demand, and everywhere is where it is.
    const deserted: World = { ...world, demand: { pick: () => [12, 57], pickWithin: () => undefined } };
    const files = simulate({ world: deserted, model: compatModel({ profile: CAR }), agents: 2, seconds: 600 });
    expect(files.probes.every((line) => line.includes('"idling"'))).toBe(true);
    expect(files.changes).toHaveLength(2);
  });
});

describe('any profile', () => {
  it('makes a fleet that goes on, whose fixes are places and whose events come in order', () => {
    const small = newWorld(gridMap(3), START);
    const ms = fc.oneof(fc.double({ min: 1000, max: 3.2e12, noNaN: true }), fc.integer({ min: 1000, max: 900_000 }));
    const km = fc.oneof(
      fc.double({ min: 0.001, max: 20_000, noNaN: true }),
      fc.double({ min: 0.001, max: 2, noNaN: true }),
    );
    const profile = fc.record({
      tripDistance: km,
      distanceBetweenTrips: fc.oneof(km, fc.constant(0)),
      horizontalAccuracy: fc.double({ min: 0, max: 10, noNaN: true }),
      idleTimeBetweenTrips: fc.oneof(ms, fc.constant(0)),
      serviceDuration: ms,
      timeToBreakage: ms,
    });
    const mend = fc.subarray(Object.keys(BUGS) as Bug[]);
    fc.assert(
      fc.property(profile, mend, fc.nat(), (given, mended, seed) => {
        const model = compatModel({ profile: checkProfile(given, 'any.json'), mend: mended });
        let told = 0;
        let events = 0;
        const event = (second: number) => {
          if (second < told) expect.unreachable(`${second} after ${told}`);
          told = second;
          events++;
        };
        const agent = model.newAgent(small, seed, 0, 'ABC-0001', { change: event, leg: event, trip: event });
        for (let second = 1; second <= 900; second++) {
          const { lon, lat, status, speed, silent } = agent.at(second);
          const isPlace = Math.abs(lon) <= 180 && Math.abs(lat - 57) < 1;
          const isSane = speed >= 0 && speed < 100 && silent === (status === 'deactivating');
          if (!isPlace || !isSane || told > second)
            expect.unreachable(`${second}: ${lon},${lat} ${status} ${speed} ${told}`);
        }
        expect(events).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the tool's bugs, and without them", () => {
  const fleet = (profile: Profile, mend: readonly Bug[], seconds = 3600, agents = 20) => ({
    world,
    model: compatModel({ profile, mend }),
    agents,
    seconds,
  });

  it('idle-once: pauses between trips last one second; mended, about idleTimeBetweenTrips', () => {
    const pauses = (mend: readonly Bug[]) => {
      const ours = fleet({ ...EXACT, distanceBetweenTrips: 0 }, mend, 7200, 40);
      const { changes } = simulate({ ...ours, every: ours.seconds - 1 });
      const left = new Map<string, number>();
      const lengths: number[] = [];
      for (const line of changes) {
        const { vehicle_id, event_time, event_type_reason } = JSON.parse(line);
        if (event_type_reason === 'user_drop_off') left.set(vehicle_id, event_time);
        else if (event_type_reason === 'user_pick_up' && left.has(vehicle_id))
          lengths.push((event_time - left.get(vehicle_id)!) / 1000);
      }
      return lengths;
    };
    expect(new Set(pauses([]))).toEqual(new Set([1]));
    const mended = pauses(['idle-once']);
    expect(mended.length).toBeGreaterThan(500);
    // The mean of |N(1, 1)| is 1.167, and a whole second is rounded up to.
    const mean = mended.reduce((sum, pause) => sum + pause, 0) / mended.length;
    expect(Math.abs(mean / 50 - 1.177)).toBeLessThan(0.1);
  });

  it('vertex-seconds: vertices are stamped a second apart; mended, from the beginning of the trip to its end', () => {
    for (const trip of tripsOf(fleet(CAR, []))) {
      expect([...trip.times]).toEqual(Array.from(trip.lon, (_, i) => trip.startTime + i * 1000));
    }
    for (const { times, startTime, endTime } of tripsOf(fleet(CAR, ['vertex-seconds']))) {
      expect(times[0]).toBe(startTime);
      expect(Math.abs(times.at(-1)! - endTime)).toBeLessThanOrEqual(1);
      expect([...times]).toEqual([...times].sort((a, b) => a - b));
    }
  });

  const FRAIL: Profile = { ...EXACT, timeToBreakage: 900_000 };

  it('stay-broken: a broken vehicle is never seen anywhere else', () => {
    const { probes, changes } = simulate(fleet(FRAIL, [], 7200));
    const last = probes.slice(-20);
    expect(last.every((line) => line.includes('"broken"'))).toBe(true);
    expect(changes.filter((line) => line.includes('maintenance'))).toHaveLength(20);
    const places = new Map<string, Set<string>>();
    for (const line of probes) {
      const { properties, geometry } = JSON.parse(line);
      if (properties.status !== 'broken') continue;
      places.set(properties.id, (places.get(properties.id) ?? new Set()).add(String(geometry.coordinates)));
    }
    for (const seen of places.values()) expect(seen.size).toBe(1);
  });

  it('stay-broken, mended: a trip ends where the vehicle broke; it is repaired, and drives on from there', () => {
    const given = fleet(FRAIL, ['stay-broken'], 20_001);
    const { changes } = simulate({ ...given, every: 100 });
    const reasons = (reason: string) => changes.filter((line) => line.includes(`"${reason}"`)).length;
    expect(reasons('maintenance')).toBeGreaterThan(20);
    expect(reasons('maintenance_drop_off')).toBeGreaterThan(10);
    const before = new Map<string, string>();
    for (const line of changes) {
      const { vehicle_id, event_type_reason, event_location } = JSON.parse(line);
      const there = JSON.stringify(event_location);
      if (event_type_reason === 'maintenance_drop_off') expect(before.get(vehicle_id)).toBe(`maintenance ${there}`);
      before.set(vehicle_id, `${event_type_reason} ${there}`);
    }
    const cut = tripsOf(given).filter(({ seconds }) => Number.isInteger(seconds));
    expect(cut.length).toBe(reasons('maintenance'));
    for (const trip of cut) expect(lengthOf(trip) / trip.metres).toBeCloseTo(1, 2);
  });

  it('endless-service: vehicles serve for ever; mended, they fall silent, and come back a day after', () => {
    const profile = { ...EXACT, serviceDuration: 1_800_000, timeToBreakage: 3e12, idleTimeBetweenTrips: 3_600_000 };
    const seconds = 86_400 + 40_000;
    const ours = fleet(profile, ['endless-service', 'idle-once'], seconds, 5);
    const { probes, changes } = simulate({ ...ours, every: 50 });
    const reasons = (reason: string) => changes.filter((line) => line.includes(`"${reason}"`)).length;
    expect(reasons('service_end')).toBeGreaterThanOrEqual(5);
    expect(reasons('service_start')).toBeGreaterThanOrEqual(8);
    expect(probes.length).toBeLessThan((5 * seconds) / 50 / 4);
    expect(probes.some((line) => line.includes('deactivating'))).toBe(false);
    const bug = simulate({ ...fleet(profile, [], seconds, 5), every: 50 });
    expect(bug.probes).toHaveLength((5 * seconds) / 50);
    expect(bug.changes.some((line) => line.includes('service_end'))).toBe(false);
  });

  it('are named, or all of them; and others are no bugs', () => {
    expect(bugsToMend('all')).toEqual(Object.keys(BUGS));
    expect(bugsToMend('stay-broken, idle-once')).toEqual(['idle-once', 'stay-broken']);
    expect(() => bugsToMend('idle-twice,constructor')).toThrow('no bug named "idle-twice", "constructor"');
    expect(() => bugsToMend(' ,')).toThrow('names no bug');
  });
});

function lengthOf({ lon, lat }: Trip): number {
  let length = 0;
  for (let i = 1; i < lon.length; i++) {
    const east = (lon[i]! - lon[i - 1]!) * Math.cos((lat[i]! * Math.PI) / 180);
    length += Math.hypot(east, lat[i]! - lat[i - 1]!) * 111_195;
  }
  return length;
}
