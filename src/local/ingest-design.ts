/**
 * The three ways from the topic to the trackers:
 *
 *     lambda   rule ─▶ store-positions, one update a write               (the 2022 project's)
 *     stream   rule ─▶ Kinesis by device ─▶ store-batches, ten a write, in order
 *     direct   rule ─▶ the rule's own location action, one update a write
 */
import type { StoppableClock } from '../clock.ts';
import { decode, TOPIC_ROOT } from '../wire.ts';
import type { Functions } from './functions.ts';
import type { Api } from './http.ts';
import { EVENT_SOURCE_DEFAULTS, EventSource } from './kinesis/event-source.ts';
import { Stream } from './kinesis/stream.ts';
import { kinesisAction } from './rules/actions/kinesis.ts';
import { lambdaAction } from './rules/actions/lambda.ts';
import { type LocationEntry, locationAction } from './rules/actions/location.ts';
import type { Rule } from './rules/engine.ts';
import { parseSql } from './rules/sql.ts';
import { formatTimestamp } from './trackers/timestamps.ts';

export const INGEST_DESIGNS = ['lambda', 'stream', 'direct'] as const;
export type IngestDesign = (typeof INGEST_DESIGNS)[number];

export interface IngestOptions {
  readonly design: IngestDesign;
  readonly functions: Functions;
  /** Amazon Location, without the way over HTTP. */
  readonly location: Api;
  readonly region: string;
  readonly accountId: string;
  readonly clock: StoppableClock;
  readonly trackerPrefix: string;
  readonly trackerCount: number;
  readonly log: (line: string) => void;
}

export interface Ingest {
  readonly rule: Rule;
  /** Resolves once everything that the rule handed on is dealt with. */
  idle(): Promise<void>;
}

const NAME = 'store_positions';
const DEVICE = `SELECT *, topic(2) AS device FROM '${TOPIC_ROOT}/+'`;
/** A new on-demand stream has four (Kinesis developer guide). */
const SHARDS = 4;

export function createIngest(options: IngestOptions): Ingest {
  const { design, functions } = options;
  if (design === 'stream') return stream(options);
  if (design === 'direct') return direct(options);
  return {
    rule: { name: NAME, statement: parseSql(DEVICE), actions: [lambdaAction(functions.store)] },
    idle: () => functions.store.idle(),
  };
}

function stream({ functions, region, accountId, clock, log }: IngestOptions): Ingest {
  const positions = new Stream({ name: 'positions', region, accountId, shards: SHARDS, now: clock.now });
  const source = new EventSource({
    stream: positions,
    region,
    invoke: (event) => functions.store.invoke(event),
    settings: EVENT_SOURCE_DEFAULTS,
    clock,
    onDropped: (records, error) => log(`store-batches: dropped ${records.length} records: ${error}`),
  });
  return {
    rule: {
      name: NAME,
      statement: parseSql(DEVICE),
      actions: [kinesisAction(positions, { partitionKey: `\${topic(2)}` })],
    },
    idle: () => source.idle(),
  };
}

function direct({ functions, location, trackerPrefix, trackerCount }: IngestOptions): Ingest {
  // As src/tracker-of.ts for ids that end in four digits; a template cannot hash the others.
  const digits = 'substring(topic(2), length(topic(2)) - 4)';
  const action = locationAction(
    {
      trackerName: `${trackerPrefix}\${floor(${digits} / ${Math.ceil(10_000 / trackerCount)})}`,
      deviceId: `\${topic(2)}`,
      latitude: `\${payload.location.lat}`,
      longitude: `\${payload.location.long}`,
      timestamp: { value: `\${round(payload.timestamp * 1000)}`, unit: 'MILLISECONDS' },
    },
    async (entry, payload) => {
      const refused = await write(location, entry);
      const { seq } = decode(payload);
      functions.report({
        ingest: 1,
        at: Date.now(),
        id: entry.deviceId,
        tracker: entry.trackerName,
        sampleTime: entry.sampleTime,
        ...(seq === undefined ? {} : { seq }),
        ...refused,
      });
      if (refused) throw new Error(`${refused.code}: ${refused.message}`);
    },
  );
  const statement = parseSql(`SELECT * FROM '${TOPIC_ROOT}/+' WHERE payload.deviceid = topic(2)`);
  return { rule: { name: NAME, statement, actions: [action] }, idle: async () => {} };
}

/** One position, as the action writes it. What it is refused with, by the entry or as a whole. */
async function write(location: Api, { trackerName, deviceId, sampleTime, position }: LocationEntry) {
  const Updates = [{ DeviceId: deviceId, SampleTime: formatTimestamp(sampleTime), Position: position }];
  const reply = await location({
    method: 'POST',
    path: ['tracking', 'v0', 'trackers', trackerName, 'positions'],
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from(JSON.stringify({ Updates })),
  });
  const { status = 500, headers, body } = reply ?? {};
  if (status !== 200) {
    const { message } = body as { message: string };
    return { code: headers?.['x-amzn-errortype'] ?? 'Unknown', message };
  }
  const [error] = (body as { Errors: { Error: { Code: string; Message: string } }[] }).Errors;
  return error && { code: error.Error.Code, message: error.Error.Message };
}
