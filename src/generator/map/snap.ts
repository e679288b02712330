import Flatbush from 'flatbush';
import type { RoadGraph, Spot } from './graph.ts';

/** The spot nearest to a place. */
export type Snapper = (lon: number, lat: number) => Spot;

/** An index of every straight stretch of road; of a road that is driven both ways, of one direction alone. */
export function newSnapper(graph: RoadGraph): Snapper {
  const { lon, lat, from, to, twin, firstBend, bendLon, bendLat } = graph;
  const cosine = Math.cos((middle(lat) * Math.PI) / 180);
  const isIndexed = (edge: number) => twin[edge] === -1 || twin[edge]! > edge;
  let count = 0;
  for (let edge = 0; edge < to.length; edge++) {
    if (isIndexed(edge)) count += firstBend[edge + 1]! - firstBend[edge]! + 1;
  }
  const index = new Flatbush(count);
  const edgeOf = new Uint32Array(count);
  // On the plane: degrees of latitude, so that near is near in every direction.
  const [startX, startY, endX, endY] = [0, 1, 2, 3].map(() => new Float64Array(count)) as Four;
  for (let edge = 0; edge < to.length; edge++) {
    if (!isIndexed(edge)) continue;
    let [x, y] = [lon[from[edge]!]! * cosine, lat[from[edge]!]!];
    for (let bend = firstBend[edge]!; bend <= firstBend[edge + 1]!; bend++) {
      const isEnd = bend === firstBend[edge + 1]!;
      const nextX = (isEnd ? lon[to[edge]!]! : bendLon[bend]!) * cosine;
      const nextY = isEnd ? lat[to[edge]!]! : bendLat[bend]!;
      const item = index.add(Math.min(x, nextX), Math.min(y, nextY), Math.max(x, nextX), Math.max(y, nextY));
      edgeOf[item] = edge;
      startX[item] = x;
      startY[item] = y;
      endX[item] = x = nextX;
      endY[item] = y = nextY;
    }
  }
  index.finish();

  return (placeLon, placeLat) => {
    const [x, y] = [placeLon * cosine, placeLat];
    // No stretch is nearer than the one whose box is, but for those whose boxes lie within that one's distance.
    let nearest = index.neighbors(x, y, 1)[0]!;
    let distance = distanceTo(nearest, x, y);
    const reach = Math.sqrt(distance);
    for (const item of index.search(x - reach, y - reach, x + reach, y + reach)) {
      const its = distanceTo(item, x, y);
      if (its < distance || (its === distance && item < nearest)) [nearest, distance] = [item, its];
    }
    return spotOn(nearest, x, y);
  };

  function shareOf(item: number, x: number, y: number): number {
    const [dx, dy] = [endX[item]! - startX[item]!, endY[item]! - startY[item]!];
    const squared = dx * dx + dy * dy;
    if (squared === 0) return 0;
    return Math.min(1, Math.max(0, ((x - startX[item]!) * dx + (y - startY[item]!) * dy) / squared));
  }

  /** Squared. */
  function distanceTo(item: number, x: number, y: number): number {
    const share = shareOf(item, x, y);
    const dx = startX[item]! + (endX[item]! - startX[item]!) * share - x;
    const dy = startY[item]! + (endY[item]! - startY[item]!) * share - y;
    return dx * dx + dy * dy;
  }

  function spotOn(item: number, x: number, y: number): Spot {
    const edge = edgeOf[item]!;
    const size = firstBend[edge + 1]! - firstBend[edge]! + 1;
    let first = item;
    while (edgeOf[first - 1] === edge) first--;
    let [before, length] = [0, 0];
    for (let stretch = first; stretch < first + size; stretch++) {
      const dx = endX[stretch]! - startX[stretch]!;
      const dy = endY[stretch]! - startY[stretch]!;
      const its = Math.sqrt(dx * dx + dy * dy);
      if (stretch < item) before += its;
      if (stretch === item) before += its * shareOf(item, x, y);
      length += its;
    }
    return { edge, share: length > 0 ? Math.min(1, before / length) : 0 };
  }
}

type Four = [Float64Array, Float64Array, Float64Array, Float64Array];

function middle(values: Float64Array): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return (least + most) / 2;
}
