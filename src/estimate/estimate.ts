/** What a month of a fleet costs on each ingest design: units times list prices, and what dominates. */
import { costOf, PRICES, type PriceName } from './prices.ts';

export const DESIGNS = ['lambda', 'stream', 'direct'] as const;
export type Design = (typeof DESIGNS)[number];

export interface Usage {
  readonly devices: number;
  /** Seconds between two updates of a device. */
  readonly intervalSeconds: number;
  /** Of a day, that a device is connected and sends. */
  readonly hoursPerDay: number;
  readonly daysPerMonth: number;
  readonly payloadBytes: number;
  /** Over `$aws/rules/…`: no charge for messaging. */
  readonly basicIngest: boolean;
  readonly trackers: number;
  /** Maps that look at the whole fleet while it drives, each polling every so many seconds. */
  readonly viewers: number;
  readonly pollSeconds: number;
  /** Of the functions. */
  readonly lambdaMs: number;
  readonly lambdaMegabytes: number;
}

export interface Item {
  readonly name: string;
  readonly price: PriceName;
  readonly units: number;
  readonly usd: number;
}

export interface Estimate {
  readonly design: Design;
  readonly messages: number;
  readonly items: readonly Item[];
  readonly usd: number;
}

/** AWS counts messages, rules and actions in pieces of so many bytes. */
const MESSAGE_BYTES = 5 * 1024;
const KINESIS_UNIT_BYTES = 25 * 1024;
/** A shard takes so much a second (Kinesis Data Streams quotas). */
const SHARD_RECORDS = 1000;
const SHARD_BYTES = 1024 * 1024;
/** What store-batches is given at a time, at most; it writes ten to a request, which costs the same as ten requests. */
const BATCH_RECORDS = 100;
/** ListDevicePositions gives so many at a time. */
const PAGE = 100;
/** Of sample time: trackers store no more often (time-based filtering), and charge for what they do not store. */
export const FILTER_SECONDS = 30;

export function estimate(design: Design, usage: Usage): Estimate {
  const { devices, intervalSeconds, hoursPerDay, daysPerMonth, payloadBytes } = usage;
  const seconds = hoursPerDay * 3600 * daysPerMonth;
  const messages = (devices * seconds) / intervalSeconds;
  const pieces = messages * Math.ceil(payloadBytes / MESSAGE_BYTES);
  const gigabyteSeconds = (invocations: number) =>
    invocations * (usage.lambdaMs / 1000) * (usage.lambdaMegabytes / 1024);

  const items: Item[] = [];
  const add = (name: string, price: PriceName, units: number) => {
    if (units > 0) items.push({ name, price, units, usd: costOf(PRICES[price], units) });
  };
  add('devices connected', 'connectivity', (devices * seconds) / 60);
  if (!usage.basicIngest) add('messages', 'messaging', pieces);
  add('rule and its action', 'rules', 2 * pieces);
  if (design === 'lambda') {
    add('ingest function, requests', 'lambdaRequests', messages);
    add('ingest function, time', 'lambdaTime', gigabyteSeconds(messages));
  }
  if (design === 'stream') {
    const perSecond = devices / intervalSeconds;
    const shards = Math.max(
      1,
      Math.ceil(perSecond / SHARD_RECORDS),
      Math.ceil((perSecond * payloadBytes) / SHARD_BYTES),
    );
    add('stream, records', 'kinesisUnits', messages * Math.ceil(payloadBytes / KINESIS_UNIT_BYTES));
    // A stream is there all day.
    add('stream, shards', 'kinesisShards', shards * 24 * daysPerMonth);
    add('ingest function, requests', 'lambdaRequests', messages / BATCH_RECORDS);
    add('ingest function, time', 'lambdaTime', gigabyteSeconds(messages / BATCH_RECORDS));
  }
  add('tracker writes', 'writes', messages);
  const pages = usage.trackers * Math.max(1, Math.ceil(devices / usage.trackers / PAGE));
  const requests = (usage.viewers * pages * seconds) / usage.pollSeconds;
  add('viewers, tracker reads', 'reads', requests);
  add('viewers, HTTP API', 'httpApi', requests);
  add('viewers, query function, requests', 'lambdaRequests', requests);
  add('viewers, query function, time', 'lambdaTime', gigabyteSeconds(requests));
  return { design, messages, items, usd: items.reduce((sum, { usd }) => sum + usd, 0) };
}

/** What would make it cheaper, the largest saving first; nothing where nothing would by a hundredth. */
export function savings(best: Estimate, usage: Usage): { readonly text: string; readonly usd: number }[] {
  const { intervalSeconds } = usage;
  const of = (changed: Partial<Usage>) => best.usd - estimate(best.design, { ...usage, ...changed }).usd;
  const ideas = [
    {
      text: `send no more often than trackers store, every ${FILTER_SECONDS} s: what they filter is charged too`,
      usd: intervalSeconds < FILTER_SECONDS ? of({ intervalSeconds: FILTER_SECONDS }) : 0,
    },
    {
      text: `send every ${2 * intervalSeconds} s instead of ${intervalSeconds}`,
      usd: of({ intervalSeconds: 2 * intervalSeconds }),
    },
    {
      text: `let maps poll every ${5 * usage.pollSeconds} s instead of ${usage.pollSeconds}`,
      usd: usage.viewers > 0 ? of({ pollSeconds: 5 * usage.pollSeconds }) : 0,
    },
    { text: 'publish over Basic Ingest ($aws/rules/…)', usd: usage.basicIngest ? 0 : of({ basicIngest: true }) },
  ];
  return ideas.filter(({ usd }) => usd > best.usd / 100).sort((a, b) => b.usd - a.usd);
}
