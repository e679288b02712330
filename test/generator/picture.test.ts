import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generate } from '../../src/generator/generate.ts';
import { encodeMap } from '../../src/generator/map/map-file.ts';
import { pictureOf } from '../../src/generator/picture.ts';
import { frameOf, pathLine } from '../../src/generator/picture-frame.ts';
import { gridMap } from './grid-map.ts';

const START = Date.UTC(2026, 0, 5, 8);
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-picture-'));
  await writeFile(join(dir, 'grid.graph'), encodeMap(gridMap()));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function picture(over: { model?: string; seconds?: number } = {}): Promise<string> {
  const file = join(dir, 'map.svg');
  const fleet = { agents: 12, seconds: 1800, every: 30, seed: 4, start: START, map: join(dir, 'grid.graph') };
  const generated = await generate({ ...fleet, picture: file, now: () => START + 86_400_000, ...over });
  expect(generated).toMatchObject({ devices: 0, fixes: 0 });
  return readFile(file, 'utf8');
}

/** All elements, if the text is well-formed: each is closed in turn, and every attribute is quoted. */
function elements(svg: string): { name: string; attributes: Record<string, string> }[] {
  const found: { name: string; attributes: Record<string, string> }[] = [];
  const open: string[] = [];
  const tag = /<(\/?)([a-z]+)((?: [A-Za-z-]+="[^"<&]*")*)(\/?)>/g;
  const text = svg.replace(tag, (_, closes, name, attributes: string, empty) => {
    if (closes) expect(open.pop()).toBe(name);
    else {
      const pairs = [...attributes.matchAll(/ ([A-Za-z-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]);
      expect(new Set(pairs.map(([key]) => key)).size).toBe(pairs.length);
      found.push({ name, attributes: Object.fromEntries(pairs) });
      if (!empty) open.push(name);
    }
    return '';
  });
  expect(open).toEqual([]);
  expect(text.replace(/&#[0-9]+;/g, '')).not.toMatch(/[<>&]/);
  return found;
}

describe('a picture', () => {
  test.each(['realistic', 'compat', 'delivery'])(
    'of %s is an SVG of roads, trips, a scale and whose data it is',
    async (model) => {
      const svg = await picture({ model });
      const all = elements(svg);
      expect(all[0]).toMatchObject({ name: 'svg', attributes: { xmlns: 'http://www.w3.org/2000/svg' } });
      const [width, height] = [Number(all[0]!.attributes.width), Number(all[0]!.attributes.height)];
      const of = (name: string) => all.filter(({ attributes }) => attributes.class === name);
      expect(of('residential').length + of('unclassified').length).toBeGreaterThan(0);
      expect(of('start').length).toBeGreaterThan(3);
      expect(of('end')).toHaveLength(of('start').length);
      for (const { attributes } of [...of('start'), ...of('end')]) {
        expect(Number(attributes.cx)).toBeGreaterThan(0);
        expect(Number(attributes.cx)).toBeLessThan(width);
        expect(Number(attributes.cy)).toBeGreaterThan(0);
        expect(Number(attributes.cy)).toBeLessThan(height);
      }
      expect(of('scale')).toHaveLength(1);
      expect(svg).toContain('Roads nobody');
      expect(await picture({ model })).toBe(svg);
      expect((await readdir(dir)).sort()).toEqual(['grid.graph', 'map.svg']);
    },
  );

  test('says in its scale what a length is', () => {
    const { graph } = gridMap();
    const frame = frameOf(graph);
    const svg = pictureOf(graph, []);
    const [, length] = /class="scale" d="M12 [0-9.]+v5h([0-9.]+)v-5"/.exec(svg)!;
    const [, amount, unit] = />([0-9]+) (k?m)</.exec(svg)!;
    expect((Number(length) * frame.metresPerPixel) / (Number(amount) * (unit === 'km' ? 1000 : 1))).toBeCloseTo(1, 2);
    // From one crossing of the grid to the next to the north, a thousandth of a degree.
    const [south, north] = [graph.lat[0]!, graph.lat[0]! + 0.001];
    expect((frame.y(south) - frame.y(north)) * frame.metresPerPixel).toBeCloseTo(111.195, 1);
  });

  test('stays small whatever is to be drawn, and well-formed whatever it is called', () => {
    const { graph } = gridMap(5);
    const long = Array.from({ length: 5000 }, (_, i) => i);
    const trips = Array.from({ length: 2000 }, (_, agent) => ({
      agent,
      status: 'traveling',
      lon: long.map((i) => -45 + (i % 2) * 0.004),
      lat: long.map((i) => 57 + (i % 3) * 0.001),
    }));
    expect(pictureOf(graph, trips).length).toBeLessThan(3e6);
    elements(pictureOf({ ...graph, name: '<&>"\u0000', attribution: "© l'Un & l'Autre <x>" }, []));
  });
});

test('a line keeps its ends, and no two points of it are nearer than they should be but for the last', () => {
  const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 400 })), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(points, (tenths) => {
      const line = pathLine(5);
      for (const [x, y] of tenths) line.to(x / 10, y / 10);
      const { d, points: count } = line.end();
      const drawn: [number, number][] = [];
      for (const [, kind, x, y] of d.matchAll(/([Ml])(-?[0-9.]+) (-?[0-9.]+)/g)) {
        const [fromX, fromY] = kind === 'M' ? [0, 0] : drawn.at(-1)!;
        drawn.push([fromX + Number(x), fromY + Number(y)]);
      }
      expect(drawn).toHaveLength(count);
      if (count === 0) return;
      // Plus 0: a sum may come out a hair below 0, and -0 is not 0 to toEqual.
      const rounded = drawn.map(([x, y]) => [Math.round(x * 10) + 0, Math.round(y * 10) + 0]);
      expect(rounded[0]).toEqual(tenths[0]);
      expect(rounded.at(-1)).toEqual(tenths.at(-1));
      for (let i = 1; i < drawn.length - 1; i++) {
        expect(Math.hypot(drawn[i]![0] - drawn[i - 1]![0], drawn[i]![1] - drawn[i - 1]![1])).toBeGreaterThan(4.99);
      }
    }),
  );
});
