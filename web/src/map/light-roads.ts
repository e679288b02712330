/** The base map without WebGL: the same vector tiles and colours, drawn on canvases that Leaflet lays out. */
import { VectorTile } from '@mapbox/vector-tile';
import { type Coords, type DoneCallback, GridLayer, type LatLngBoundsLiteral } from 'leaflet';
import { PbfReader } from 'pbf';
import type { BaseMap, Bounds } from '../config.ts';
import { absolute } from './base-style.ts';
import type { Colours } from './colours.ts';

/** The stand-in makes no deeper tiles; beyond, a part of one is drawn larger. */
const DEEPEST = 14;
const TILE_PX = 256;
/** Decoded tiles that are kept: a few screens of them. */
const MOST_KEPT = 96;

/** As Leaflet takes them: latitude first. */
export function corners([west, south, east, north]: Bounds): LatLngBoundsLiteral {
  return [
    [south, west],
    [north, east],
  ];
}

type Rank = 0 | 1 | 2 | 3;
/** Roads of one tile by rank, in its own units. */
type Roads = readonly { readonly rank: Rank; readonly path: Path2D }[];
interface Tile {
  readonly roads: Roads;
  readonly extent: number;
}

export class LightRoads extends GridLayer {
  readonly #template: string;
  #colours: Colours;
  readonly #kept = new Map<string, Promise<Tile>>();

  constructor({ tiles, attribution, bounds }: Extract<BaseMap, { tiles: string }>, colours: Colours) {
    super({ attribution, tileSize: TILE_PX, updateWhenZooming: false, ...(bounds ? { bounds: corners(bounds) } : {}) });
    this.#template = absolute(tiles);
    this.#colours = colours;
  }

  recolour(colours: Colours): void {
    this.#colours = colours;
    this.redraw();
  }

  protected override createTile({ x, y, z }: Coords, done: DoneCallback): HTMLElement {
    const canvas = document.createElement('canvas');
    const ratio = Math.min(2, devicePixelRatio);
    canvas.width = canvas.height = TILE_PX * ratio;
    const deeper = Math.max(0, z - DEEPEST);
    const [parentX, parentY] = [x >> deeper, y >> deeper];
    this.#tile(parentX, parentY, z - deeper).then(
      (tile) => {
        const context = canvas.getContext('2d')!;
        const scale = (TILE_PX * ratio * 2 ** deeper) / tile.extent;
        context.translate(-(x - (parentX << deeper)) * canvas.width, -(y - (parentY << deeper)) * canvas.height);
        context.scale(scale, scale);
        draw(context, tile.roads, z, ratio / scale, this.#colours);
        done(undefined, canvas);
      },
      (error) => done(error, canvas),
    );
    return canvas;
  }

  #tile(x: number, y: number, z: number): Promise<Tile> {
    const url = this.#template.replace('{x}', String(x)).replace('{y}', String(y)).replace('{z}', String(z));
    const known = this.#kept.get(url);
    if (known) return known;
    const tile = read(url);
    this.#kept.set(url, tile);
    tile.catch(() => this.#kept.delete(url));
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return tile;
  }
}

async function read(url: string): Promise<Tile> {
  const response = await fetch(url);
  if (!response.ok && response.status !== 404) throw new Error(`HTTP ${response.status} from ${url}`);
  const bytes = response.status === 200 ? await response.arrayBuffer() : new ArrayBuffer(0);
  const layer = new VectorTile(new PbfReader(bytes)).layers.roads;
  const paths = [new Path2D(), new Path2D(), new Path2D(), new Path2D()] as const;
  for (let i = 0; i < (layer?.length ?? 0); i++) {
    const feature = layer!.feature(i);
    const path = paths[rankOf(String(feature.properties.class))];
    for (const line of feature.loadGeometry()) {
      for (const [n, { x, y }] of line.entries()) n === 0 ? path.moveTo(x, y) : path.lineTo(x, y);
    }
  }
  return { roads: paths.map((path, rank) => ({ rank: rank as Rank, path })), extent: layer?.extent ?? 4096 };
}

function rankOf(roadClass: string): Rank {
  if (/^(motorway|trunk)/.test(roadClass)) return 3;
  if (/^(primary|secondary)/.test(roadClass)) return 2;
  return /^(tertiary|unclassified|residential|living_street)/.test(roadClass) ? 1 : 0;
}

/** @param pixel a CSS pixel in the context's units */
function draw(context: CanvasRenderingContext2D, roads: Roads, z: number, pixel: number, colours: Colours): void {
  const { casing, minor, major, motorway } = colours;
  const width = (rank: Rank) => [0.4, 0.7, 1.1, 1.6][rank]! * 1.5 ** Math.max(0, z - 12);
  context.lineCap = context.lineJoin = 'round';
  if (z >= 11) {
    context.strokeStyle = casing;
    for (const { rank, path } of roads) {
      context.lineWidth = (width(rank) + 1.4) * pixel;
      context.stroke(path);
    }
  }
  for (const { rank, path } of roads) {
    context.strokeStyle = [minor, minor, major, motorway][rank]!;
    context.lineWidth = width(rank) * pixel;
    context.stroke(path);
  }
}
