import type { StoppableClock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import { POSITIONS_STREAM } from './ingest-design.ts';
import { EVENT_SOURCE_DEFAULTS, EventSource } from './kinesis/event-source.ts';
import { Stream, type StreamOptions } from './kinesis/stream.ts';
import type { LambdaFunction } from './lambda/lambda-function.ts';

export interface PositionsStreamOptions extends Omit<StreamOptions, 'name'> {
  readonly clock: StoppableClock;
  /** What its records are for. */
  readonly store: LambdaFunction;
  readonly onBatch: (ageMs: number) => void;
  readonly log: (line: string) => void;
}

/** The stream of the design `stream`, and what hands its records to the function. */
export function openPositionsStream({ clock, store, onBatch, log, ...options }: PositionsStreamOptions) {
  const stream = new Stream({ name: POSITIONS_STREAM, ...options });
  const source = new EventSource({
    stream,
    region: options.region,
    invoke: (event) => store.invoke(event),
    settings: EVENT_SOURCE_DEFAULTS,
    clock,
    onBatch,
    onDropped: (records, error) => log(`${POSITIONS_STREAM}: dropped ${records.length} records: ${messageOf(error)}`),
  });
  return { stream, source };
}
