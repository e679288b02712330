import { type FileHandle, open } from 'node:fs/promises';
import { isSimctlError, messageOf, UsageError } from '../../errors.ts';
import { buildGraph } from './build-graph.ts';
import { type DemandScores, newScores } from './demand-scores.ts';
import { scoreByRoads, scoreOfPlace } from './demand-tags.ts';
import type { Naming } from './graph.ts';
import { nodeKind } from './node-kinds.ts';
import { type Blob, readBlobs } from './pbf/blobs.ts';
import { readBlock } from './pbf/block.ts';
import { Damage } from './pbf/damage.ts';
import { visit } from './pbf/elements.ts';
import { checkHeader } from './pbf/header.ts';
import { type NodeTable, nodeTable } from './pbf/node-table.ts';
import { gatherWays, type Ways } from './pbf/ways.ts';
import type { Tags } from './read-tags.ts';
import { newRoadMap, type RoadMap } from './road-map.ts';
import { collectStreets } from './street-collector.ts';
import type { Streets, TurnBan } from './streets.ts';
import type { Vehicle } from './vehicles.ts';

/**
 * An extract of OpenStreetMap in its PBF format. The file is read twice, first for the ways and then for the nodes that
 * they need, so that memory holds no other; of those, two numbers each.
 * @throws UsageError where the file is damaged, is no PBF file, wants a newer reader, or holds no roads.
 */
export async function mapFromPbf(naming: Naming, path: string, vehicle: Vehicle): Promise<RoadMap> {
  const file = await open(path);
  try {
    return await readPbf(naming, file, vehicle);
  } catch (error) {
    if (isSimctlError(error)) throw error;
    const hint = (error instanceof Damage ? error.hint : undefined) ?? 'Download it again, and compare its size.';
    throw new UsageError(`cannot read the map ${path}: ${messageOf(error)}`, { cause: error, hint });
  } finally {
    await file.close();
  }
}

async function readPbf(naming: Naming, file: FileHandle, vehicle: Vehicle): Promise<RoadMap> {
  const { ways, visitor } = gatherWays(vehicle);
  const withNodes: number[] = [];
  let blobs = 0;
  for await (const blob of readBlobs(file)) {
    await reading(blob, (data) => {
      if (blobs++ === 0 && blob.type !== 'OSMHeader') throw new Damage(`it does not begin as an OSM PBF file does`);
      if (blob.type === 'OSMHeader') checkHeader(data);
      if (blob.type === 'OSMData' && visit(readBlock(data), visitor)) withNodes.push(blob.at);
    });
  }
  if (blobs === 0) throw new Damage('it is empty');

  const roadNodes = nodeTable(ways.roads.ref.done());
  const wantedNodes = nodeTable(ways.wanted.ref.done());
  const at = { kind: new Uint8Array(roadNodes.ids.length), barrier: new Uint8Array(roadNodes.ids.length) };
  const scores = newScores();
  const node = (id: number, lon: number, lat: number, tags: Tags | undefined) => {
    if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90)) throw new Damage(`node ${id} lies at ${lon}, ${lat}`);
    for (const table of [roadNodes, wantedNodes]) {
      const found = table.find(id);
      if (found === -1) continue;
      table.lon[found] = lon;
      table.lat[found] = lat;
      if (table !== roadNodes || tags === undefined) continue;
      at.kind[found] = nodeKind(tags);
      at.barrier[found] = vehicle.isStopped(tags) ? 1 : 0;
    }
    if (tags !== undefined) scores.place(lon, lat, scoreOfPlace(tags));
  };
  for (const begin of withNodes) {
    for await (const blob of readBlobs(file, begin)) {
      await reading(blob, (data) => visit(readBlock(data), { node }));
      break;
    }
  }
  const { streets, gaps } = streetsOf(ways, roadNodes, at);
  const graph = buildGraph(naming, streets, gaps);
  scoreWays(ways.wanted, wantedNodes, scores);
  return newRoadMap(graph, scoreByRoads(graph, scores.tiles()), gaps);
}

/** @throws Damage that says where in the file. */
async function reading(blob: Blob, read: (data: Uint8Array) => void): Promise<void> {
  try {
    read(await blob.data());
  } catch (error) {
    throw new Damage(
      error instanceof Damage && blob.at === 0 ? error.message : `in its block at byte ${blob.at}, ${messageOf(error)}`,
      error instanceof Damage ? error.hint : undefined,
    );
  }
}

/** The ways in one piece each, or in more where nodes are missing, as where an extract was cut. */
function streetsOf(
  { roads, restrictions }: Ways,
  nodes: NodeTable,
  at: Pick<Streets, 'kind' | 'barrier'>,
): { streets: Streets; gaps: number } {
  const streets = collectStreets();
  const restricted = new Map(
    restrictions.flatMap(({ from, to }) => [...from, ...to].map((id) => [id, [] as number[]])),
  );
  let gaps = 0;
  const [first, ref, id] = [roads.first.done(), roads.ref.done(), roads.id.done()];
  for (const [road, passage] of roads.passage.entries()) {
    let piece: number[] = [];
    const end = first[road + 1] ?? ref.length;
    for (let i = first[road]!; i <= end; i++) {
      const node = i < end ? nodes.find(ref[i]!) : -1;
      if (node !== -1 && !Number.isNaN(nodes.lon[node])) {
        piece.push(node);
        continue;
      }
      if (i < end) gaps++;
      const street = streets.add(piece, passage);
      if (street !== undefined) restricted.get(id[road]!)?.push(street);
      piece = [];
    }
  }
  const bans: TurnBan[] = [];
  for (const { from, via, to, only } of restrictions) {
    const node = nodes.find(via);
    if (node === -1) continue;
    for (const one of from.flatMap((way) => restricted.get(way)!)) {
      for (const other of to.flatMap((way) => restricted.get(way)!))
        bans.push({ from: one, via: node, to: other, only });
    }
  }
  return { streets: streets.streets({ lon: nodes.lon, lat: nodes.lat, ...at }, bans), gaps };
}

function scoreWays(wanted: Ways['wanted'], nodes: NodeTable, scores: DemandScores): void {
  const [first, ref, score] = [wanted.first.done(), wanted.ref.done(), wanted.score.done()];
  for (const [way, its] of score.entries()) {
    const found = Array.from(ref.subarray(first[way], first[way + 1] ?? ref.length), (id) => nodes.find(id)).filter(
      (node) => node !== -1 && !Number.isNaN(nodes.lon[node]),
    );
    scores.line(
      found.map((node) => nodes.lon[node]!),
      found.map((node) => nodes.lat[node]!),
      its,
    );
  }
}
