import type { Position } from '../../model.ts';

/**
 * In which order to visit places in a round trip from `depot`: always the nearest next, then two ways that cross are
 * uncrossed (2-opt) until nothing gets shorter. Straight distances; rounds are of a few dozen places.
 * @returns indices into `places`, each once
 */
export function roundOrder(depot: Position, places: readonly Position[]): number[] {
  const points = [depot, ...places];
  // The plane at the depot's latitude.
  const cosine = Math.cos((depot[1] * Math.PI) / 180);
  const far = (a: number, b: number) => {
    const [[aLon, aLat], [bLon, bLat]] = [points[a]!, points[b]!];
    return Math.hypot((aLon - bLon) * cosine, aLat - bLat);
  };
  const tour = [0];
  const left = new Set(places.keys());
  while (left.size > 0) {
    const here = tour.at(-1)!;
    let nearest = -1;
    for (const i of left) if (nearest < 0 || far(here, i + 1) < far(here, nearest + 1)) nearest = i;
    left.delete(nearest);
    tour.push(nearest + 1);
  }
  uncross(tour, far);
  return tour.slice(1).map((point) => point - 1);
}

/** A gain below this share is rounding, and would go on for ever. */
const GAIN = 1 - 1e-9;

/** Turns round the part between two edges of the closed tour while that shortens it. */
function uncross(tour: number[], far: (a: number, b: number) => number): void {
  const n = tour.length;
  for (let improved = true; improved; ) {
    improved = false;
    for (let i = 0; i < n - 2; i++) {
      for (let j = i + 2; j < n; j++) {
        const [a, b, c, d] = [tour[i]!, tour[i + 1]!, tour[j]!, tour[(j + 1) % n]!];
        if (a === d || far(a, c) + far(b, d) >= (far(a, b) + far(c, d)) * GAIN) continue;
        const turned = tour.slice(i + 1, j + 1).reverse();
        tour.splice(i + 1, turned.length, ...turned);
        improved = true;
      }
    }
  }
}
