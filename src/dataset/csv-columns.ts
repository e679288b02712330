import { UsageError } from '../errors.ts';

/** Which column of a CSV file holds what. */
export interface CsvColumns {
  readonly id: string;
  readonly time: string;
  readonly lon: string;
  readonly lat: string;
  /** m/s, degrees, metres; these are read where they are named. */
  readonly speed?: string;
  readonly heading?: string;
  readonly accuracy?: string;
}

export const DEFAULT_COLUMNS: CsvColumns = { id: 'id', time: 'time', lon: 'lon', lat: 'lat' };
const KEYS = ['id', 'time', 'lon', 'lat', 'speed', 'heading', 'accuracy'] as const;

/** `id=vehicle,time=ts,lon=x,lat=y`; what is not named keeps its own name. @throws UsageError */
export function parseCsvColumns(text: string): CsvColumns {
  const columns: Record<string, string> = { ...DEFAULT_COLUMNS };
  for (const part of text.split(',')) {
    const [key = '', name = ''] = part.split(/=(.*)/s, 2).map((word) => word.trim());
    if (!(KEYS as readonly string[]).includes(key) || name === '') {
      throw new UsageError(
        `--csv-columns: "${part}" is not one of ${KEYS.map((known) => `${known}=COLUMN`).join(', ')}`,
        {
          hint: 'Such as --csv-columns id=vehicle,time=timestamp,lon=x,lat=y.',
        },
      );
    }
    columns[key] = name;
  }
  return columns as unknown as CsvColumns;
}
