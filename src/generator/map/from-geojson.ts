import CheapRuler from 'cheap-ruler';
import { buildGraph, type Edge, type Naming, type Point, type RoadGraph } from './graph.ts';
import { directions, drivingSpeed } from './road-speeds.ts';
import { largestStrongComponent } from './strong-component.ts';

/** Roads as GeoJSON: features with OpenStreetMap's tags as properties; what is no LineString or not for cars is passed over. */
export interface RoadCollection {
  readonly features: readonly {
    readonly properties: Readonly<Record<string, unknown>> | null;
    readonly geometry: { readonly type: string; readonly coordinates: unknown };
  }[];
}

/** @throws Error where no two places are left that can reach each other. */
export function graphFromGeoJson(naming: Naming, { features }: RoadCollection): RoadGraph {
  const roads = features.flatMap(({ properties: tags, geometry }) => {
    const speed = tags && drivingSpeed(tags);
    if (!speed || geometry.type !== 'LineString') return [];
    const line = withoutRepeats(geometry.coordinates as Point[]);
    return line.length < 2 ? [] : [{ line, speed, ...directions(tags) }];
  });
  const ruler = new CheapRuler(roads[0]?.line[0]?.[1] ?? 0, 'meters');
  const isNode = meetings(roads.map(({ line }) => line));
  const nodes: Point[] = [];
  const nodeAt = new Map<string, number>();
  const nodeOf = (point: Point) => {
    let node = nodeAt.get(keyOf(point));
    if (node === undefined) {
      node = nodes.push(point) - 1;
      nodeAt.set(keyOf(point), node);
    }
    return node;
  };
  const edges: Edge[] = [];
  for (const { line, speed, forward, backward } of roads) {
    for (const piece of cut(line, isNode)) {
      const metres = ruler.lineDistance(piece.map(([lon, lat]) => [lon, lat]));
      const [from, to] = [nodeOf(piece[0]!), nodeOf(piece.at(-1)!)];
      const bends = piece.slice(1, -1);
      const seconds = metres / speed;
      if (forward) edges.push({ from, to, metres, seconds, bends });
      if (backward) edges.push({ from: to, to: from, metres, seconds, bends: bends.toReversed() });
    }
  }
  return keepComponent(naming, nodes, edges);
}

/** GeoJSON keeps no node ids of OpenStreetMap, but roads that meet share a vertex: equal coordinates are one place. */
function keyOf([lon, lat]: Point): string {
  return `${lon},${lat}`;
}

function withoutRepeats(line: readonly Point[]): Point[] {
  return line.filter((point, i) => i === 0 || keyOf(point) !== keyOf(line[i - 1]!));
}

/** Whether roads meet or end at a point, or one crosses itself. */
function meetings(lines: readonly (readonly Point[])[]): (point: Point) => boolean {
  const uses = new Map<string, number>();
  for (const line of lines) {
    for (const [i, point] of line.entries()) {
      const isEnd = i === 0 || i === line.length - 1;
      uses.set(keyOf(point), (uses.get(keyOf(point)) ?? 0) + (isEnd ? 2 : 1));
    }
  }
  return (point) => uses.get(keyOf(point))! > 1;
}

/** A road in pieces from node to node. */
function* cut(line: readonly Point[], isNode: (point: Point) => boolean): Generator<readonly Point[]> {
  let begin = 0;
  for (let i = 1; i < line.length; i++) {
    if (!isNode(line[i]!)) continue;
    yield line.slice(begin, i + 1);
    begin = i;
  }
}

function keepComponent(naming: Naming, nodes: readonly Point[], edges: readonly Edge[]): RoadGraph {
  const member = largestStrongComponent(nodes.length, edges);
  const renumbered = new Int32Array(nodes.length).fill(-1);
  const kept = nodes.filter((_, node) => member[node] === 1);
  if (kept.length < 2) throw new Error('the map holds no roads on which a car could drive and come back');
  let next = 0;
  for (let node = 0; node < nodes.length; node++) if (member[node] === 1) renumbered[node] = next++;
  return buildGraph(
    naming,
    kept,
    edges
      .filter(({ from, to }) => member[from] === 1 && member[to] === 1)
      .map((edge) => ({ ...edge, from: renumbered[edge.from]!, to: renumbered[edge.to]! })),
  );
}
