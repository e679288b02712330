/**
 * The kinds of log that can be read: simctl's own four, and the three of the 2022 project. A file is all of one.
 *
 *     simctl sent       id, seq, sampleTime (ms), position, sentAt (ms), …       src/logs.ts
 *     2022 simulator    id, timestamp (s, SAMPLE time), sample_time (ms, WALL clock), coordinates
 *     2022 figure 7     id, timestamp (s), coordinates
 *     2022 analyser     id, time (ms), coordinates
 */
import { UsageError } from '../errors.ts';
import { type LogObject, type ReadLog, readLog } from './read-log.ts';

type Kind = 'text' | 'number' | 'pair' | 'optional text' | 'optional number' | 'absent';

const SHAPES = {
  'simctl sent': [
    { id: 'text', seq: 'number', sampleTime: 'number', position: 'pair', sentAt: 'number', failure: 'optional text' },
    { fault: 'text', did: 'text', at: 'number', devices: 'number' },
  ],
  'simctl received': [{ id: 'text', sampleTime: 'number', position: 'pair', notBefore: 'number', seenAt: 'number' }],
  'simctl history': [
    { id: 'text', sampleTime: 'number', receivedTime: 'number' },
    { swept: 'text', from: 'number', to: 'number', stored: 'number' },
  ],
  'simctl ingest': [
    { ingest: 'number', id: 'text', sampleTime: 'optional number', code: 'optional text', message: 'optional text' },
  ],
  '2022 simulator': [{ id: 'text', timestamp: 'number', sample_time: 'number', coordinates: 'pair' }],
  '2022 figure 7': [{ id: 'text', timestamp: 'number', sample_time: 'absent', coordinates: 'pair' }],
  '2022 analyser': [{ id: 'text', time: 'number', coordinates: 'pair' }],
} as const satisfies Record<string, readonly Record<string, Kind>[]>;

export type Dialect = keyof typeof SHAPES;

const DIALECTS = Object.keys(SHAPES) as Dialect[];

/** What a log turned out to be; `dialect` is undefined where it is empty. */
export interface DialectLog extends ReadLog {
  readonly dialect: Dialect | undefined;
}

/**
 * Streams a log whose first line says which of `wanted` it is.
 * @throws UsageError that names file and line: another kind of log, mixed ones, or a line that lacks something.
 */
export async function readDialect(
  file: string,
  wanted: readonly Dialect[],
  take: (value: LogObject, dialect: Dialect) => void,
): Promise<DialectLog> {
  const check = dialectCheck(file, wanted);
  const read = await readLog(file, (value, line) => take(value, check(value, line)));
  return { ...read, dialect: check.dialect };
}

/** Tells the dialect of one line after the other. @throws as `readDialect` */
export interface DialectCheck {
  (value: LogObject, line: number): Dialect;
  dialect: Dialect | undefined;
}

export function dialectCheck(file: string, wanted: readonly Dialect[]): DialectCheck {
  const check: DialectCheck = (value, line) => {
    if (check.dialect === undefined || !fits(value, check.dialect))
      check.dialect = begin(value, check.dialect, wanted, `${file}:${line}`);
    return check.dialect;
  };
  check.dialect = undefined;
  return check;
}

/** What the first line of a log says it is; undefined where it is empty. @throws as `readDialect` */
export async function dialectOf(file: string): Promise<Dialect | undefined> {
  let dialect: Dialect | undefined;
  await readLog(file, (value, line) => {
    dialect = begin(value, undefined, DIALECTS, `${file}:${line}`);
    return false;
  });
  return dialect;
}

/** The dialect of a first line; any other line that does not fit is refused here. */
function begin(value: LogObject, before: Dialect | undefined, wanted: readonly Dialect[], at: string): Dialect {
  const found = DIALECTS.find((dialect) => fits(value, dialect));
  if (before !== undefined && found !== undefined) {
    throw new UsageError(`${at}: a line of "${found}" in a log of "${before}"`, {
      hint: 'A file must be all of one dialect: split it.',
    });
  }
  if (found === undefined) {
    const nearest = before ?? (wanted.length === 1 ? wanted[0] : undefined);
    const message =
      nearest === undefined
        ? `this is a line of none of the logs that can be read (${DIALECTS.join(', ')})`
        : `this is no line of a "${nearest}" log: ${lacking(value, nearest).join(', ')} missing or misshapen`;
    throw new UsageError(`${at}: ${message}`, { hint: 'Remove or mend it, or give the right file.' });
  }
  if (!wanted.includes(found)) {
    throw new UsageError(`${at}: this log is "${found}", and what is wanted here is "${wanted.join('" or "')}"`, {
      hint: 'Is it given with the wrong flag?',
    });
  }
  return found;
}

function fits(value: LogObject, dialect: Dialect): boolean {
  return (SHAPES[dialect] as readonly Record<string, Kind>[]).some((shape) => {
    for (const key in shape) if (!is(shape[key]!, value[key])) return false;
    return true;
  });
}

/** The keys that keep a line from being of `dialect`, of the shape that it is nearest to. */
function lacking(value: LogObject, dialect: Dialect): string[] {
  const candidates = (SHAPES[dialect] as readonly Record<string, Kind>[]).map((shape) =>
    Object.keys(shape).filter((key) => !is(shape[key]!, value[key])),
  );
  return candidates.reduce((a, b) => (b.length < a.length ? b : a));
}

function is(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'pair':
      return Array.isArray(value) && value.length === 2 && value.every((axis) => typeof axis === 'number');
    case 'optional text':
      return value === undefined || typeof value === 'string';
    case 'optional number':
      return value === undefined || typeof value === 'number';
    case 'absent':
      return value === undefined;
  }
}
