import { fleetSettings } from '../fleet-settings.ts';
import type { Settings, Values } from '../setting.ts';
import { backendSettings } from './backend-settings.ts';
import { loadSettings } from './load-settings.ts';

const fleet = { group: 'FLEET' } as const;
const verdict = { group: 'VERDICT (exit code 4)' } as const;

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
  ...backendSettings,
  ...loadSettings,
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
