import { join } from 'node:path';
import { IoTClient } from '@aws-sdk/client-iot';
import { createAuthority } from '../../src/local/certificate-authority.ts';
import type { Api } from '../../src/local/http.ts';
import { iotApi } from '../../src/local/iot/api.ts';
import { createRegistry } from '../../src/local/iot/registry.ts';
import type { Target } from '../../src/target.ts';
import { serveApi } from './serve-api.ts';

export const REGION = 'eu-west-1';
export const ACCOUNT = '123456789012';
export const ARN = `arn:aws:iot:${REGION}:${ACCOUNT}:`;

/** What provisioning knows of such a stand-in; `dir` has the credentials. */
export function targetOf(iotEndpoint: string, dir: string, more: Partial<Target> = {}): Target {
  return {
    name: 'local',
    region: REGION,
    mqttHost: 'localhost',
    mqttPort: 8883,
    iotEndpoint,
    credentialsDir: join(dir, 'credentials'),
    trackerPrefix: 't',
    trackerCount: 10,
    accessKeyId: 'local',
    secretAccessKey: 'local',
    ...more,
  };
}

/** The identity half of the stand-in: registry and control plane, with an official client for it and a clock to set. */
export async function startIot({ intercept }: { intercept?: (api: Api) => Api } = {}) {
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const authority = await createAuthority({ now });
  const registry = createRegistry({ region: REGION, accountId: ACCOUNT, authority, now });
  const api = iotApi(registry, { endpointAddress: () => 'localhost' });
  const server = await serveApi(intercept ? intercept(api) : api);
  const client = new IoTClient({
    region: REGION,
    endpoint: server.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  return {
    clock,
    authority,
    registry,
    client,
    endpoint: server.endpoint,
    async close() {
      client.destroy();
      await server.close();
    },
  };
}
