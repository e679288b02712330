import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { Stretch } from './driving-figures.ts';

/** A recording as stretches without a gap, and what was left out of it. */
export interface Recording {
  readonly stretches: Stretch[];
  /** Rows that the study marks as invalid, that lack a number, or that repeat a second. */
  readonly skipped: number;
  /** Places within a trip where seconds are missing. */
  readonly gaps: number;
}

type Row = Readonly<Record<string, string>>;

/**
 * Reads 1 Hz GPS of the Brazilian Naturalistic Driving Study: `;`-separated, decimal commas, no date arithmetic needed. A
 * stretch is a run of valid rows of one trip (`ID`), one a second; a missing, invalid or repeated second ends it, so that
 * no change of speed spans more than a second. The column of the GPS time is named `03:00:00` (UTC, the study's quirk).
 * @throws Error where a column is missing
 */
export function parseRealCars(csv: string | Buffer): Recording {
  const rows: Row[] = parse(csv, { delimiter: ';', columns: true, bom: true, relax_column_count: true });
  for (const column of ['ID', '03:00:00', 'LONG', 'LAT', 'SPD_KMH', 'VALID_TIME']) {
    if (rows[0]?.[column] === undefined) throw new Error(`no column ${column}; is this a file of the study?`);
  }
  const stretches: { lon: number[]; lat: number[]; speed: number[] }[] = [];
  let [skipped, gaps] = [0, 0];
  let [trip, last] = ['', Number.NaN];
  for (const row of rows) {
    const second = secondOfDay(row['03:00:00'] ?? '');
    const [lon, lat, kmh] = [number(row.LONG), number(row.LAT), number(row.SPD_KMH)];
    const isRepeated = row.ID === trip && second === last;
    if (row.VALID_TIME !== 'Yes' || Number.isNaN(second + lon + lat + kmh) || isRepeated) {
      skipped++;
      continue;
    }
    if (row.ID !== trip || second !== last + 1) {
      if (row.ID === trip) gaps++;
      stretches.push({ lon: [], lat: [], speed: [] });
    }
    const stretch = stretches.at(-1)!;
    stretch.lon.push(lon);
    stretch.lat.push(lat);
    stretch.speed.push(kmh / 3.6);
    [trip, last] = [row.ID ?? '', second];
  }
  return { stretches, skipped, gaps };
}

export const readRealCars = (file: string) => parseRealCars(readFileSync(file));

function number(text: string | undefined): number {
  return text ? Number(text.replace(',', '.')) : Number.NaN;
}

function secondOfDay(clock: string): number {
  const [, hours, minutes, seconds] = /^(\d{1,2}):(\d{2}):(\d{2})$/.exec(clock) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
