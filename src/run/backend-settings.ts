import type { Settings } from '../setting.ts';

const backend = { group: 'BACKEND' } as const;
const standIn = { group: 'EMBEDDED STAND-IN' } as const;

/** What updates go to, and how. */
export const backendSettings = {
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
} as const satisfies Settings;
