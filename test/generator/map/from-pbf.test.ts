import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { mapFromPbf } from '../../../src/generator/map/from-pbf.ts';
import { isBarred, NODE_KIND, type RoadGraph } from '../../../src/generator/map/graph.ts';
import type { RoadMap } from '../../../src/generator/map/road-map.ts';
import { VEHICLES, type VehicleName } from '../../../src/generator/map/vehicles.ts';
import { GRID_NAMING } from '../grid-map.ts';
import { blob, type Extract, pbfFile } from './pbf-file.ts';

let dir: string;
let made = 0;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-pbf-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function read(bytes: Uint8Array, vehicle: VehicleName = 'car'): Promise<RoadMap> {
  const file = join(dir, `${made++}.osm.pbf`);
  await writeFile(file, bytes);
  return mapFromPbf(GRID_NAMING, file, VEHICLES[vehicle]).finally(() => rm(file));
}

/** Four streets that meet at node 1 · north 2, east 3, south 4, west 5, by ways 12 … 15 · and a shop in the north. */
const CROSS: Extract = {
  nodes: [
    { id: 1, at: [12, 57], tags: { highway: 'traffic_signals' } },
    { id: 2, at: [12, 57.001] },
    { id: 3, at: [12.002, 57] },
    { id: 4, at: [12, 56.999] },
    { id: 5, at: [11.998, 57] },
    { id: 5_000_000_000, at: [12, 57.002], tags: { amenity: 'cafe', name: 'Söder', cuisine: 'coffee' } },
  ],
  ways: [2, 3, 4, 5].map((node) => ({ id: 10 + node, refs: [1, node], tags: { highway: 'residential' } })),
};
const restriction = (kind: string, from: number, to: number, tags = {}) => ({
  tags: { type: 'restriction', restriction: kind, ...tags },
  members: [
    { kind: 1, id: from, role: 'from' },
    { kind: 0, id: 1, role: 'via' },
    { kind: 1, id: to, role: 'to' },
  ] as const,
});

/** Turns that are barred, such as "north>east", but for those back. */
function barredOf(graph: RoadGraph): string[] {
  const name = (edge: number, node: Uint32Array) =>
    ['north', 'east', 'south', 'west'].find((_, i) => {
      const { at } = CROSS.nodes[i + 1]!;
      return graph.lon[node[edge]!] === at[0] && graph.lat[node[edge]!] === at[1];
    });
  const turns: string[] = [];
  for (let edge = 0; edge < graph.to.length; edge++) {
    for (let next = 0; next < graph.to.length; next++) {
      if (graph.from[next] === graph.to[edge] && isBarred(graph, edge, next) && next !== graph.twin[edge])
        turns.push(`${name(edge, graph.from)}>${name(next, graph.to)}`);
    }
  }
  return turns.sort();
}

