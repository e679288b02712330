import { buildGraph } from './build-graph.ts';
import { newScores } from './demand-scores.ts';
import { scoreByRoads, scoreOfLine, scoreOfPlace } from './demand-tags.ts';
import type { Naming, Point } from './graph.ts';
import { growing } from './growing.ts';
import { nodeKind } from './node-kinds.ts';
import type { Tags } from './read-tags.ts';
import { newRoadMap, type RoadMap } from './road-map.ts';
import { collectStreets } from './street-collector.ts';
import { VEHICLES, type Vehicle } from './vehicles.ts';

/**
 * Roads as GeoJSON: features with OpenStreetMap's tags as properties. Lines are roads, points may be signals or
 * places where people go, polygons buildings; everything else is passed over.
 */
export interface RoadCollection {
  readonly features: readonly {
    readonly properties: Tags | null;
    readonly geometry: { readonly type: string; readonly coordinates: unknown } | null;
  }[];
}

/** @throws UsageError where no two places are left between which one can drive to and fro. */
export function mapFromGeoJson(naming: Naming, { features }: RoadCollection, vehicle: Vehicle = VEHICLES.car): RoadMap {
  const vertices = newVertices();
  const streets = collectStreets();
  const scores = newScores();
  for (const { properties, geometry } of features) {
    const tags = properties ?? {};
    if (geometry?.type === 'Point') {
      const [lon, lat] = geometry.coordinates as Point;
      scores.place(lon, lat, scoreOfPlace(tags));
      continue;
    }
    for (const line of linesOf(geometry)) {
      const passage = geometry?.type.endsWith('LineString') ? vehicle.passage(tags) : undefined;
      if (passage) streets.add(line.map(vertices.at), passage);
      scores.line(
        line.map(([lon]) => lon),
        line.map(([, lat]) => lat),
        scoreOfLine(tags),
      );
    }
  }
  const kinds = vertices.done();
  for (const { properties, geometry } of features) {
    const at = geometry?.type === 'Point' ? vertices.find(geometry.coordinates as Point) : undefined;
    if (at === undefined) continue;
    kinds.kind[at] = nodeKind(properties ?? {});
    kinds.barrier[at] = vehicle.isStopped(properties ?? {}) ? 1 : 0;
  }
  const graph = buildGraph(naming, streets.streets(kinds, []));
  return newRoadMap(graph, scoreByRoads(graph, scores.tiles()));
}

function linesOf(geometry: { readonly type: string; readonly coordinates: unknown } | null): readonly Point[][] {
  if (geometry?.type === 'LineString') return [geometry.coordinates as Point[]];
  if (geometry?.type === 'MultiLineString') return geometry.coordinates as Point[][];
  // The outer ring alone.
  if (geometry?.type === 'Polygon') return (geometry.coordinates as Point[][]).slice(0, 1);
  return [];
}

/** GeoJSON keeps no node ids of OpenStreetMap, but roads that meet share a vertex: equal coordinates are one place. */
function newVertices() {
  const numbers = new Map<string, number>();
  const [lons, lats] = [growing(Float64Array), growing(Float64Array)];
  const keyOf = ([lon, lat]: Point) => `${lon},${lat}`;
  return {
    at(point: Point): number {
      const key = keyOf(point);
      const known = numbers.get(key);
      if (known !== undefined) return known;
      lons.push(point[0]);
      lats.push(point[1]);
      numbers.set(key, lons.length - 1);
      return lons.length - 1;
    },
    find: (point: Point) => numbers.get(keyOf(point)),
    done: () => ({
      lon: lons.done(),
      lat: lats.done(),
      kind: new Uint8Array(lons.length),
      barrier: new Uint8Array(lons.length),
    }),
  };
}
