/** What of a run is only in its logs: how much of each device was seen, the order of arrival, and where the devices went. */
import type { analyseRun } from '../analyser/analyse.ts';
import { gather } from '../analyser/evidence.ts';
import { readLog } from '../analyser/read-log.ts';
import { runLogs } from '../analyser/run-logs.ts';
import { UsageError } from '../errors.ts';
import type { IngestLine, SentLine } from '../logs.ts';
import type { RecordedRun } from '../run/recorded-run.ts';

export interface RunDetails {
  /** How many devices have how many of their updates seen; undefined: no viewer looked. */
  readonly devicesBySeen: ReadonlyMap<number, number> | undefined;
  /** By seconds after the start; undefined where there is no ingest log. */
  readonly arrivals: Arrivals | undefined;
  readonly tracks: readonly Track[];
}

interface Arrivals {
  /** Out of order: after a later one of the same device. */
  readonly reordered: ReadonlyMap<number, number>;
  /** Refused by the trackers, by code. */
  readonly refused: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

export interface Track {
  readonly lon: readonly number[];
  readonly lat: readonly number[];
}

/** A picture of more would be black. */
const MOST_TRACKS = 400;
const MOST_POINTS = 60_000;

/** Empty-handed where the logs are gone: a summary alone makes a report too. @throws UsageError for damaged logs */
export async function runDetails({ dir, summary, slices }: RecordedRun): Promise<RunDetails> {
  const logs = await runLogs(dir).catch((error) => {
    if (error instanceof UsageError) return undefined;
    throw error;
  });
  if (logs === undefined) return { devicesBySeen: undefined, arrivals: undefined, tracks: [] };
  const start = slices[0]?.from;
  return {
    devicesBySeen:
      logs.received === undefined ? undefined : await devicesBySeen({ sent: logs.sent, received: logs.received }),
    arrivals: logs.ingest === undefined ? undefined : await arrivalsOf(logs.ingest, start),
    tracks: await tracksOf(logs.sent, summary.devices),
  };
}

async function devicesBySeen(logs: Parameters<typeof analyseRun>[0]): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  const evidence = await gather(logs);
  for (const { log } of evidence.logs()) {
    const sent = new Set(log.sent.sampleTime);
    const seen = new Set(log.received.sampleTime);
    let both = 0;
    for (const time of seen) if (sent.has(time)) both++;
    counts.set(both, (counts.get(both) ?? 0) + 1);
  }
  return new Map([...counts].sort(([a], [b]) => a - b));
}

async function arrivalsOf(file: string, start: number | undefined): Promise<Arrivals> {
  const newest = new Map<string, number>();
  const reordered = new Map<number, number>();
  const refused = new Map<string, Map<number, number>>();
  let first = start;
  const add = (counts: Map<number, number>, second: number) => counts.set(second, (counts.get(second) ?? 0) + 1);
  await readLog(file, (value) => {
    const { at, id, sampleTime, code } = value as unknown as IngestLine;
    if (typeof at !== 'number' || typeof id !== 'string') throw new UsageError(`${file} is no ingest log`);
    first ??= at;
    const second = Math.max(0, Math.floor((at - first) / 1000));
    if (code !== undefined) {
      const counts = refused.get(String(code)) ?? new Map<number, number>();
      refused.set(String(code), counts);
      add(counts, second);
    }
    if (sampleTime === undefined) return;
    if (sampleTime < (newest.get(id) ?? Number.NEGATIVE_INFINITY)) add(reordered, second);
    else newest.set(id, sampleTime);
  });
  return { reordered, refused };
}

/** Some devices, evenly over the fleet by the order in which they first sent; all their points while there is room. */
async function tracksOf(files: readonly string[], devices: number): Promise<Track[]> {
  const every = Math.max(1, Math.ceil(devices / MOST_TRACKS));
  const tracks = new Map<string, { lon: number[]; lat: number[] } | undefined>();
  let points = 0;
  for (const file of files) {
    await readLog(file, (value) => {
      const { id, position } = value as unknown as SentLine;
      if (!Array.isArray(position)) return;
      if (!tracks.has(id)) tracks.set(id, tracks.size % every === 0 ? { lon: [], lat: [] } : undefined);
      const track = tracks.get(id);
      if (track === undefined || points >= MOST_POINTS) return;
      track.lon.push(position[0]!);
      track.lat.push(position[1]!);
      points++;
    });
  }
  return [...tracks.values()].filter((track) => track !== undefined);
}
