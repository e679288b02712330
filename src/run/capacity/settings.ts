import type { Settings, Values } from '../../setting.ts';
import { RUN_SETTINGS } from '../settings.ts';
import { DEFAULT_THRESHOLDS } from './default-thresholds.ts';

const load = { group: 'LOAD' } as const;
const verdict = { group: 'VERDICT (exit code 4)' } as const;
const standIn = { group: 'EMBEDDED STAND-IN' } as const;

/** Those of a run that mean the same for each of a search's steps. */
const { seed, target, stack, transport, client, broker, topic, qos, ingest, environments, jitter } = RUN_SETTINGS;
const { workers, settle, poll, threshold } = RUN_SETTINGS;

/** All that a search can be told: the flags of `simctl capacity`. */
export const CAPACITY_SETTINGS = {
  by: {
    ...load,
    kind: 'choice',
    choices: ['rate', 'devices'],
    default: 'rate',
    description: 'what is raised: updates a second of the whole fleet, or the number of its devices',
  },
  from: { ...load, kind: 'whole', default: 50, min: 1, description: 'the first load' },
  to: { ...load, kind: 'whole', default: 10_000, min: 1, description: 'the last, where nothing breaks before' },
  factor: {
    ...load,
    kind: 'decimal',
    default: 2,
    min: 1.1,
    max: 100,
    description: 'each load, while it is raised, over the one before',
  },
  precision: { ...load, kind: 'text', default: '5%', value: 'N%', description: 'how narrow the answer is' },
  repeat: {
    ...load,
    kind: 'whole',
    default: 3,
    min: 1,
    description: 'steps of one load, of which the majority decides; 1 believes every step',
  },
  'step-time': { ...load, kind: 'time', unit: 's', default: 20, min: 1, description: 'seconds that a step lasts' },
  'warm-up': {
    ...load,
    kind: 'time',
    unit: 's',
    default: 5,
    min: 0,
    description: 'seconds before that, which do not count: connections are new, and quotas have a burst to give',
  },
  interval: {
    ...load,
    kind: 'time',
    unit: 's',
    default: 30,
    min: 1,
    description: 'with --by devices: seconds between two updates of a device',
  },
  agents: {
    ...load,
    kind: 'whole',
    default: 500,
    min: 1,
    description: 'with --by rate: devices that share the load; each has one update under way at a time',
  },
  seed: { ...seed, ...load, description: 'of everything random; it names the devices' },
  workers,
  threshold: {
    ...verdict,
    kind: 'texts',
    value: threshold.value,
    usual: DEFAULT_THRESHOLDS,
    description:
      'what every step must keep to, as for "simctl run"; what is measured while sending, without the warm-up',
  },
  'lag-limit': {
    ...verdict,
    kind: 'time',
    unit: 'ms',
    default: 50,
    min: 1,
    value: 'MS',
    description: '99th percentile of its own lag beyond which a step that broke is put down to the generator',
  },
  target,
  stack,
  transport,
  client,
  broker,
  topic,
  qos,
  'basic-ingest': RUN_SETTINGS['basic-ingest'],
  auth: RUN_SETTINGS.auth,
  mqtt: RUN_SETTINGS.mqtt,
  'local-address': RUN_SETTINGS['local-address'],
  'ack-timeout': { ...RUN_SETTINGS['ack-timeout'], default: 5000 },
  settle: { ...settle, default: 2000 },
  poll,
  ingest,
  environments,
  jitter,
  quota: {
    ...standIn,
    kind: 'text',
    default: 'none',
    value: 'none|aws|N/s',
    description: 'rates that it holds devices and trackers to, as for "simctl local"',
  },
  out: {
    kind: 'text',
    value: 'DIR',
    description: 'where everything is written; by default runs/, the time and -capacity',
  },
} as const satisfies Settings;

export type CapacityValues = Values<typeof CAPACITY_SETTINGS>;
