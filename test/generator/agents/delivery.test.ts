import { beforeAll, describe, expect, it } from 'vitest';
import type { AgentEvents, ChangeReason } from '../../../src/generator/agents/agent.ts';
import { deliveryModel, depotOf, LEAST_DROP } from '../../../src/generator/agents/delivery.ts';
import { placeOf } from '../../../src/generator/map/route-line.ts';
import { newWorld, type World } from '../../../src/generator/world.ts';
import { gridMap } from '../grid-map.ts';
import { metresApart, spellsOf, statesOf } from './agent-states.ts';

let world: World;
beforeAll(() => {
  world = newWorld(gridMap(), Date.parse('2024-05-14T08:00:00Z'));
});

const courier = (index: number, seconds: number, every = 1, events?: AgentEvents) =>
  statesOf(deliveryModel().newAgent(world, 5, index, 'id', events), seconds, every);

/** Metres that two receivers' errors may add. */
const NEAR = 40;

describe('couriers', () => {
  it('load, deliver in a round, return, and load again, at the depot that they share', () => {
    for (let index = 0; index < 6; index++) {
      const [lon, lat] = placeOf(world.graph, depotOf(world, 5, index));
      const states = courier(index, 6 * 3600);
      const spells = spellsOf(states);
      const rounds = spells.map(({ status }) => status).join(' ');
      expect(`${rounds} `).toMatch(/^loading (?:(?:traveling delivering ){8,20}returning loading )+/);
      for (const { status, from, length } of spells) {
        if (status !== 'loading') continue;
        expect(metresApart(states[from]!, { lon, lat })).toBeLessThan(NEAR);
        expect(metresApart(states[from + length - 1]!, { lon, lat })).toBeLessThan(NEAR);
      }
    }
    expect(depotOf(world, 5, 24)).toEqual(depotOf(world, 5, 0));
    expect(depotOf(world, 5, 25)).not.toEqual(depotOf(world, 5, 0));
  });

  it('stand at every drop for long enough that a fix every minute shows each of them', () => {
    for (let index = 0; index < 8; index++) {
      const states = courier(index, 7200);
      const drops = spellsOf(states).filter(({ status }) => status === 'delivering');
      expect(drops.length).toBeGreaterThan(5);
      for (const { from, length } of drops.slice(0, -1)) {
        expect(length).toBeGreaterThanOrEqual(LEAST_DROP);
        const stay = states.slice(from, from + length);
        expect(Math.max(...stay.map((state) => metresApart(state, stay[0]!)))).toBeLessThan(NEAR);
        expect(Math.max(...stay.map(({ speed }) => speed))).toBeLessThan(0.35);
      }
      for (const every of [30, LEAST_DROP]) {
        const fixes = courier(index, 7200, every);
        for (const { from, length } of drops.slice(0, -1)) {
          const seen = fixes.slice(Math.ceil(from / every), Math.ceil((from + length) / every));
          expect(seen.length).toBeGreaterThanOrEqual(Math.floor(LEAST_DROP / every));
          expect(seen.every(({ status }) => status === 'delivering')).toBe(true);
          expect(metresApart(seen[0]!, states[from]!)).toBeLessThan(NEAR);
        }
      }
    }
  });

  it('visit the drops of a round in an order that is worth driving', () => {
    // A round's legs between drops are short against those to and from its district, or the district is next door.
    let [between, count] = [0, 0];
    for (let index = 0; index < 20; index++) {
      const states = courier(index, 7200);
      const drops = spellsOf(states).filter(({ status }) => status === 'delivering');
      for (let i = 1; i < drops.length; i++) {
        const spell = spellsOf(states.slice(drops[i - 1]!.from, drops[i]!.from)).map(({ status }) => status);
        if (spell.includes('returning')) continue;
        between += metresApart(states[drops[i - 1]!.from]!, states[drops[i]!.from]!);
        count++;
      }
    }
    // Fourteen places drawn in a disc of 900 m lie 810 m apart on average; on a good tour neighbours are half as far.
    expect(between / count).toBeLessThan(560);
    expect(between / count).toBeGreaterThan(100);
  });

  it('pick up once a round and drop off at every drop', () => {
    const reasons: ChangeReason[] = [];
    const kms: number[] = [];
    const statuses = spellsOf(
      courier(3, 6 * 3600, 1, {
        change: (_, __, reason) => reasons.push(reason),
        trip: (_, { metres }) => kms.push(metres / 1000),
      }),
    ).map(({ status }) => status);
    expect(reasons[0]).toBe('service_start');
    const count = (status: string) => statuses.filter((each) => each === status).length;
    expect(reasons.filter((reason) => reason === 'user_drop_off')).toHaveLength(count('delivering'));
    const rounds = statuses.filter((status, i) => status === 'traveling' && statuses[i - 1] === 'loading').length;
    expect(reasons.filter((reason) => reason === 'user_pick_up')).toHaveLength(rounds);
    expect(kms.length).toBeGreaterThan(10);
  });

  it('depend on nothing but the seed and their index', () => {
    expect(courier(4, 600)).toEqual(courier(4, 600));
    expect(courier(4, 1)).not.toEqual(courier(5, 1));
  });
});
