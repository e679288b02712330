import { fleetSettings } from '../fleet-settings.ts';
import type { Settings, Values } from '../setting.ts';

const fleet = { group: 'FLEET' } as const;
const backend = { group: 'BACKEND' } as const;
const load = { group: 'LOAD' } as const;
const machines = { group: 'MANY MACHINES' } as const;
const verdict = { group: 'VERDICT (exit code 4)' } as const;
const standIn = { group: 'EMBEDDED STAND-IN' } as const;

/**
 * All that a run can be told: the flags of `simctl run`, the keys of a scenario file, and what its JSON Schema says of them.
 * A time is a number of its unit, or a text such as `30s`.
 */
export const RUN_SETTINGS = {
  dataset: {
    ...fleet,
    kind: 'text',
    value: 'DIR|s3://…',
    description: 'what "simctl generate" wrote; from a bucket, a shard fetches what it sends',
    exclusive: ['probes'],
  },
  probes: {
    ...fleet,
    kind: 'texts',
    takesMore: true,
    value: 'FILE',
    description: "trip-simulator's probe files, or CSV; plain or .gz",
  },
  'csv-columns': {
    ...fleet,
    kind: 'text',
    value: 'id=…,time=…,lon=…,lat=…',
    description: 'which CSV column holds what',
    dependsOn: ['probes'],
  },
  generate: {
    ...fleet,
    kind: 'switch',
    description: 'generate while sending: no file holds the trips, so a fleet may be of any length',
    exclusive: ['dataset', 'probes'],
  },
  agents: { ...fleet, kind: 'whole', default: 1000, min: 1, description: 'devices to generate' },
  seconds: { ...fleet, kind: 'time', unit: 's', default: 660, min: 1, description: 'simulated seconds to generate' },
  seed: { ...fleet, kind: 'whole', default: 1, min: 0, description: 'of everything random' },
  every: {
    ...fleet,
    kind: 'time',
    unit: 's',
    default: 30,
    min: 1,
    description: 'seconds of sample time between two fixes of a device',
  },
  ...fleetSettings,
  target: {
    ...backend,
    kind: 'text',
    default: 'local',
    value: 'local|aws|FILE',
    description: 'an embedded stand-in, the real services, or the ready file of a "simctl local"',
  },
  stack: {
    ...backend,
    kind: 'text',
    value: 'NAME',
    description: 'with --target aws: the stack of infra/ that deployed the backend',
  },
  'query-endpoint': {
    ...backend,
    kind: 'text',
    value: 'URL',
    description: 'the query API to look through as a viewer does',
  },
  credentials: {
    ...backend,
    kind: 'text',
    value: 'DIR|s3://…',
    description: "the devices' credentials, where they are not in SIMCTL_HOME; fetched for this run alone",
  },
  transport: {
    ...backend,
    kind: 'choice',
    default: 'iot',
    choices: ['iot', 'mqtt', 'tracker', 'memory'],
    description: 'where updates go: AWS IoT Core, any MQTT broker, straight to the trackers, or nowhere (memory)',
  },
  client: {
    ...backend,
    kind: 'choice',
    default: 'lean',
    choices: ['lean', 'mqttjs', 'device-sdk'],
    description: "with which MQTT client: simctl's own, MQTT.js, or AWS's device SDK",
  },
  broker: { ...backend, kind: 'text', value: 'mqtt://HOST:PORT', description: 'for --transport mqtt' },
  topic: {
    ...backend,
    kind: 'text',
    default: 'simUploadLocation',
    value: 'PREFIX',
    description: 'devices publish below it',
  },
  qos: { ...backend, kind: 'choice', default: 1, choices: [0, 1], description: 'of MQTT; 0 has no answers' },
  'basic-ingest': {
    ...backend,
    kind: 'switch',
    description: 'publish straight to the topic rule, on $aws/rules/…: AWS charges no messaging (with --transport iot)',
  },
  auth: {
    ...backend,
    kind: 'choice',
    default: 'certificate',
    choices: ['certificate', 'sigv4'],
    description:
      "with --transport iot: each device's own certificate, or WebSocket signed with the keys of the environment, which needs no certificates (--client mqttjs)",
  },
  mqtt: {
    ...backend,
    kind: 'choice',
    default: '3.1.1',
    choices: ['3.1.1', '5'],
    description: 'version of MQTT; 5 takes --client mqttjs, and counts failures by their reason codes',
  },
  'user-properties': {
    ...backend,
    kind: 'switch',
    description: 'with --mqtt 5: device, seq and sample time of each update go along as user properties',
  },
  'legacy-swap': { ...backend, kind: 'switch', description: "the 2022 project's payload, byte for byte" },
  linger: {
    ...backend,
    kind: 'time',
    unit: 'ms',
    default: 20,
    min: 0,
    description: 'ms an update waits for others to share its request (tracker)',
  },
  ingest: {
    ...standIn,
    kind: 'choice',
    default: 'lambda',
    choices: ['lambda', 'stream', 'direct'],
    description: "from topic to tracker: a function for each message, a stream in batches, or the rule's own action",
  },
  environments: {
    ...standIn,
    kind: 'whole',
    default: 1,
    min: 1,
    description: 'ingest functions at work at once; more than one may reorder updates',
  },
  jitter: {
    ...standIn,
    kind: 'time',
    unit: 'ms',
    default: 0,
    min: 0,
    description: 'ms, at most, that a message takes through the rule engine',
  },
  drop: {
    ...standIn,
    kind: 'texts',
    key: 'drops',
    default: [],
    value: 'DEVICE@SEQ',
    description: 'an update to lose, to see that it is found out',
  },
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
  threshold: {
    ...verdict,
    kind: 'texts',
    key: 'thresholds',
    default: [],
    value: 'TEXT',
    description: 'such as "response.p99 < 250ms", "failed < 0.1%", "lost == 0", "service.p90 < 50ms in every 10s"',
  },
  'lag-limit': {
    ...verdict,
    kind: 'time',
    unit: 'ms',
    default: 250,
    min: 1,
    value: 'MS',
    description:
      '99th percentile of its own lag beyond which the generator counts as saturated; of lateness, where its threads had no time left',
  },
  out: {
    kind: 'texts',
    value: 'DIR|s3://…',
    description:
      'where everything is written, by default runs/ and the time; a bucket gets a copy at the end. A shard has a directory of its own below',
  },
  metrics: {
    kind: 'text',
    value: '[HOST]:PORT',
    description: 'serve the figures while it lasts: /metrics for Prometheus, and what "simctl top" shows',
  },
} as const satisfies Settings;

export type RunValues = Values<typeof RUN_SETTINGS>;
