import { open } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';

export type MapKind = 'pbf' | 'geojson' | 'graph';

const CONVERT = (from: string) => `Rewrite it with "osmium cat ${from} -o map.osm.pbf".`;
const UNPACK = 'Unpack it first.';

/** What people take for a map, by its first bytes, and what to do about it. */
const STRANGERS: readonly { begins: readonly string[]; what: string; hint: string }[] = [
  { begins: ['\x1f\x8b'], what: 'compressed by gzip', hint: UNPACK },
  { begins: ['BZh'], what: 'compressed by bzip2', hint: UNPACK },
  { begins: ['\x28\xb5\x2f\xfd'], what: 'compressed by zstd', hint: UNPACK },
  { begins: ['PK\x03\x04'], what: 'a ZIP archive', hint: UNPACK },
  { begins: ['\xff\xe0'], what: 'in the o5m format', hint: CONVERT('map.o5m') },
  { begins: ['<?xml', '<osm'], what: 'XML, such as OpenStreetMap has too', hint: CONVERT('map.osm') },
  {
    begins: ['<!doctype html', '<html', '<head'],
    what: 'a web page',
    hint: 'Something else was downloaded: open it in a browser to see.',
  },
];

/** Tells maps by what they hold, whatever their names. @throws UsageError where it is none; Node's error where it cannot be read. */
export async function kindOfMap(path: string): Promise<MapKind> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
    return kindOf(path, buffer.subarray(0, bytesRead).toString('latin1'));
  } finally {
    await file.close();
  }
}

function kindOf(path: string, begin: string): MapKind {
  const text = begin.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (text.startsWith('{"layout":"simctl-graph-')) return 'graph';
  if (text.startsWith('{') || text.startsWith('[')) return 'geojson';
  // Four bytes of a length, and a header that begins with its type.
  if (begin.startsWith('\n\x09OSMHeader', 4)) return 'pbf';
  const lower = text.toLowerCase();
  const stranger = STRANGERS.find(({ begins }) => begins.some((bytes) => lower.startsWith(bytes.toLowerCase())));
  const is = begin === '' ? 'empty' : (stranger?.what ?? 'neither OSM PBF nor GeoJSON');
  throw new UsageError(`the map ${path} is ${is}`, {
    hint:
      stranger?.hint ??
      'Take an .osm.pbf extract, such as from download.geofabrik.de or extract.bbbike.org, or road GeoJSON.',
  });
}
