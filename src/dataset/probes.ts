import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { codeOf, messageOf, UsageError } from '../errors.ts';
import type { Probe } from '../model.ts';
import { type CsvColumns, DEFAULT_COLUMNS } from './csv-columns.ts';
import { csvProbes } from './csv-probes.ts';
import { parseProbe } from './probe-line.ts';

/** A probe and the line it came from, for messages. */
export interface SourcedProbe {
  readonly probe: Probe;
  readonly line: number;
}

export interface ReadProbesOptions {
  /** Given: the file is CSV, whatever its name. */
  readonly columns?: CsvColumns;
}

/**
 * Streams a file's probes in order: trip-simulator's NDJSON, or CSV (`.csv`, or with `columns`), each plain or `.gz`.
 * CSV times are epoch ms, epoch seconds (below 10^11), or ISO 8601 (UTC where no zone is given).
 * @throws UsageError that names file and line.
 */
export async function* readProbes(file: string, { columns }: ReadProbesOptions = {}): AsyncGenerator<SourcedProbe> {
  const isCsv = columns !== undefined || /\.csv(\.gz)?$/i.test(file);
  let line = 0;
  try {
    const source = open(file);
    const probes = isCsv ? csvProbes(file, source, columns ?? DEFAULT_COLUMNS) : ndjsonProbes(file, source);
    for await (const sourced of probes) {
      ({ line } = sourced);
      yield sourced;
    }
  } catch (error) {
    throw error instanceof UsageError ? error : unreadable(file, line, error);
  }
  if (line === 0)
    throw new UsageError(`${file} holds no probe`, {
      hint: "It should be a file of trip-simulator's --probes, or CSV.",
    });
}

function open(file: string): Readable {
  const raw = createReadStream(file, { highWaterMark: 1 << 20 });
  if (!/\.gz$/i.test(file)) return raw;
  // What fails is thrown by whoever reads; whoever stops reading closes the file.
  return pipeline(raw, createGunzip({ chunkSize: 1 << 20 }), () => {});
}

async function* ndjsonProbes(file: string, source: Readable): AsyncGenerator<SourcedProbe> {
  let line = 0;
  let rest = '';
  source.setEncoding('utf8');
  for await (const chunk of source as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      line++;
      const probe = probeOf(file, line, text);
      if (probe) yield { probe, line };
    }
  }
  // No newline at the end is as good as one; half a line is refused like any other that cannot be read.
  const probe = probeOf(file, line + 1, rest);
  if (probe) yield { probe, line: line + 1 };
}

function probeOf(file: string, line: number, text: string): Probe | undefined {
  const bare = line === 1 && text.startsWith('\ufeff') ? text.slice(1) : text;
  const trimmed = bare.endsWith('\r') ? bare.slice(0, -1) : bare;
  if (trimmed.trim() === '') return undefined;
  const probe = parseProbe(trimmed);
  if (typeof probe !== 'string') return probe;
  throw new UsageError(`${file}:${line}: ${probe}`, {
    hint: 'Each line is a GeoJSON Feature with properties.id, properties.time in ms and a Point, as trip-simulator writes them. Remove or mend this line.',
  });
}

function unreadable(file: string, line: number, error: unknown): UsageError {
  const code = codeOf(error);
  if (code === 'Z_BUF_ERROR' || code === 'Z_DATA_ERROR') {
    return new UsageError(`${file} is no whole gzip file: it ends or breaks after line ${line} (${messageOf(error)})`, {
      cause: error,
      hint: 'Copy or make it again.',
    });
  }
  if (code === 'ENOENT') return new UsageError(`there is no file ${file}`, { cause: error });
  const at = line > 0 ? ` after line ${line}` : '';
  return new UsageError(`cannot read ${file}${at}: ${messageOf(error)}`, { cause: error });
}
