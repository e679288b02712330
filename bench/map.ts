// What maps cost: node --import tsx bench/map.ts [FILE.osm.pbf …] [--vehicle bike]. Prints CPU seconds and memory; each map in a process
// of its own, so that the memory is its own.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { agentRandom, PURPOSE } from '../src/generator/agent-random.ts';
import type { Spot } from '../src/generator/map/graph.ts';
import { readMap } from '../src/generator/map/read-map.ts';
import { newRouter } from '../src/generator/map/route.ts';
import { placeOf } from '../src/generator/map/route-line.ts';
import { newSnapper } from '../src/generator/map/snap.ts';

const DATA = fileURLToPath(new URL('../../shared/data/', import.meta.url));
const MAPS = ['honolulu_crop', 'honolulu', 'monaco'].map((name) => join(DATA, `${name}.osm.pbf`));
const DRAWS = 20_000;
const TRIPS = 3000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { one: { type: 'boolean' }, vehicle: { type: 'string', default: 'car' } },
});
if (values.one) await measure(positionals[0]!, values.vehicle as 'car' | 'bike');
else {
  const maps = positionals.length > 0 ? positionals : MAPS.filter((map) => existsSync(map));
  if (maps.length === 0) console.log('No maps: name some, as in "bench/map.ts town.osm.pbf".');
  const home = mkdtempSync(join(tmpdir(), 'simctl-bench-map-'));
  try {
    for (const map of maps) {
      for (const from of ['file', 'cache']) {
        const args = ['--import', 'tsx', fileURLToPath(import.meta.url), '--one', '--vehicle', values.vehicle, map];
        const out = execFileSync(process.execPath, args, {
          env: { ...process.env, SIMCTL_HOME: home },
          encoding: 'utf8',
        });
        console.log(`${basename(map)}, from the ${from}: ${out.trim()}`);
      }
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function measure(path: string, vehicle: 'car' | 'bike'): Promise<void> {
  const before = process.resourceUsage().maxRSS;
  let begin = cpuSeconds();
  const { graph, demand } = await readMap(path, vehicle);
  const read = cpuSeconds() - begin;
  const peak = process.resourceUsage().maxRSS;
  const [route, snap] = [newRouter(graph), newSnapper(graph)];
  const random = agentRandom(1, 0, PURPOSE.trips);
  const centre = placeOf(graph, snap(...demand.pick(random)));

  begin = cpuSeconds();
  for (let i = 0; i < DRAWS; i++) demand.pickWithin(random, centre, 8);
  const draw = (cpuSeconds() - begin) / DRAWS;

  begin = cpuSeconds();
  const spots = Array.from({ length: 2 * TRIPS }, () => snap(...demand.pick(random)));
  const snapped = (cpuSeconds() - begin) / spots.length;

  const near = spots.map((spot): Spot => {
    const place = demand.pickWithin(random, placeOf(graph, spot), Math.abs(8 * (1 + random.normal())));
    return place ? snap(...place) : spot;
  });
  const mean = (goalOf: (i: number) => Spot) => {
    begin = cpuSeconds();
    for (let i = 0; i < TRIPS; i++) route(spots[i]!, goalOf(i));
    return (cpuSeconds() - begin) / TRIPS;
  };
  const far = mean((i) => spots[TRIPS + i]!);
  const trip = mean((i) => near[i]!);
  console.log(
    [
      `${graph.lon.length} nodes, ${graph.to.length} edges`,
      `read ${read.toFixed(2)} CPU-s, peak ${mb(peak)} MB (${mb(before)} before)`,
      `route between any two places ${(far * 1e3).toFixed(2)} ms, as far as cars go ${(trip * 1e3).toFixed(2)} ms`,
      `draw from a disc of 8 km ${(draw * 1e6).toFixed(1)} µs, draw and snap ${(snapped * 1e6).toFixed(1)} µs`,
    ].join('; '),
  );
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function mb(kilobytes: number): string {
  return (kilobytes / 1024).toFixed(0);
}
