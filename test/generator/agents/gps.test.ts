import { describe, expect, it } from 'vitest';
import type { AgentState } from '../../../src/generator/agents/agent.ts';
import { type Dropouts, newReceiver } from '../../../src/generator/agents/gps.ts';
import { METRES_PER_DEGREE } from '../../../src/generator/map/distance.ts';

const STANDING = { lon: -157.85, lat: 21.3, speed: 0, heading: 90 };

function fixes(
  index: number,
  count: number,
  { every = 1, place = STANDING, dropouts }: { every?: number; place?: typeof STANDING; dropouts?: Dropouts } = {},
) {
  const receiver = newReceiver(5, index, dropouts);
  const state: AgentState = { ...place, status: '', heading: Number.NaN, accuracy: Number.NaN, silent: false };
  return Array.from({ length: count }, (_, i) => {
    receiver.read(1 + i * every, place, state);
    return { ...state };
  });
}

const deviation = (values: readonly number[], centre: number) =>
  Math.sqrt(values.reduce((sum, x) => sum + (x - centre) ** 2, 0) / values.length);

describe('a receiver', () => {
  it('errs by 3 to 5 m on either axis, and says so: 68 % of its fixes lie within its accuracy', () => {
    const all = Array.from({ length: 200 }, (_, index) => fixes(index, 40, { every: 300 })).flat();
    const north = deviation(
      all.map(({ lat }) => lat * METRES_PER_DEGREE),
      STANDING.lat * METRES_PER_DEGREE,
    );
    const perLon = METRES_PER_DEGREE * Math.cos((STANDING.lat * Math.PI) / 180);
    const east = deviation(
      all.map(({ lon }) => lon * perLon),
      STANDING.lon * perLon,
    );
    for (const metres of [north, east]) {
      expect(metres).toBeGreaterThan(2.9);
      expect(metres).toBeLessThan(5);
    }
    const within = all.filter(
      ({ lon, lat, accuracy }) =>
        Math.hypot((lon - STANDING.lon) * perLon, (lat - STANDING.lat) * METRES_PER_DEGREE) <= accuracy,
    );
    expect(Math.abs(within.length / all.length - 0.68)).toBeLessThan(0.04);
  });

  it('wanders slowly: from second to second by decimetres', () => {
    const steps = Array.from({ length: 40 }, (_, index) => fixes(index, 100)).flatMap((states) =>
      states.slice(1).map(({ lat }, i) => Math.abs(lat - states[i]!.lat) * METRES_PER_DEGREE),
    );
    expect(steps.reduce((sum, x) => sum + x, 0) / steps.length).toBeLessThan(0.4);
  });

  it('says where a moving car heads and how fast it is, and keeps the last heading while it stands', () => {
    const moving = fixes(1, 200, { place: { ...STANDING, speed: 12, heading: 359.9 } });
    expect(Math.max(...moving.map(({ speed }) => Math.abs(speed - 12)))).toBeLessThan(0.3);
    const headings = moving.map(({ heading }) => heading);
    expect(Math.max(...headings)).toBeLessThan(360);
    expect(Math.max(...headings.map((heading) => Math.abs(((heading + 180) % 360) - 179.9)))).toBeLessThan(2);
    const standing = fixes(1, 50);
    expect(standing.every(({ heading }) => Number.isNaN(heading))).toBe(true);
    expect(Math.max(...standing.map(({ speed }) => speed))).toBeLessThan(0.3);
  });

  it('loses no fix unless asked to, and then about as many as asked, whatever is skipped', () => {
    expect(fixes(1, 7200).some(({ silent }) => silent)).toBe(false);
    const dropouts = { perHour: 6, seconds: 60 };
    let [silent, all] = [0, 0];
    for (let index = 0; index < 30; index++) {
      const states = fixes(index, 7200, { dropouts });
      const seldom = fixes(index, 240, { every: 30, dropouts });
      expect(seldom.map((state) => state.silent)).toEqual(
        states.filter((_, i) => i % 30 === 0).map((state) => state.silent),
      );
      silent += states.filter((state) => state.silent).length;
      all += states.length;
    }
    // Of an hour 60 minutes with a signal have 6 gaps of a minute on average.
    expect(silent / all).toBeGreaterThan(0.07);
    expect(silent / all).toBeLessThan(0.12);
  });

  it('is unlike any other', () => {
    expect(fixes(1, 1)[0]!.lon).not.toBe(fixes(2, 1)[0]!.lon);
  });
});
