import type { Position } from '../../model.ts';
import type { RoadGraph } from './graph.ts';

/** The point on an edge that begins at `from`, a `share` of its length (0 … 1) behind. */
export function along(graph: RoadGraph, from: number, edge: number, share: number): Position {
  const { lon, lat, firstBend, bendLon, bendLat, to } = graph;
  const [first, end] = [firstBend[edge]!, firstBend[edge + 1]!];
  const cosine = Math.cos((lat[from]! * Math.PI) / 180);
  // Twice over the bends, for their length and then up to the point: there are a handful of them.
  let ahead = 0;
  for (let pass = 0; pass < 2; pass++) {
    let [x, y] = [lon[from]!, lat[from]!];
    let length = 0;
    for (let bend = first; bend <= end; bend++) {
      const nextX = bend < end ? bendLon[bend]! : lon[to[edge]!]!;
      const nextY = bend < end ? bendLat[bend]! : lat[to[edge]!]!;
      const dx = (nextX - x) * cosine;
      const dy = nextY - y;
      const step = Math.sqrt(dx * dx + dy * dy);
      if (pass === 1 && ahead <= step) {
        const part = step > 0 ? ahead / step : 0;
        return [x + (nextX - x) * part, y + (nextY - y) * part];
      }
      if (pass === 1) ahead -= step;
      length += step;
      [x, y] = [nextX, nextY];
    }
    if (pass === 0) ahead = length * share;
  }
  return [lon[to[edge]!]!, lat[to[edge]!]!];
}
