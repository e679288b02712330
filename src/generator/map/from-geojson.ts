import CheapRuler from 'cheap-ruler';
import { buildGraph, type Edge, type RoadGraph } from './graph.ts';
import { directions, drivingSpeed } from './road-speeds.ts';
import { largestStrongComponent } from './strong-component.ts';

/** Roads as GeoJSON: features with OpenStreetMap's tags as properties; what is no LineString or not for cars is passed over. */
export interface RoadCollection {
  readonly features: readonly {
    readonly properties: Readonly<Record<string, unknown>> | null;
    readonly geometry: { readonly type: string; readonly coordinates: unknown };
  }[];
}

type Point = readonly [lon: number, lat: number];

/** @throws Error where no two places are left that can reach each other. */
export function graphFromGeoJson(
  naming: Pick<RoadGraph, 'name' | 'attribution'>,
  { features }: RoadCollection,
): RoadGraph {
  const nodes: Point[] = [];
  const nodeAt = new Map<string, number>();
  const edges: Edge[] = [];
  // Roads that meet share a vertex: equal coordinates are one node.
  const nodeOf = (point: Point) => {
    const key = `${point[0]},${point[1]}`;
    let node = nodeAt.get(key);
    if (node === undefined) {
      node = nodes.push(point) - 1;
      nodeAt.set(key, node);
    }
    return node;
  };

  let ruler: CheapRuler | undefined;
  for (const { properties, geometry } of features) {
    const speed = properties && drivingSpeed(properties);
    if (!speed || geometry.type !== 'LineString') continue;
    const { forward, backward } = directions(properties);
    const line = geometry.coordinates as Point[];
    for (let i = 1; i < line.length; i++) {
      const [a, b] = [line[i - 1]!, line[i]!];
      ruler ??= new CheapRuler(a[1], 'meters');
      const metres = ruler.distance([...a], [...b]);
      if (metres === 0) continue;
      const [from, to] = [nodeOf(a), nodeOf(b)];
      if (forward) edges.push({ from, to, metres, seconds: metres / speed });
      if (backward) edges.push({ from: to, to: from, metres, seconds: metres / speed });
    }
  }
  return keepComponent(naming, nodes, edges);
}

function keepComponent(
  naming: Pick<RoadGraph, 'name' | 'attribution'>,
  nodes: readonly Point[],
  edges: readonly Edge[],
): RoadGraph {
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
