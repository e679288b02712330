/** What a launch costs, before it is one: the machines by the hour, and what their run does on the backend. */
import type { Design, Item } from '../estimate/estimate.ts';
import { costOf, PRICES, PRICES_AS_OF, type PriceName } from '../estimate/prices.ts';
import type { Machine } from './machine.ts';

export interface LaunchLoad {
  readonly shards: number;
  readonly machine: Machine;
  readonly transport: string;
  /** Straight to the topic rule, which AWS charges no messaging for. */
  readonly basicIngest: boolean;
  readonly devices: number;
  readonly updates: number;
  /** From a machine's start to the common start; the machines are paid meanwhile. */
  readonly aheadSeconds: number;
  /** How long the schedule is; 0: as fast as answers come, and then nobody knows. */
  readonly scheduledSeconds: number;
  readonly settleSeconds: number;
  readonly pollSeconds: number;
  /** Of the stack; absent: the backend is somebody else's, and not counted. */
  readonly backend: { readonly design: Design; readonly trackers: number } | undefined;
}

export interface LaunchCost {
  /** Minutes that each machine is paid for. */
  readonly minutes: number;
  readonly items: readonly Item[];
  readonly usd: number;
  readonly notes: readonly string[];
}

/** ListDevicePositions gives so many devices a page. */
const PAGE = 100;
/** Histories read a second, over all shards (run/viewer.ts): Amazon Location answers 50. */
const HISTORIES_PER_SECOND = 40;
/** Of the query API and of Amazon Location, an account and Region. */
const READS_PER_SECOND = 50;
/** CloudWatch's figures are awaited so long at most (run/cloudwatch.ts), and an image is fetched before anything begins. */
const METRICS_SECONDS = 240;
const IMAGE_SECONDS = 60;

export function launchCost(load: LaunchLoad): LaunchCost {
  const { shards, machine, devices, updates, scheduledSeconds, backend } = load;
  const after = backend === undefined ? 0 : devices / HISTORIES_PER_SECOND + METRICS_SECONDS;
  const seconds = IMAGE_SECONDS + load.aheadSeconds + scheduledSeconds + load.settleSeconds + after;
  const hours = (shards * seconds) / 3600;
  const items: Item[] = [];
  const add = (name: string, price: PriceName, units: number) => {
    if (units > 0) items.push({ name, price, units, usd: costOf(PRICES[price], units) });
  };
  add('machines, vCPUs', 'fargateVcpu', hours * machine.vcpus);
  add('machines, memory', 'fargateMemory', hours * machine.gigabytes);
  add('machines, addresses', 'publicAddress', hours);
  const notes: string[] = [];
  if (scheduledSeconds === 0) notes.push('how long --pace max takes is not known: its minutes are not counted');
  if (backend !== undefined) {
    if (load.transport === 'iot') {
      add('devices connected', 'connectivity', (devices * (load.aheadSeconds + scheduledSeconds)) / 60);
      if (!load.basicIngest) add('messages', 'messaging', updates);
      add('rule and its action', 'rules', 2 * updates);
      if (backend.design === 'lambda') add('ingest function, requests', 'lambdaRequests', updates);
    }
    add('tracker writes', 'writes', updates);
    // A shard looks at all trackers, as a map does.
    const pages = backend.trackers * Math.max(1, Math.ceil(devices / backend.trackers / PAGE));
    const polls = shards * pages * ((scheduledSeconds + load.settleSeconds) / load.pollSeconds);
    add('positions looked at', 'reads', polls);
    add('histories read', 'reads', devices);
    const perSecond = (shards * pages) / load.pollSeconds;
    if (perSecond > READS_PER_SECOND) {
      notes.push(
        `${shards} viewers ask for ${pages} pages each, ${perSecond.toFixed(0)} requests a second, and Amazon Location answers ${READS_PER_SECOND}: they will see late; --poll ${Math.ceil(((shards * pages) / READS_PER_SECOND) * 1000)} would do`,
      );
    }
  }
  return { minutes: seconds / 60, items, usd: items.reduce((sum, { usd }) => sum + usd, 0), notes };
}

/** A line an item, and where the prices are from. */
export function launchCostText({ minutes, items, usd }: LaunchCost, { shards, machine }: LaunchLoad): string {
  const { vcpus, gigabytes } = machine;
  return [
    `${shards} machines of ${vcpus} vCPU and ${gigabytes} GB, about ${Math.ceil(minutes)} minutes each; USD:`,
    ...items.map((item) => `  ${item.usd.toFixed(2).padStart(9)}  ${item.name}`),
    `  ${usd.toFixed(2).padStart(9)}  all`,
    `List prices of us-east-1 as of ${PRICES_AS_OF}, not verified; functions’ time, logs and data transfer are not counted. From:`,
    ...[...new Set(items.map(({ price }) => price))].map((name) => {
      const { usd: price, per, unit, source, confidence } = PRICES[name];
      return `  ${price} per ${per === 1 ? '' : `${per / 1e6} million `}${unit} (${confidence}: ${source})`;
    }),
  ].join('\n');
}
