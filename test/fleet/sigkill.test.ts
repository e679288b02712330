import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openCredentialStore } from '../../src/fleet/credential-store.ts';
import { publicKeyOf, publicKeyOfCertificate } from '../../src/fleet/device-key.ts';
import { countedDevices } from '../../src/fleet/device-list.ts';
import { POLICY } from '../../src/fleet/groundwork.ts';
import { provision } from '../../src/fleet/provision.ts';
import { removeFleet } from '../../src/fleet/remove.ts';
import { REGION, startIot } from '../support/stand-in-iot.ts';

const CHILD = fileURLToPath(new URL('provision-child.ts', import.meta.url));

it('provisioning and removing survive SIGKILL at any request, without orphans', { timeout: 90_000 }, async () => {
  let kill: (() => void) | undefined;
  let left = 0;
  // The process dies when its request arrives: before it is carried out, or after and before the answer.
  const server = await startIot({
    intercept: (api) => async (request) => {
      const last = --left === 0;
      if (last && request.path.length % 2 === 0) kill?.();
      const reply = await api(request);
      if (last) kill?.();
      return reply;
    },
  });
  const dir = mkdtempSync(join(tmpdir(), 'simctl-kill-'));
  const target = {
    name: 'local',
    region: REGION,
    mqttHost: 'localhost',
    mqttPort: 8883,
    iotEndpoint: server.endpoint,
    credentialsDir: join(dir, 'credentials'),
    trackerPrefix: 't',
    trackerCount: 10,
    accessKeyId: 'local',
    secretAccessKey: 'local',
  };
  const ids = countedDevices(40, 'DEV');

  async function killedAt(what: 'provision' | 'remove', request: number): Promise<void> {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', CHILD, what, JSON.stringify(target), JSON.stringify(ids)],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    left = request;
    kill = () => child.kill('SIGKILL');
    const [, signal] = await once(child, 'exit');
    kill = undefined;
    expect(signal).toBe('SIGKILL');
  }

  try {
    for (const request of [2, 9, 23, 38]) await killedAt('provision', request);
    const { created, already } = await provision({ target, deviceIds: ids });
    expect(created + already).toBe(40);
    const { things, certificates } = server.registry;
    expect([things.things.size, certificates.certificates.size]).toEqual([40, 40]);
    const store = openCredentialStore(target.credentialsDir);
    for (const id of ids) {
      const { certificateId, certificatePem, privateKeyPem } = store.get(id)!;
      const certificate = certificates.certificate(certificateId);
      expect([[...certificate.things], [...certificate.policies]]).toEqual([[id], [POLICY]]);
      expect(publicKeyOf(privateKeyPem)).toBe(publicKeyOfCertificate(certificatePem));
    }
    store.close();

    for (const request of [5, 31]) await killedAt('remove', request);
    await removeFleet({ target });
    expect([things.things.size, certificates.certificates.size, server.registry.policies.policies.size]).toEqual([
      0, 0, 0,
    ]);
    expect(readdirSync(target.credentialsDir)).toEqual(['credentials.ndjson']);
  } finally {
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  }
});
