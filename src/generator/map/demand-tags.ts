import { type DemandTiles, newScores } from './demand-scores.ts';
import { ROAD_CLASSES, type RoadGraph } from './graph.ts';
import type { Tags } from './read-tags.ts';
import { placeOf } from './route-line.ts';

// What trip-simulator scores: the more tags an amenity or a building has, the more people want to be there.

const OF_RESIDENTIAL = 0.1;

/** Of a node, 0 for none. */
export function scoreOfPlace(tags: Tags): number {
  return tags.amenity === undefined ? 0 : Object.keys(tags).length;
}

/** Of every tile that a way crosses. */
export function scoreOfLine(tags: Tags): number {
  if (tags.amenity !== undefined || tags.building !== undefined) return Object.keys(tags).length;
  return tags.highway === 'residential' ? OF_RESIDENTIAL * Object.keys(tags).length : 0;
}

const FAST = new Set(['motorway', 'motorway_link', 'trunk', 'trunk_link', 'ferry']);

/** The tiles as they are; where the map has neither buildings nor residential roads, the middles of its streets. */
export function scoreByRoads(graph: RoadGraph, tiles: DemandTiles): DemandTiles {
  if ((tiles.sum.at(-1) ?? 0) > 0) return tiles;
  const scores = newScores();
  const isStreet = (edge: number) => !FAST.has(ROAD_CLASSES[graph.roadClass[edge]!]!);
  const anyStreet = graph.roadClass.some((_, edge) => isStreet(edge));
  for (let edge = 0; edge < graph.to.length; edge++) {
    if (anyStreet && !isStreet(edge)) continue;
    scores.place(...placeOf(graph, { edge, share: 0.5 }), graph.metres[edge]!);
  }
  return scores.tiles();
}
