import { join } from 'node:path';
import type { TransportSettings } from '../src/transports/index.ts';

/** What the engine's transports are told in a bench. */
export interface BenchTarget {
  /** Of the broker on 127.0.0.1. */
  readonly port: number;
  /** PEM of the authority that signed the broker's certificate. */
  readonly caFile: string;
  /** Holds `credentials/`, for mTLS. */
  readonly dir: string;
  readonly qos: 0 | 1;
}

export function benchSettings({ port, caFile, dir, qos }: BenchTarget): TransportSettings {
  return {
    target: {
      name: 'bench',
      region: 'eu-west-1',
      mqttHost: '127.0.0.1',
      mqttPort: port,
      caFile,
      credentialsDir: join(dir, 'credentials'),
      trackerPrefix: 'tracker-',
      trackerCount: 1,
    },
    client: 'lean',
    broker: `mqtt://127.0.0.1:${port}`,
    topicRoot: 'simUploadLocation',
    legacySwap: false,
    qos,
    ackTimeoutMs: 30_000,
    connectTimeoutMs: 30_000,
    keepAliveSeconds: 300,
    seed: 1,
    lingerMs: 0,
  };
}
