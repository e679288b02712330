/** The base map as a MapLibre style, made here: no fonts, no sprites, nothing from elsewhere. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { BaseMap } from '../config.ts';
import type { Colours } from './colours.ts';

/** `class` of our own tiles; `kind` of Protomaps'. */
const RANK: ExpressionSpecification = [
  'match',
  ['coalesce', ['get', 'class'], ['get', 'kind'], ''],
  ['motorway', 'motorway_link', 'trunk', 'trunk_link', 'highway'],
  3,
  ['primary', 'primary_link', 'secondary', 'secondary_link', 'major_road'],
  2,
  ['tertiary', 'tertiary_link', 'unclassified', 'residential', 'living_street', 'minor_road', 'medium_road'],
  1,
  0,
];

/** Pixels at zoom 8, 12, 15 and 18, by rank; `more` widens it for a casing. */
function width(more: number): ExpressionSpecification {
  const at = (...byRank: number[]): ExpressionSpecification => [
    'match',
    RANK,
    3,
    byRank[3]! + more,
    2,
    byRank[2]! + more,
    1,
    byRank[1]! + more,
    byRank[0]! + more,
  ];
  return [
    'interpolate',
    ['exponential', 1.5],
    ['zoom'],
    8,
    at(0.2, 0.3, 0.6, 0.8),
    12,
    at(0.5, 0.9, 1.6, 1.9),
    15,
    at(1.6, 4, 6, 8),
    18,
    at(7, 16, 22, 28),
  ];
}

/** What a base map's tiles hold; a layer that is not there must not be asked for. */
const OF_OURS: ReadonlySet<string> = new Set(['roads']);

/** @param holds the layers of its tiles; ours hold roads alone */
export function baseStyle(
  map: BaseMap | null,
  colours: Colours,
  holds: ReadonlySet<string> = OF_OURS,
): StyleSpecification {
  const background: LayerSpecification = {
    id: 'land',
    type: 'background',
    paint: { 'background-color': colours.land },
  };
  if (map === null || 'style' in map) return { version: 8, sources: {}, layers: [background] };
  const area = (id: string, color: string, sourceLayer = id): LayerSpecification => ({
    id,
    type: 'fill',
    source: 'base',
    'source-layer': sourceLayer,
    paint: { 'fill-color': color },
  });
  const roads = (id: string, color: unknown, more: number): LayerSpecification => ({
    id,
    type: 'line',
    source: 'base',
    'source-layer': 'roads',
    layout: { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': RANK },
    paint: { 'line-color': color as string, 'line-width': width(more) },
  });
  const { land, water, green, building, casing, minor, major, motorway } = colours;
  const layers: LayerSpecification[] = [
    background,
    ...(holds.has('earth') ? [area('earth', land)] : []),
    ...(holds.has('landuse') ? [area('landuse', green)] : []),
    ...(holds.has('water') ? [area('water', water)] : []),
    ...(holds.has('buildings') ? [{ ...area('buildings', building), minzoom: 14 }] : []),
    { ...roads('roads-casing', casing, 1.6), minzoom: 11 },
    roads('roads', ['match', RANK, 3, motorway, 2, major, minor], 0),
  ];
  return {
    version: 8,
    sources: {
      base: {
        type: 'vector',
        attribution: map.attribution,
        ...('pmtiles' in map
          ? { url: `pmtiles://${new URL(map.pmtiles, document.baseURI)}` }
          : { tiles: [absolute(map.tiles)], minzoom: 0, maxzoom: 14 }),
        ...(map.bounds ? { bounds: [...map.bounds] as [number, number, number, number] } : {}),
      },
    },
    layers,
  };
}

/** MapLibre's worker knows nothing of the page's address. {z}, {x} and {y} must stay as they are. */
export function absolute(template: string): string {
  return decodeURI(new URL(template, document.baseURI).href);
}
