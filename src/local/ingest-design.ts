/**
 * The three ways from the topic to the trackers, as the topic rule that each of them begins with:
 *
 *     lambda   rule ─▶ store-positions, one update a write               (the 2022 project's)
 *     stream   rule ─▶ Kinesis by device ─▶ store-batches, ten a write, in order
 *     direct   rule ─▶ the rule's own location action, one update a write
 */
import { INGEST_RULE, TOPIC_ROOT } from '../wire.ts';
import type { RuleDefinition } from './rules/definition.ts';

export const INGEST_DESIGNS = ['lambda', 'stream', 'direct'] as const;
export type IngestDesign = (typeof INGEST_DESIGNS)[number];

export { INGEST_RULE };
export const POSITIONS_STREAM = 'positions';

export interface IngestRuleOptions {
  /** The function that stores what it is given. */
  readonly functionArn: string;
  readonly streamName?: string;
  readonly trackerPrefix: string;
  readonly trackerCount: number;
}

export function ingestRule(
  design: IngestDesign,
  { functionArn, streamName = POSITIONS_STREAM, trackerPrefix, trackerCount }: IngestRuleOptions,
): RuleDefinition {
  // The device comes from the topic, which its certificate proves; the payload could name any.
  const rule = { awsIotSqlVersion: '2016-03-23', sql: `SELECT *, topic(2) AS device FROM '${TOPIC_ROOT}/+'` };
  if (design === 'lambda') return { ...rule, actions: [{ lambda: { functionArn } }] };
  if (design === 'stream') return { ...rule, actions: [{ kinesis: { streamName, partitionKey: `\${topic(2)}` } }] };
  // As src/tracker-of.ts for ids that end in four digits; a template cannot hash the others.
  const digits = 'substring(topic(2), length(topic(2)) - 4)';
  return {
    awsIotSqlVersion: '2016-03-23',
    sql: `SELECT * FROM '${TOPIC_ROOT}/+' WHERE payload.deviceid = topic(2)`,
    actions: [
      {
        location: {
          trackerName: `${trackerPrefix}\${floor(${digits} / ${Math.ceil(10_000 / trackerCount)})}`,
          deviceId: `\${topic(2)}`,
          latitude: `\${payload.location.lat}`,
          longitude: `\${payload.location.long}`,
          timestamp: { value: `\${round(payload.timestamp * 1000)}`, unit: 'MILLISECONDS' },
        },
      },
    ],
  };
}
