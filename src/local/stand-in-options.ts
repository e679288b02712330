/** What a stand-in is told, and what it tells of itself. */
import type { Target } from '../target.ts';
import type { IngestDesign } from './ingest-design.ts';
import type { LambdaCounters } from './lambda/lambda-function.ts';
import type { LambdaSettings } from './lambda/settings.ts';
import type { QuotaChoice } from './quota-choice.ts';
import type { RuleCounters } from './rules/engine.ts';

export interface StandInOptions {
  /** Holds ca.pem, the log of what was ingested (ingest.ndjson), metrics.ndjson and more; made if it is not there. */
  readonly dir: string;
  /** Where provisioning keeps the credentials of devices; the stand-in itself does not look into it. */
  readonly credentialsDir: string;
  /** Where all that it acknowledges is kept, for the next that is started with it. Absent: nowhere. */
  readonly dataDir?: string;
  /** Loopback unless told otherwise. */
  readonly host?: string;
  /** 0, the default of all three: any free one. */
  readonly httpPort?: number;
  readonly mqttPort?: number;
  readonly httpsPort?: number;
  /** How many trackers there are from the start. */
  readonly trackers?: number;
  readonly region?: string;
  /** Messages to lose, each `<device id>@<seq>`. */
  readonly drop?: readonly string[];
  /** The way from the topic to the trackers; by default `lambda`, the 2022 project's. */
  readonly ingest?: IngestDesign;
  /** How long a message may take through the rule engine, at most, whatever the design. */
  readonly jitterMs?: number;
  /** How the ingest function behaves. */
  readonly lambda?: Partial<LambdaSettings>;
  /**
   * `aws`: holds devices and requests to the trackers to AWS's default rates. A number: all devices together to so many
   * publishes a second. By default nothing does.
   */
  readonly quota?: QuotaChoice;
  /** What the map page shows below the devices: a map as `simctl generate --map` takes it. Nothing, by default. */
  readonly map?: string;
}

/** What a stand-in did, once it has stopped. */
export interface StandInReport {
  /** User and system time of its process. */
  readonly cpuSeconds: number;
  readonly rules: RuleCounters;
  readonly store: LambdaCounters;
  readonly query: LambdaCounters;
  /** Connections turned away, and publishes and subscriptions refused. */
  readonly refusals: number;
}

/** What it has done so far, and is doing. */
export interface StandInStatus {
  /** Devices and other MQTT clients that are connected. */
  readonly connections: number;
  /** Messages that reached the rule engine. */
  readonly messages: number;
  /** Positions that trackers stored. */
  readonly stored: number;
  readonly invocations: number;
  readonly errors: number;
  readonly throttles: number;
  readonly refusals: number;
}

export interface RunningStandIn {
  readonly target: Target;
  status(): StandInStatus;
  /** Lets what is under way end, for a few seconds at most; then closes everything. */
  stop(): Promise<StandInReport>;
}