describe('a map of OSM PBF', () => {
  it('has roads, signals, and the demand of amenities and streets, however the file is written', async () => {
    for (const form of [{}, { plain: true }]) {
      const { graph, tiles, gaps } = await read(pbfFile(CROSS, form));
      expect(graph.lon).toHaveLength(5);
      expect(graph.to).toHaveLength(8);
      expect([...graph.lon].sort()).toEqual([11.998, 12, 12, 12, 12.002]);
      expect([...graph.nodeKind].sort()).toEqual([0, 0, 0, 0, NODE_KIND.signals]);
      expect(graph.metres.every((metres) => metres > 110 && metres < 125)).toBe(true);
      expect(gaps).toBe(0);
      // Three tags of the café, and a tenth of one for each street in each tile that it crosses.
      expect(tiles.sum.at(-1)).toBeGreaterThan(3.35);
      expect(tiles.sum.at(-1)).toBeLessThan(5);
    }
  });

  it.each([
    [[restriction('no_left_turn', 14, 15)], ['south>west']],
    [[restriction('only_straight_on', 14, 12)], ['south>east', 'south>west']],
    [[restriction('no_left_turn', 14, 15, { except: 'bus;motorcar' })], []],
    [[restriction('no_left_turn', 14, 15, { except: 'bus;bicycle' })], ['south>west']],
    [[{ ...restriction('', 14, 15), tags: { type: 'restriction', 'restriction:hgv': 'no_left_turn' } }], []],
    [
      [{ ...restriction('', 14, 15), tags: { type: 'restriction', 'restriction:motorcar': 'no_left_turn' } }],
      ['south>west'],
    ],
    [[restriction('no_left_turn', 14, 99)], []],
    [[restriction('only_left_turn', 14, 99)], []],
    [[restriction('give_way', 14, 15)], []],
  ])('of %j bars cars from %j', async (relations, barred) => {
    expect(barredOf((await read(pbfFile({ ...CROSS, relations }))).graph)).toEqual(barred);
  });

  it('tells bicycles from cars', async () => {
    const ways = CROSS.ways.map((way) => ({ ...way, tags: { highway: 'cycleway' } }));
    const relations = [restriction('no_left_turn', 14, 15, { except: 'bicycle' })];
    const { graph } = await read(pbfFile({ ...CROSS, ways, relations }), 'bike');
    expect(graph.to).toHaveLength(8);
    expect(barredOf(graph)).toEqual([]);
    expect(graph.metres[0]! / graph.seconds[0]!).toBeCloseTo(15 / 3.6, 3);
    await expect(read(pbfFile({ ...CROSS, ways }))).rejects.toThrow(/holds no roads/);
  });

  it('ends roads where nodes are missing, counts those, and joins what is left', async () => {
    const road = { id: 20, refs: [2, 91, 92, 3, 4], tags: { highway: 'residential' } };
    const { graph, gaps } = await read(pbfFile({ ...CROSS, ways: [...CROSS.ways, road] }));
    expect(gaps).toBe(2);
    // East and south are a loop now, by the end of the road that is left.
    expect(graph.to).toHaveLength(6);
  });

  it('says that an extract was cut without its nodes', async () => {
    await expect(read(pbfFile({ ...CROSS, nodes: [] }))).rejects.toThrow(/its roads name 8 nodes that it lacks/);
  });
});

describe('bad files', () => {
  const good = pbfFile(CROSS);

  it('says what a file requires that is not known', async () => {
    const history = pbfFile(CROSS, { features: ['OsmSchema-V0.6', 'HistoricalInformation'] });
    await expect(read(history)).rejects.toThrow(/requires "HistoricalInformation"/);
  });

  it('says where a file is cut off, wherever that is', async () => {
    const whole: number[] = [];
    for (let length = 0; length < good.length; length++) {
      const error = await read(good.subarray(0, length)).catch((thrown: unknown) => thrown);
      if (!(error instanceof Error)) whole.push(length);
      else expect(error).toBeInstanceOf(UsageError);
    }
    // Without its last block, that of the relations, it is a map still.
    expect(whole).toHaveLength(1);
    await expect(read(good.subarray(0, -5))).rejects.toThrow(/cut off: a block at byte [0-9]+ would end at [0-9]+/);
  });

  it('does not believe a block that says it is larger than any may be', async () => {
    const bomb = blob('OSMData', new Uint8Array(33 * 1024 * 1024));
    await expect(read(Buffer.concat([good, bomb]))).rejects.toThrow(/in its block at byte/);
  });

  it('is one error with what and what to do, whatever bytes are changed', async () => {
    const plain = pbfFile({ ...CROSS, relations: [restriction('no_left_turn', 14, 15)] }, { plain: true });
    const change = fc.record({ at: fc.nat(plain.length - 1), byte: fc.nat(255) });
    let damaged = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), fc.boolean(), async (changes, cut) => {
        const bytes = Buffer.from(plain);
        for (const { at, byte } of changes) bytes[at] = byte;
        try {
          const { graph, demand } = await read(cut ? bytes.subarray(0, changes[0]!.at) : bytes);
          expect(graph.to.length).toBeGreaterThan(0);
          const [lon, lat] = demand.pick({ fraction: () => 0.5 });
          expect(Number.isFinite(lon + lat)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          expect((error as UsageError).hint).toBeTruthy();
          damaged++;
        }
      }),
      { numRuns: 1500 },
    );
    expect(damaged).toBeGreaterThan(100);
  });
});
