import { beforeAll, describe, expect, it } from 'vitest';
import type { AgentEvents, Trip } from '../../../src/generator/agents/agent.ts';
import { realisticModel } from '../../../src/generator/agents/realistic.ts';
import { newWorld, type World } from '../../../src/generator/world.ts';
import { gridMap } from '../grid-map.ts';
import { metresApart, spellsOf, statesOf } from './agent-states.ts';

/** A Tuesday noon in the grid, which lies at 12 degrees east. */
const NOON = Date.parse('2024-05-14T11:12:00Z');
let world: World;
beforeAll(() => {
  world = newWorld(gridMap(), NOON);
});

const drive = (index: number, seconds: number, every = 1, events?: AgentEvents) =>
  statesOf(realisticModel().newAgent(world, 5, index, 'id', events), seconds, every);

describe('realistic cars', () => {
  it('move on without a leap, no faster than their acceleration and the streets allow', () => {
    let [leap, change, fastest] = [0, 0, 0];
    for (let index = 0; index < 25; index++) {
      const states = drive(index, 3600);
      for (let i = 1; i < states.length; i++) {
        const [before, now] = [states[i - 1]!, states[i]!];
        leap = Math.max(leap, metresApart(before, now) - Math.max(before.speed, now.speed));
        change = Math.max(change, Math.abs(now.speed - before.speed));
        fastest = Math.max(fastest, now.speed);
      }
    }
    // The error moves by decimetres a second.
    expect(leap).toBeLessThan(3);
    // 1.5 m/s² by the manner of the driver and of the moment, 0.05 m/s of error in the speed at either end.
    expect(change).toBeLessThan(6);
    // 25 km/h by the driver's pace and the traffic.
    expect(fastest).toBeGreaterThan(25 / 3.6);
    expect(fastest).toBeLessThan((25 / 3.6) * 1.4 * 2.5);
  });

  it('idle and travel by turns, for minutes, and stand while they idle', () => {
    const lengths: number[] = [];
    let fastest = 0;
    for (let index = 0; index < 40; index++) {
      const states = drive(index, 7200);
      expect(['idling', 'traveling']).toEqual(expect.arrayContaining([...new Set(states.map(({ status }) => status))]));
      lengths.push(
        ...spellsOf(states)
          .slice(1, -1)
          .map(({ length }) => length),
      );
      for (const { speed, status } of states) if (status === 'idling') fastest = Math.max(fastest, speed);
    }
    expect(fastest).toBeLessThan(0.35);
    expect(lengths.length).toBeGreaterThan(100);
    expect(lengths.filter((length) => length > 60).length / lengths.length).toBeGreaterThan(0.9);
  });

  it('are under way from the first second on: some travel, each in the middle of its trip', () => {
    const first = Array.from({ length: 300 }, (_, index) => drive(index, 1)[0]!);
    const travelling = first.filter(({ status }) => status === 'traveling');
    expect(travelling.length / first.length).toBeGreaterThan(0.35);
    expect(travelling.length / first.length).toBeLessThan(0.65);
    expect(travelling.filter(({ speed }) => speed > 2).length / travelling.length).toBeGreaterThan(0.5);
  });

  it('stop on their way', () => {
    let [stops, km] = [0, 0];
    for (let index = 0; index < 40; index++) {
      let stood = 0;
      for (const { status, speed } of drive(index, 7200)) {
        if (status !== 'traveling') continue;
        km += speed / 1000;
        stood = speed < 0.5 ? stood + 1 : 0;
        if (stood === 3) stops++;
      }
    }
    expect(stops / km).toBeGreaterThan(1.4);
    expect(stops / km).toBeLessThan(2.8);
  });

  it('are where they are, whatever seconds were skipped, but for the error of the receiver', () => {
    for (let index = 0; index < 10; index++) {
      const all = drive(index, 7200).filter((_, i) => i % 30 === 0);
      for (const [i, state] of drive(index, 7200, 30).entries()) {
        expect(state.status).toBe(all[i]!.status);
        expect(Math.abs(state.speed - all[i]!.speed)).toBeLessThan(0.5);
        expect(metresApart(state, all[i]!)).toBeLessThan(50);
      }
    }
  });

  it('depend on nothing but the seed and their index', () => {
    const alone = drive(7, 1200);
    const together = [3, 7, 11].map((index) => realisticModel().newAgent(world, 5, index, 'id'));
    for (let second = 1; second <= 1200; second++) {
      const states = together.map((agent) => ({ ...agent.at(second) }));
      expect(states[1]).toEqual(alone[second - 1]);
    }
    expect(drive(8, 1)[0]!.lon).not.toBe(alone[0]!.lon);
  });

  it('travel more by day than by night', () => {
    const moving = (start: string) => {
      const by = newWorld(world.map, Date.parse(start));
      const states = Array.from({ length: 60 }, (_, index) =>
        statesOf(realisticModel().newAgent(by, 5, index, 'id'), 7200, 60),
      );
      return states.flat().filter(({ status }) => status === 'traveling').length;
    };
    expect(moving('2024-05-14T16:00:00Z')).toBeGreaterThan(2 * moving('2024-05-14T01:00:00Z'));
  });

  it('tell of their trips as they happen, and are not moved by who listens', () => {
    const told: { second: number; what: string }[] = [];
    const trips: Trip[] = [];
    const events: AgentEvents = {
      change: (second, type, reason) => told.push({ second, what: `${type}/${reason}` }),
      leg: (second, km, { lon, lat }) => {
        expect(lon.length).toBe(lat.length);
        expect(km).toBeGreaterThan(0);
        told.push({ second, what: 'leg' });
      },
      trip: (second, trip) => {
        trips.push(trip);
        told.push({ second, what: 'trip' });
      },
    };
    const heard = drive(2, 7200, 1, events);
    expect(heard).toEqual(drive(2, 7200));
    expect(told[0]).toEqual({ second: 1, what: 'available/service_start' });
    const order = told.slice(1).map(({ what }) => what);
    for (const [i, what] of order.entries()) {
      expect(what).toBe(['reserved/user_pick_up', 'leg', 'trip', 'available/user_drop_off'][i % 4]);
    }
    const seconds = told.map(({ second }) => second);
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
    expect(trips.length).toBeGreaterThan(2);
    for (const { startTime, endTime, seconds: took, metres, times, lon, lat } of trips) {
      expect(Number.isInteger(startTime)).toBe(true);
      expect(endTime).toBeCloseTo(startTime + took * 1000, 6);
      expect([times[0], times.at(-1)]).toEqual([startTime, endTime]);
      expect([...times]).toEqual([...times].sort((a, b) => a - b));
      let line = 0;
      for (let i = 1; i < lon.length; i++)
        line += metresApart({ lon: lon[i]!, lat: lat[i]! }, { lon: lon[i - 1]!, lat: lat[i - 1]! });
      expect(Math.abs(line - metres)).toBeLessThan(metres * 0.2 + 30);
      // A trip may have begun before the simulation did.
      if (startTime < NOON) continue;
      // Where the probes of that second are, as two receivers would have it.
      const from = heard[Math.ceil((startTime - NOON) / 1000) - 1]!;
      expect(metresApart(from, { lon: lon[0]!, lat: lat[0]! })).toBeLessThan(50);
    }
    // The same events, when seconds are skipped.
    const before = told.splice(0);
    drive(2, 7200, 30, events);
    expect(told).toEqual(before.filter(({ second }) => second <= 7171));
  });
});
