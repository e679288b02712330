import { mapFromGeoJson } from '../../src/generator/map/from-geojson.ts';
import type { RoadMap } from '../../src/generator/map/road-map.ts';

export const GRID_NAMING = { name: 'grid', attribution: 'nobody' };

/** Streets in a square of `size` × `size` crossings, a hundred metres or so apart. */
export function gridMap(size = 30): RoadMap {
  const step = 0.001;
  const at = (i: number) => Number((57 + i * step).toFixed(7));
  const line = (point: (i: number) => [number, number]) => ({
    properties: { highway: 'residential' },
    geometry: { type: 'LineString', coordinates: Array.from({ length: size }, (_, i) => point(i)) },
  });
  const features = Array.from({ length: size }, (_, n) => [
    line((i) => [at(i) - 45, at(n)]),
    line((i) => [at(n) - 45, at(i)]),
  ]).flat();
  return mapFromGeoJson(GRID_NAMING, { features });
}
