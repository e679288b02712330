import type { FleetOptions } from './fleet-options.ts';
import { openFleet } from './fleet-world.ts';
import { ROAD_CLASSES, type RoadClass, type RoadGraph } from './map/graph.ts';
import { openOutputFile } from './output-file.ts';
import { frameOf, type PictureFrame, pathLine } from './picture-frame.ts';
import { type DrawnTrip, drawnTrips } from './picture-trips.ts';

/** Widths in pixels, and colours, of the roads that people know a map by; others are drawn as the last. */
const ROADS: Partial<Record<RoadClass, readonly [width: number, colour: string]>> = {
  motorway: [3, '#e9b7a4'],
  motorway_link: [1.8, '#e9b7a4'],
  trunk: [2.6, '#ecc9a5'],
  trunk_link: [1.6, '#ecc9a5'],
  primary: [2.2, '#e6d9a8'],
  primary_link: [1.4, '#e6d9a8'],
  secondary: [1.8, '#d9dcb4'],
  tertiary: [1.4, '#d4d8d8'],
};
const OTHER_ROADS = [0.8, '#dde1e3'] as const;

/** A few megabytes whatever the map: the least roads are left out first, and trips once their room is used up. */
const MOST_ROAD_POINTS = 120_000;
const MOST_TRIP_POINTS = 120_000;
const ROAD_POINTS_APART = 1.5;
const TRIP_POINTS_APART = 2;

/** Golden-angle steps: neighbours differ most. */
const HUE_STEP = 137.508;

/**
 * Draws a map's roads, and over them what some of a fleet's agents drive, into an SVG file.
 * @throws UsageError or SetupError where the map is none or the file cannot be written; the signal's reason.
 */
export async function writePicture(file: string, options: FleetOptions, signal?: AbortSignal): Promise<void> {
  const fleet = await openFleet(options);
  const output = await openOutputFile(file);
  try {
    await output.write(Buffer.from(pictureOf(fleet.world.graph, drawnTrips(fleet, options), signal)));
    await output.finish();
  } catch (error) {
    await output.abort();
    throw error;
  }
}

/** The picture as SVG text. */
export function pictureOf(graph: RoadGraph, trips: Iterable<DrawnTrip>, signal?: AbortSignal): string {
  const frame = frameOf(graph);
  const { width, height } = frame;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(graph.name)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fbfbf9"/>`,
    '<g fill="none" stroke-linecap="round" stroke-linejoin="round">',
    ...roads(graph, frame),
    '</g>',
    '<g fill="none" stroke-linecap="round" stroke-linejoin="round" stroke-opacity="0.75">',
    ...tripPaths(trips, frame, signal),
    '</g>',
    ...scaleBar(frame),
    `<text x="${width - 8}" y="${height - 8}" text-anchor="end" fill="#555">Roads ${escaped(graph.attribution)}</text>`,
    '</svg>\n',
  ].join('\n');
}

/** A path for each class of road, the least first, so that the others lie over it. */
function roads(graph: RoadGraph, frame: PictureFrame): string[] {
  const edgesOf = ROAD_CLASSES.map((): number[] => []);
  for (let edge = 0; edge < graph.roadClass.length; edge++) {
    const twin = graph.twin[edge]!;
    if (twin < 0 || edge < twin) edgesOf[graph.roadClass[edge]!]!.push(edge);
  }
  const paths: string[] = [];
  let room = MOST_ROAD_POINTS;
  for (const [i, name] of ROAD_CLASSES.entries()) {
    const lines = edgesOf[i]!.map((edge) => edgeLine(graph, edge, frame));
    room -= lines.reduce((sum, { points }) => sum + points, 0);
    if (room < 0) break;
    const d = lines.map((line) => line.d).join('');
    const [width, colour] = ROADS[name] ?? OTHER_ROADS;
    if (d !== '') paths.unshift(`<path class="${name}" stroke="${colour}" stroke-width="${width}" d="${d}"/>`);
  }
  return paths;
}

function edgeLine(graph: RoadGraph, edge: number, { x, y }: PictureFrame): { d: string; points: number } {
  const { lon, lat, from, to, firstBend, bendLon, bendLat } = graph;
  const line = pathLine(ROAD_POINTS_APART);
  line.to(x(lon[from[edge]!]!), y(lat[from[edge]!]!));
  for (let bend = firstBend[edge]!; bend < firstBend[edge + 1]!; bend++) line.to(x(bendLon[bend]!), y(bendLat[bend]!));
  line.to(x(lon[to[edge]!]!), y(lat[to[edge]!]!));
  return line.end();
}

/** A ring where a trip begins, a dot where it ends; who looks for a passenger is drawn with dashes. */
function* tripPaths(trips: Iterable<DrawnTrip>, { x, y }: PictureFrame, signal?: AbortSignal): Generator<string> {
  let room = MOST_TRIP_POINTS;
  for (const { agent, status, lon, lat } of trips) {
    signal?.throwIfAborted();
    const line = pathLine(TRIP_POINTS_APART);
    for (const [i, of] of lon.entries()) line.to(x(of), y(lat[i]!));
    const { d, points } = line.end();
    room -= points;
    if (room < 0) return;
    if (d === '') continue;
    const colour = `hsl(${Math.round((agent * HUE_STEP) % 360)} 65% 42%)`;
    const [begin, end] = [0, lon.length - 1].map((i) => `cx="${tenth(x(lon[i]!))}" cy="${tenth(y(lat[i]!))}"`);
    const dashes = status === 'searching' ? ' stroke-dasharray="2 4"' : '';
    yield `<path stroke="${colour}" stroke-width="1.6"${dashes} d="${d}"/>`;
    yield `<circle class="start" ${begin} r="3" stroke="${colour}" fill="#fff"/><circle class="end" ${end} r="2.6" fill="${colour}"/>`;
  }
}

/** A round length of about a sixth of the picture. */
function scaleBar({ width, height, metresPerPixel }: PictureFrame): string[] {
  const most = (width / 6) * metresPerPixel;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = power * ([5, 2, 1].find((n) => n * power <= most) ?? 1);
  const [left, y, length] = [12, height - 12, metres / metresPerPixel];
  const text = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
  return [
    `<path class="scale" d="M${left} ${y - 5}v5h${tenth(length)}v-5" fill="none" stroke="#555"/>`,
    `<text x="${tenth(left + length + 6)}" y="${y}" fill="#555">${text}</text>`,
  ];
}

function tenth(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

/** As text of XML, which has no control characters. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}]/gu, ' ').replace(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`);
}
