import type { Target } from '../../src/target.ts';
import type { TransportSettings } from '../../src/transports/settings.ts';

export function settingsOf(settings: Partial<TransportSettings>, target: Partial<Target> = {}): TransportSettings {
  return {
    target: {
      name: 'test',
      region: 'eu-west-1',
      mqttHost: '127.0.0.1',
      mqttPort: 0,
      credentialsDir: '/nonexistent',
      trackerPrefix: 'tracker-',
      trackerCount: 2,
      accessKeyId: 'test',
      secretAccessKey: 'test',
      ...target,
    },
    client: 'lean',
    topicRoot: 'root',
    legacySwap: false,
    qos: 1,
    ackTimeoutMs: 10_000,
    connectTimeoutMs: 10_000,
    keepAliveSeconds: 60,
    seed: 1,
    lingerMs: 0,
    ...settings,
  };
}
