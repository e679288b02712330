import { metresBetween } from './distance.ts';
import type { RoadGraph } from './graph.ts';
import type { Route } from './route.ts';

/** Where a route leads: vertices in degrees, and the metres from its beginning to each, the first of which is 0. */
export interface RouteLine {
  readonly lon: Float64Array;
  readonly lat: Float64Array;
  readonly metres: Float64Array;
}

/** The vertices of a route, from spot to spot; at least two. */
export function routeLine(graph: RoadGraph, { edges, fromShare, toShare }: Route): RouteLine {
  let size = 1;
  for (const edge of edges) size += graph.firstBend[edge + 1]! - graph.firstBend[edge]! + 1;
  const line = { lon: new Float64Array(size), lat: new Float64Array(size), metres: new Float64Array(size) };
  let length = 0;
  for (let i = 0; i < edges.length; i++) {
    const edge = edges[i]!;
    const begin = i === 0 ? fromShare : 0;
    const end = i === edges.length - 1 ? toShare : 1;
    length =
      begin === 0 && end === 1
        ? wholeEdge(graph, edge, line, length)
        : partOfEdge(graph, edge, begin, end, line, length);
  }
  for (let i = 1; i < length; i++) {
    const step = metresBetween(line.lon[i - 1]!, line.lat[i - 1]!, line.lon[i]!, line.lat[i]!);
    line.metres[i] = line.metres[i - 1]! + step;
  }
  return {
    lon: line.lon.subarray(0, length),
    lat: line.lat.subarray(0, length),
    metres: line.metres.subarray(0, length),
  };
}

/** The place of a spot, in degrees. */
export function placeOf(
  graph: RoadGraph,
  { edge, share }: { edge: number; share: number },
): [lon: number, lat: number] {
  const line = { lon: new Float64Array(2), lat: new Float64Array(2), metres: new Float64Array(2) };
  partOfEdge(graph, edge, share, share, line, 0);
  return [line.lon[0]!, line.lat[0]!];
}

/** Appends the edge's vertices, the first only where the line is empty. @returns the line's length. */
function wholeEdge(graph: RoadGraph, edge: number, { lon, lat }: RouteLine, length: number): number {
  const { firstBend, bendLon, bendLat, from, to } = graph;
  let at = length;
  if (at === 0) {
    lon[at] = graph.lon[from[edge]!]!;
    lat[at++] = graph.lat[from[edge]!]!;
  }
  for (let bend = firstBend[edge]!; bend < firstBend[edge + 1]!; bend++) {
    lon[at] = bendLon[bend]!;
    lat[at++] = bendLat[bend]!;
  }
  lon[at] = graph.lon[to[edge]!]!;
  lat[at++] = graph.lat[to[edge]!]!;
  return at;
}

/** Appends the vertices from one share of the edge to another, the first only where the line is empty. */
function partOfEdge(
  graph: RoadGraph,
  edge: number,
  begin: number,
  end: number,
  { lon, lat }: RouteLine,
  length: number,
): number {
  const bends = graph.firstBend[edge + 1]! - graph.firstBend[edge]!;
  const [lons, lats, metres] = [new Float64Array(bends + 2), new Float64Array(bends + 2), new Float64Array(bends + 2)];
  wholeEdge(graph, edge, { lon: lons, lat: lats, metres }, 0);
  for (let i = 1; i < bends + 2; i++) {
    metres[i] = metres[i - 1]! + metresBetween(lons[i - 1]!, lats[i - 1]!, lons[i]!, lats[i]!);
  }
  const total = metres[bends + 1]!;
  let at = length;
  const push = (where: number) => {
    let i = 1;
    while (i <= bends && metres[i]! < where) i++;
    const step = metres[i]! - metres[i - 1]!;
    const part = step > 0 ? (where - metres[i - 1]!) / step : 0;
    lon[at] = lons[i - 1]! + (lons[i]! - lons[i - 1]!) * part;
    lat[at++] = lats[i - 1]! + (lats[i]! - lats[i - 1]!) * part;
  };
  if (at === 0) push(begin * total);
  for (let i = 1; i <= bends; i++) {
    if (metres[i]! <= begin * total || metres[i]! >= end * total) continue;
    lon[at] = lons[i]!;
    lat[at++] = lats[i]!;
  }
  push(end * total);
  return at;
}
