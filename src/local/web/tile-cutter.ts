/** Cuts roads into vector tiles. */
import { GeoJSONVT } from '@maplibre/geojson-vt';
import { fromGeojsonVt } from '@maplibre/vt-pbf';
import { ROAD_CLASSES, type RoadGraph } from '../../generator/map/graph.ts';

/** Far out only the roads that lead somewhere; from this zoom on, by class. */
const FROM_ZOOM: Readonly<Record<string, number>> = { motorway: 0, trunk: 0, primary: 8, secondary: 10, tertiary: 11 };
const OTHERS_FROM_ZOOM = 12;

export type Tile = (z: number, x: number, y: number) => Uint8Array | undefined;

export function tilesOf(graph: RoadGraph, maxZoom: number): Tile {
  const index = new GeoJSONVT(
    { type: 'FeatureCollection', features: roadsOf(graph) },
    { maxZoom, indexMaxZoom: 0, tolerance: 3, buffer: 64 },
  );
  return (z, x, y) => {
    const tile = index.getTile(z, x, y);
    if (!tile) return undefined;
    const features = tile.features.filter(
      ({ tags }: { tags: Record<string, unknown> | null }) => z >= (FROM_ZOOM[String(tags?.class)] ?? OTHERS_FROM_ZOOM),
    );
    return features.length === 0 ? undefined : fromGeojsonVt({ roads: { ...tile, features } }, { version: 2 });
  };
}

/** Each road once, whichever ways it may be driven. */
function roadsOf({ lon, lat, from, to, twin, roadClass, firstBend, bendLon, bendLat }: RoadGraph) {
  const features = [];
  for (let edge = 0; edge < to.length; edge++) {
    if (twin[edge]! >= 0 && twin[edge]! < edge) continue;
    const coordinates = [[lon[from[edge]!]!, lat[from[edge]!]!]];
    for (let bend = firstBend[edge]!; bend < firstBend[edge + 1]!; bend++)
      coordinates.push([bendLon[bend]!, bendLat[bend]!]);
    coordinates.push([lon[to[edge]!]!, lat[to[edge]!]!]);
    // A link is part of the road that it leads to.
    const properties = { class: ROAD_CLASSES[roadClass[edge]!]!.replace('_link', '') };
    features.push({ type: 'Feature' as const, properties, geometry: { type: 'LineString' as const, coordinates } });
  }
  return features;
}
