import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { SetupError, UsageError } from '../../src/errors.ts';
import { activateFleet } from '../../src/fleet/activate.ts';
import { openCredentialStore } from '../../src/fleet/credential-store.ts';
import { countedDevices } from '../../src/fleet/device-list.ts';
import { POLICY } from '../../src/fleet/groundwork.ts';
import { provision, registrationRole } from '../../src/fleet/provision.ts';
import { removeFleet } from '../../src/fleet/remove.ts';
import { findingsText, verifyFleet } from '../../src/fleet/verify.ts';
import { type Broker, startBroker } from '../../src/local/broker.ts';
import type { Api, ApiRequest } from '../../src/local/http.ts';
import type { Target } from '../../src/target.ts';
import { connectDevice } from '../support/devices.ts';
import { startIot, targetOf } from '../support/stand-in-iot.ts';

let server: Awaited<ReturnType<typeof startIot>>;
let broker: Broker;
let target: Target;
let topics: string[];
let refuse: (request: ApiRequest) => boolean;
const ids = countedDevices(12, 'DEV');

beforeEach(async () => {
  refuse = () => false;
  topics = [];
  server = await startIot({
    intercept: (api: Api) => (request) =>
      refuse(request)
        ? { status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' }, body: { message: 'no' } }
        : api(request),
  });
  const { authority, registry } = server;
  broker = await startBroker({
    host: 'localhost',
    port: 0,
    authority,
    registry,
    onPublish: ({ topic }) => topics.push(topic),
  });
  const dir = mkdtempSync(join(tmpdir(), 'simctl-own-'));
  writeFileSync(join(dir, 'ca.pem'), authority.caPem);
  target = targetOf(server.endpoint, dir, { mqttPort: broker.port, caFile: join(dir, 'ca.pem') });
  return async () => {
    await broker.close();
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  };
});

const make = (deviceIds = ids) => provision({ target, deviceIds, ownAuthority: registrationRole(target, undefined) });
const held = () => {
  const { things, certificates, policies, authorities } = server.registry;
  return [things.things.size, certificates.certificates.size, policies.policies.size, authorities.authorities.size];
};

describe('a fleet of its own authority', () => {
  it('is made without a call for any device', async () => {
    let calls = 0;
    refuse = () => ++calls > 7;
    expect(await make()).toMatchObject({ created: 12, already: 0, interrupted: false });
    expect(held()).toEqual([0, 0, 1, 1]);
    refuse = () => false;
    expect(await make([...ids, 'one-more'])).toMatchObject({ created: 1, already: 12 });
  });

  it('keeps its authority’s key for its owner alone', async () => {
    await make();
    const file = join(target.credentialsDir, 'authority.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8')).privateKeyPem).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  it('is registered as its devices first connect: thing, certificate and policy', async () => {
    await make();
    expect(await verifyFleet({ target })).toMatchObject({ devices: 12, waiting: 12, findings: [] });
    expect(await activateFleet({ target })).toEqual({ activated: 12, already: 0, interrupted: false });
    expect(held()).toEqual([12, 12, 1, 1]);
    expect(await verifyFleet({ target })).toMatchObject({ devices: 12, waiting: 0, sampled: 12, findings: [] });
    expect(await activateFleet({ target })).toEqual({ activated: 0, already: 12, interrupted: false });
  });

  it('can then do what any device can, and no more', async () => {
    await make(['a', 'b']);
    await activateFleet({ target });
    const store = openCredentialStore(target.credentialsDir);
    const { certificatePem: cert, privateKeyPem: key } = store.get('a')!;
    store.close();
    const client = await connectDevice(broker.port, server.authority, { cert, key }, { clientId: 'a' });
    await client.publishAsync('simUploadLocation/a', 'x', { qos: 1 });
    expect(topics).toEqual(['simUploadLocation/a']);
    await client.endAsync();
    await expect(connectDevice(broker.port, server.authority, { cert, key }, { clientId: 'b' })).rejects.toMatchObject({
      code: 7,
    });
  });

  it('goes on where it was cut off, before the authority was registered', async () => {
    refuse = ({ method, path }) => method === 'POST' && path[0] === 'cacertificate';
    await expect(make()).rejects.toThrow(SetupError);
    refuse = () => false;
    await make();
    await activateFleet({ target });
    expect(held()).toEqual([12, 12, 1, 1]);
  });

  it('is removed whole, whether its devices have connected or not', async () => {
    await make(['a', 'b', 'c']);
    await activateFleet({ target });
    await make(['a', 'b', 'c', 'd', 'e']);
    expect(await removeFleet({ target })).toMatchObject({ removed: 5 });
    expect(held()).toEqual([0, 0, 0, 0]);
    expect(() => statSync(join(target.credentialsDir, 'authority.json'))).toThrow();
  });

  it('leaves to a stack what the stack has made', async () => {
    await make(['a']);
    await activateFleet({ target });
    const stack = { name: 'simctl', ingest: 'lambda', queryFunction: 'q', registrationRole: 'r' } as const;
    const { notes } = await removeFleet({ target: { ...target, stack } });
    expect(notes).toEqual([expect.stringMatching(/policy simctl-device and the thing type .* stay: the stack simctl/)]);
    expect(held().slice(0, 2)).toEqual([0, 0]);
    expect(held()[2]).toBe(1);
  });

  it('goes on being removed after an end, and is made anew after one', async () => {
    await make();
    await activateFleet({ target });
    let deleted = 0;
    refuse = ({ method, path }) => method === 'DELETE' && path[0] === 'certificates' && ++deleted > 5;
    await expect(removeFleet({ target, concurrency: 2 })).rejects.toThrow(SetupError);
    refuse = () => false;
    await make();
    await activateFleet({ target });
    expect(held()).toEqual([12, 12, 1, 1]);
    expect((await verifyFleet({ target })).findings).toEqual([]);
    await removeFleet({ target });
    expect(held()).toEqual([0, 0, 0, 0]);
  });

  it('lives beside devices that were made one by one', async () => {
    await provision({ target, deviceIds: ['a', 'b'] });
    await make(['a', 'b', 'c']);
    await activateFleet({ target });
    expect(await verifyFleet({ target })).toMatchObject({ devices: 3, waiting: 0, findings: [] });
    await removeFleet({ target });
    expect(held()).toEqual([0, 0, 0, 0]);
  });

  it('says so where the broker goes on refusing', async () => {
    await make(['a']);
    server.registry.policies.delete(POLICY);
    const clock = { now: () => Date.now(), until: async () => true, stop() {} };
    await expect(activateFleet({ target, clock })).rejects.toThrow(/does not take a: it ends the connection, 8 times/);
  });

  it('wants a role on AWS', () => {
    const { iotEndpoint: _, ...aws } = target;
    expect(() => registrationRole(aws, undefined)).toThrow(UsageError);
    expect(registrationRole(aws, 'arn:aws:iam::1:role/r')).toEqual({ roleArn: 'arn:aws:iam::1:role/r' });
  });
});

describe('verifyFleet', () => {
  it('finds each kind of thing that can be amiss', async () => {
    await provision({ target, deviceIds: ids, concurrency: 1 });
    const store = openCredentialStore(target.credentialsDir);
    const { registry } = server;
    const of = (i: number) => store.get(ids[i]!)!;
    const drop = (i: number) => {
      registry.detachThing(ids[i]!, of(i).certificateArn);
      registry.detachPolicy(POLICY, of(i).certificateArn);
      registry.setCertificateStatus(of(i).certificateId, 'INACTIVE');
      registry.deleteCertificate(of(i).certificateId, false);
    };
    drop(0);
    registry.setCertificateStatus(of(1).certificateId, 'INACTIVE');
    registry.detachPolicy(POLICY, of(2).certificateArn);
    drop(3);
    registry.things.delete(ids[3]!);
    registry.detachThing(ids[4]!, of(4).certificateArn);
    registry.things.create({ name: 'stray', typeName: 'simctl-courier', attributes: {}, billingGroupName: undefined });
    registry.attachPolicy(POLICY, (await registry.certificates.createWithKeys(true)).created.arn);
    const { findings } = await verifyFleet({ target });
    expect(findings.map(({ kind, subject }) => [kind, subject]).sort()).toEqual(
      [
        ['no-certificate', 'DEV-0000'],
        ['inactive', 'DEV-0001'],
        ['no-policy', 'DEV-0002'],
        ['no-certificate', 'DEV-0003'],
        ['no-thing', 'DEV-0003'],
        ['not-attached', 'DEV-0004'],
        ['orphan-thing', 'stray'],
        ['orphan-certificate', expect.stringMatching(/^[0-9a-f]{64}$/)],
      ].sort(),
    );
    expect(findingsText(findings)).toContain('2 × no-certificate: its certificate is gone (DEV-0000, DEV-0003)');
    store.close();
  });

  it('finds a device that provisioning was in the middle of', async () => {
    await provision({ target, deviceIds: ['a'] });
    refuse = ({ path }) => path[0] === 'target-policies';
    await expect(provision({ target, deviceIds: ['a', 'b'] })).rejects.toThrow(SetupError);
    refuse = () => false;
    expect((await verifyFleet({ target })).findings).toContainEqual({ kind: 'unfinished', subject: 'b' });
  });

  it('looks at no more attachments than it is told to', async () => {
    await provision({ target, deviceIds: ids });
    expect(await verifyFleet({ target, sample: 5 })).toMatchObject({ sampled: 5, findings: [] });
  });
});
