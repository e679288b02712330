import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { openCredentialStore } from '../../src/fleet/credential-store.ts';
import { publicKeyOf, publicKeyOfCertificate } from '../../src/fleet/device-key.ts';
import { countedDevices } from '../../src/fleet/device-list.ts';
import { POLICY } from '../../src/fleet/groundwork.ts';
import { provision, registrationRole } from '../../src/fleet/provision.ts';
import { removeFleet } from '../../src/fleet/remove.ts';
import { verifyFleet } from '../../src/fleet/verify.ts';
import { randomOf } from '../../src/random.ts';
import type { Target } from '../../src/target.ts';
import { startIot, targetOf } from '../support/stand-in-iot.ts';

const CHILD = fileURLToPath(new URL('provision-child.js', import.meta.url));

let server: Awaited<ReturnType<typeof startIot>>;
let target: Target;
/** Set to kill when that many requests have come: before the last is carried out, or after and before its answer. */
let left = 0;
let kill: (() => void) | undefined;

beforeEach(async () => {
  server = await startIot({
    intercept: (api) => async (request) => {
      const last = --left === 0;
      if (last && request.path.length % 2 === 0) kill?.();
      const reply = await api(request);
      if (last) kill?.();
      return reply;
    },
  });
  const dir = mkdtempSync(join(tmpdir(), 'simctl-kill-'));
  target = targetOf(server.endpoint, dir);
  return async () => {
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  };
});

type Work = 'calls' | 'own-authority' | 'remove';

/** Kills the work at its `request`th request, or once it has said that `done` devices are done. */
async function killed(work: Work, devices: number, at: { request: number } | { done: number }): Promise<void> {
  const child = spawn(process.execPath, [CHILD, work, JSON.stringify(target), String(devices)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  kill = () => child.kill('SIGKILL');
  if ('request' in at) left = at.request;
  else for await (const line of createInterface(child.stdout)) if (Number(line) >= at.done) kill();
  child.stdout.resume();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  kill = undefined;
  expect(child.signalCode).toBe('SIGKILL');
}

/** `count` whole numbers from `from` to `to`, in order. */
function points(count: number, from: number, to: number): number[] {
  const random = randomOf(fc.readConfigureGlobal().seed ?? 0, 'kill');
  return Array.from({ length: count }, () => from + Math.floor(random() * (to - from + 1))).sort((a, b) => a - b);
}

const held = () => {
  const { things, certificates, policies, authorities } = server.registry;
  return [things.things.size, certificates.certificates.size, policies.policies.size, authorities.authorities.size];
};

it('making and removing devices survive SIGKILL at ten random requests, without orphans', {
  timeout: 120_000,
}, async () => {
  const ids = countedDevices(60, 'DEV');
  // Ten are never enough to finish: sixty devices take 240 calls, and each start makes some of its own.
  for (const request of points(10, 2, 26)) await killed('calls', 60, { request });
  const { created, already } = await provision({ target, deviceIds: ids });
  expect(created + already).toBe(60);
  expect(await verifyFleet({ target })).toMatchObject({ devices: 60, sampled: 60, findings: [] });
  expect(held()).toEqual([60, 60, 1, 0]);
  const store = openCredentialStore(target.credentialsDir);
  for (const id of ids) {
    const { certificateId, certificatePem, privateKeyPem } = store.get(id)!;
    const certificate = server.registry.certificates.certificate(certificateId);
    expect([[...certificate.things], [...certificate.policies]]).toEqual([[id], [POLICY]]);
    expect(publicKeyOf(privateKeyPem)).toBe(publicKeyOfCertificate(certificatePem));
  }
  store.close();

  for (const request of points(3, 2, 40)) await killed('remove', 60, { request });
  await removeFleet({ target });
  expect(held()).toEqual([0, 0, 0, 0]);
  expect(readdirSync(target.credentialsDir)).toEqual(['credentials.ndjson']);
});

it('making devices by an authority of one’s own survives SIGKILL at ten random devices', {
  timeout: 120_000,
}, async () => {
  const ids = countedDevices(20_000, 'DEV');
  for (const done of points(10, 1, 19_000)) await killed('own-authority', 20_000, { done });
  const ownAuthority = registrationRole(target, undefined);
  const { created, already } = await provision({ target, deviceIds: ids, ownAuthority });
  expect([created + already, already > 0]).toEqual([20_000, true]);
  expect(await verifyFleet({ target })).toMatchObject({ devices: 20_000, waiting: 20_000, findings: [] });
  const store = openCredentialStore(target.credentialsDir);
  const certificates = new Set(Array.from(store.ids(), (id) => store.get(id)!.certificateId));
  store.close();
  expect(certificates.size).toBe(20_000);
  await removeFleet({ target });
  expect(held()).toEqual([0, 0, 0, 0]);
  expect(readdirSync(target.credentialsDir)).toEqual(['credentials.ndjson']);
});
