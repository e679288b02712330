import type { ModelRequest } from '../generator/model-choice.ts';
import type { ClientName, TransportName } from '../transports/index.ts';
import type { ShardChoice } from '../workers/share.ts';
import type { Phase } from './phases.ts';

/** The weather that a laptop does not have; at rest, nothing is reordered. */
export interface StandInBehaviour {
  readonly ingest: 'lambda' | 'stream' | 'direct';
  /** Ingest functions at work at once. */
  readonly environments: number;
  /** ms, at most, that a message takes through the rule engine. */
  readonly jitterMs: number;
}

/** A fleet to generate; what is left out is as the generator's own. */
export interface GeneratedFleet extends ModelRequest {
  readonly agents: number;
  readonly seconds: number;
  readonly seed: number;
  readonly map?: string | undefined;
  readonly properties?: boolean | undefined;
  /** Each worker makes its own devices' fixes while it sends them, and no file holds them. */
  readonly asTheyGo?: boolean | undefined;
}

/** All that a run can be told, as plain values; `undefined` leaves it to simctl. */
export interface RunOptions {
  /** The run's directory; by default `runs/` and a timestamp. */
  readonly out: string | undefined;
  /** `s3://BUCKET/PREFIX`, where it goes as well. */
  readonly upload?: string | undefined;

  /** Where the fleet comes from: a dataset (here, or in a bucket), foreign probe files, or (neither) a generated one. */
  readonly dataset: string | undefined;
  readonly probes: readonly string[] | undefined;
  readonly csvColumns: string | undefined;
  readonly generate: GeneratedFleet;
  /** One fix per device and this many seconds of sample time. */
  readonly every: number;

  /** `local` (an embedded stand-in), `aws`, or a ready file's path. */
  readonly target: string;
  /** With `aws`: the stack of infra/ that deployed the backend. */
  readonly stack: string | undefined;
  readonly queryEndpoint: string | undefined;
  /** The directory, or the place in a bucket, of the devices' credentials; absent: the target's own directory. */
  readonly credentials?: string | undefined;
  readonly transport: TransportName;
  readonly client: ClientName;
  readonly broker: string | undefined;
  /** Devices publish on `<topicRoot>/<device id>`. */
  readonly topicRoot: string;
  readonly qos: 0 | 1;
  /** Straight to the topic rule, over `$aws/rules/…`. */
  readonly basicIngest?: boolean | undefined;
  /** How devices prove who they are: each by its certificate, or all by the account's keys, over WebSocket. */
  readonly auth?: 'certificate' | 'sigv4' | undefined;
  readonly mqttVersion?: '3.1.1' | '5' | undefined;
  /** With MQTT 5: the device, seq and sample time of each update, beside its payload. */
  readonly userProperties?: boolean | undefined;
  readonly legacySwap: boolean;
  readonly ackTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly lingerMs: number;
  /** How long what a lost connection left unanswered is sent again, marked DUP; 0: it fails at once. */
  readonly redeliverMs: number;
  /** MQTT sessions that the broker keeps while a device is away (`clean: false`). */
  readonly persistentSession: boolean;
  /** What is done to connections on purpose (src/workers/fault.ts), times from the start of the run. */
  readonly faults: readonly string[];
  /** How the embedded stand-in behaves. */
  readonly standIn: StandInBehaviour;
  /** Messages the embedded stand-in shall lose, `<device>@<seq>`: shows that the accounting finds them. */
  readonly drop: readonly string[];

  readonly pace: string;
  /** One after the other, with `pace` as long as all of them (phases.ts). */
  readonly phases?: readonly Phase[] | undefined;
  /** A number of ms, or `auto` (src/workers/min-gap.ts). */
  readonly minGap: string;
  readonly live: boolean;
  /** Milliseconds added to every sample time, by hand. */
  readonly shift: number | undefined;
  readonly workers: number;
  readonly connectConcurrency: number;
  /** Addresses of this machine from which devices connect, in turn; the system's choice where there are none. */
  readonly localAddresses?: readonly string[] | undefined;
  /** Connections a second of the whole fleet. */
  readonly connectRate: number | undefined;

  /** This process's part of a fleet that several send; absent: all of it. */
  readonly shard?: ShardChoice | undefined;
  /** Epoch ms at which sending begins, here and in all other shards; absent: as soon as all have connected. */
  readonly startAt?: number | undefined;

  /** How long nothing may change before the backend counts as settled, ms. */
  readonly settleMs: number;
  readonly pollMs: number;

  /** What the run must keep to (threshold.ts). */
  readonly thresholds: readonly string[];
  /** Beyond this 99th percentile of lag, ms, the generator counts as saturated. */
  readonly lagLimitMs: number;
}
