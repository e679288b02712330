import type { Settings } from '../setting.ts';

const load = { group: 'LOAD' } as const;
const machines = { group: 'MANY MACHINES' } as const;

/** When updates go, from how many devices and machines at a time, and what befalls them. */
export const loadSettings = {
  pace: {
    ...load,
    kind: 'text',
    default: 'replay:10',
    value: 'PACE',
    description:
      'replay, replay:SPEED, rate:N/s (open loop, the whole fleet), max, or a profile: "ramp:100..1000/s over 60s", steps, spike, sine, and several with "then"',
  },
  'min-gap': {
    ...load,
    kind: 'text',
    default: '0',
    value: 'MS|auto',
    description: "ms a device waits after an answer; auto is the 2022 project's rule, 100 + 6000 / devices",
  },
  live: { ...load, kind: 'switch', description: 'stamp the present as sample time' },
  shift: { ...load, kind: 'time', unit: 'ms', description: 'ms to add to every sample time, by hand' },
  workers: { ...load, kind: 'whole', min: 1, description: 'threads; by default one less than there are cores' },
  shard: {
    ...machines,
    kind: 'text',
    value: 'INDEX/NUMBER',
    description: "this process's part of the fleet: 0/4 is the first of four, 3/4 the last",
    exclusive: ['shards'],
  },
  shards: {
    ...machines,
    kind: 'whole',
    min: 1,
    value: 'NUMBER',
    description: 'of so many the part that AWS_BATCH_JOB_ARRAY_INDEX, JOB_COMPLETION_INDEX or SLURM_ARRAY_TASK_ID says',
  },
  'start-at': {
    ...machines,
    kind: 'text',
    value: 'TIME',
    description: 'when sending begins, the same for all: ISO 8601 with its zone, or seconds since 1970',
  },
  'connect-concurrency': {
    ...load,
    kind: 'whole',
    default: 32,
    min: 1,
    description: 'devices that connect at a time, per worker',
  },
  'connect-rate': {
    ...load,
    kind: 'whole',
    min: 1,
    value: 'N',
    description: 'devices that connect a second, at most, over all workers',
  },
  'local-address': {
    ...load,
    kind: 'texts',
    key: 'local-addresses',
    default: [],
    value: 'A[,B…]',
    description:
      'addresses of this machine from which devices connect, in turn: one has about 28,000 ports to a broker',
  },
  'ack-timeout': {
    ...load,
    kind: 'time',
    unit: 'ms',
    default: 10_000,
    min: 1,
    description: 'ms until an answer is missing',
  },
  redeliver: {
    ...load,
    kind: 'time',
    unit: 'ms',
    default: 0,
    min: 0,
    value: 'MS',
    description:
      'how long what got no answer, or lost its connection, is sent again once its device is back, marked as a duplicate (QoS 1); 0: it fails at once',
  },
  'persistent-session': {
    ...load,
    kind: 'switch',
    description: 'MQTT sessions that the broker keeps while a device is away (clean session off)',
  },
  fault: {
    ...load,
    kind: 'texts',
    key: 'faults',
    default: [],
    value: 'TEXT',
    description:
      'harm done to connections on purpose, such as "storm at 60s", "cut 10% at 30s for 10s", "flap 5% every 10s for 60s", "half-open 20% at 30s", "slow 10% 500ms at 20s for 30s"; "at random" lets the seed choose (docs/faults.md)',
  },
  settle: {
    ...load,
    kind: 'time',
    unit: 'ms',
    default: 3000,
    min: 0,
    description: 'ms without a change after which the backend has settled',
  },
  poll: {
    ...load,
    kind: 'time',
    unit: 'ms',
    default: 1000,
    min: 1,
    description: "ms between two of the viewer's polls",
  },
} as const satisfies Settings;
