import { pipeline, type Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { messageOf, UsageError } from '../errors.ts';
import type { Probe } from '../model.ts';
import { motionOf } from '../wire.ts';
import type { CsvColumns } from './csv-columns.ts';
import { checkProbe } from './probe-line.ts';

/** The probes of a CSV file with a header, and the line of each. @throws UsageError that names file and line; csv-parse's. */
export async function* csvProbes(
  file: string,
  source: Readable,
  columns: CsvColumns,
): AsyncGenerator<{ probe: Probe; line: number }> {
  const rows = parse({
    columns: (header: string[]) => checkHeader(file, header, columns),
    info: true,
    bom: true,
    trim: true,
    skip_empty_lines: true,
  });
  pipeline(source, rows, () => {}); // what fails is thrown by the loop
  for await (const { record, info } of rows as AsyncIterable<{
    record: Record<string, string>;
    info: { lines: number };
  }>) {
    const probe = csvProbe(record, columns);
    if (typeof probe === 'string') {
      throw new UsageError(`${file}:${info.lines}: ${probe}`, { hint: 'Remove or mend this line.' });
    }
    yield { probe, line: info.lines };
  }
}

function checkHeader(file: string, header: string[], columns: CsvColumns): string[] {
  const wanted = Object.entries(columns);
  const missing = wanted.filter(([, name]) => !header.includes(name));
  const separator = [';', '\t', '|'].find((other) => header.length === 1 && header[0]!.includes(other));
  if (separator !== undefined) {
    throw new UsageError(`${file}:1: the columns are separated by ${JSON.stringify(separator)}, not by commas`, {
      hint: 'Convert it to commas, with a point in decimal numbers.',
    });
  }
  if (missing.length > 0) {
    throw new UsageError(
      `${file}:1: there is no column ${missing.map(([key, name]) => `"${name}" (${key})`).join(', ')}`,
      {
        hint: `Its columns are ${header.join(', ')}. Say which is which with --csv-columns id=…,time=…,lon=…,lat=….`,
      },
    );
  }
  const twice = wanted.find(([, name]) => header.indexOf(name) !== header.lastIndexOf(name));
  if (twice !== undefined)
    throw new UsageError(`${file}:1: the column "${twice[1]}" (${twice[0]}) is there twice`, {
      hint: 'Rename or remove one of them.',
    });
  return header;
}

function csvProbe(row: Record<string, string>, { id, time, lon, lat, ...columns }: CsvColumns): Probe | string {
  const sampleTime = csvTime(row[time] ?? '');
  if (sampleTime === undefined) return `"${row[time]}" is no time: epoch ms, epoch seconds or ISO 8601`;
  const position = [csvNumber(row[lon] ?? ''), csvNumber(row[lat] ?? '')] as const;
  if (position.some(Number.isNaN)) return `"${row[lon]}", "${row[lat]}" are no degrees`;
  try {
    const motion = motionOf(csvMotion(row, columns));
    return checkProbe({ deviceId: row[id] ?? '', sampleTime, position, ...(motion === undefined ? {} : { motion }) });
  } catch (error) {
    return messageOf(error);
  }
}

/** An empty field is unknown; what is no number is refused by whoever reads it. */
function csvMotion(row: Record<string, string>, columns: Partial<CsvColumns>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(columns)
      .filter(([, column]) => row[column] !== '')
      .map(([name, column]) => [name, csvNumber(row[column] ?? '')]),
  );
}

// Not what `Number` takes alone, which is an empty text and "0x10" too.
const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i;

function csvNumber(text: string): number {
  return DECIMAL.test(text) ? Number(text) : Number.NaN;
}

// Not what `Date.parse` takes alone, which is "vehicle 12" too.
const ISO_8601 = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d+))?(?:(Z)|([+-]\d{2}):?(\d{2})?)?)?$/i;

/**
 * Epoch ms. A number below 10^11 is in seconds: those stay below it until the year 5138, and milliseconds have been
 * above it since 1973. A date without a zone is UTC, so that the same file means the same everywhere.
 */
function csvTime(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const number = Number(text);
    return Math.round(Math.abs(number) < 1e11 ? number * 1000 : number);
  }
  const parts = ISO_8601.exec(text);
  if (parts === null) return undefined;
  const [, date, time = '00:00', fraction = '0', , hours = '+00', minutes = '00'] = parts;
  const seconds = time.length === 5 ? `${time}:00` : time;
  const at = Date.parse(`${date}T${seconds}.${fraction.slice(0, 3)}${hours}:${minutes}`);
  return Number.isNaN(at) ? undefined : at;
}
