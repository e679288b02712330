/**
 * Where a run goes: plain data, handed to workers and receiver as it is. `simctl local --ready-file F` writes one
 * as JSON, and `--target F` reads it back.
 */
export interface Target {
  /** Names it in messages and keys its state on disk: `local`, or `aws/<account or endpoint>/<region>`. */
  readonly name: string;
  readonly region: string;
  /** MQTT over TLS; the host without scheme. */
  readonly mqttHost: string;
  readonly mqttPort: number;
  /** The door of port 443, where it is another one here: MQTT over WebSocket, or with ALPN. */
  readonly httpsPort?: number;
  /** PEM of the authority that signed the broker's certificate; absent: the system's authorities. */
  readonly caFile?: string;
  /** Endpoint overrides; absent: the real service of the region. */
  readonly locationEndpoint?: string;
  readonly iotEndpoint?: string;
  /** The query API, up to and including the stage (`http://…/default`). Absent: there is no viewer. */
  readonly queryEndpoint?: string;
  /** Its requests are to be signed with Signature Version 4: the API lets nobody else in. */
  readonly querySigned?: true;
  /** The map of the devices, for a browser. */
  readonly mapPage?: string;
  /** Where provisioned devices' credentials are kept (fleet/credential-store.ts). */
  readonly credentialsDir: string;
  /** The ingest handler's record of each entry and the tracker's answer, where it can be read as a file. */
  readonly ingestLog?: string;
  /** Trackers are named `<trackerPrefix><0 … trackerCount-1>`. */
  readonly trackerPrefix: string;
  readonly trackerCount: number;
  /** The stand-in's own keys (its signatures are not checked); real targets use the SDK's provider chain. */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** Set while a stand-in serves it. */
  readonly pid?: number;
  /** The stack that it was deployed by (infra/). */
  readonly stack?: DeployedStack;
}

/** What else a stack says of itself. */
export interface DeployedStack {
  readonly name: string;
  readonly ingest: 'lambda' | 'stream' | 'direct';
  /** Absent where the rule stores by itself. */
  readonly ingestFunction?: string;
  readonly queryFunction: string;
  /** In CloudWatch Logs: the trackers' answers, a line each. */
  readonly ingestLogGroup?: string;
  /** By which AWS IoT registers devices (`--role-arn`). */
  readonly registrationRole: string;
  /** Absent where it was deployed without machines to send from. */
  readonly generators?: Generators;
}

/** The machines of `simctl launch`, as the stack has them (infra/generators.ts). */
export interface Generators {
  readonly queue: string;
  readonly maxVcpus: number;
  readonly bucket: string;
  /** Of the image, without a tag. */
  readonly repository: string;
  readonly jobRole: string;
  readonly executionRole: string;
  readonly logGroup: string;
}
