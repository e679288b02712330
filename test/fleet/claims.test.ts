import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as iot from '@aws-sdk/client-iot';
import { beforeEach, describe, expect, it } from 'vitest';
import { SetupError } from '../../src/errors.ts';
import { CLAIM_TEMPLATE, TEMPLATE } from '../../src/fleet/claims.ts';
import { openCredentialStore } from '../../src/fleet/credential-store.ts';
import { countedDevices } from '../../src/fleet/device-list.ts';
import { POLICY } from '../../src/fleet/groundwork.ts';
import { openJournal } from '../../src/fleet/journal.ts';
import { provision, registrationRole } from '../../src/fleet/provision.ts';
import { removeFleet } from '../../src/fleet/remove.ts';
import { verifyFleet } from '../../src/fleet/verify.ts';
import { type Broker, startBroker } from '../../src/local/broker.ts';
import { claimTopics } from '../../src/local/claims.ts';
import type { Target } from '../../src/target.ts';
import { connectDevice, newCsr, next, OWN_TOPIC_ONLY } from '../support/devices.ts';
import { startIot, targetOf } from '../support/stand-in-iot.ts';

let server: Awaited<ReturnType<typeof startIot>>;
beforeEach(async () => {
  server = await startIot();
  return () => server.close();
});

describe('provisioning by claim', () => {
  let broker: Broker;
  let target: Target;
  let topics: string[];
  const ids = countedDevices(25, 'DEV');

  beforeEach(async () => {
    topics = [];
    const { authority, registry } = server;
    broker = await startBroker({
      host: 'localhost',
      port: 0,
      authority,
      registry,
      onPublish: ({ topic }) => topics.push(topic),
    });
    const dir = mkdtempSync(join(tmpdir(), 'simctl-claims-'));
    writeFileSync(join(dir, 'ca.pem'), authority.caPem);
    target = targetOf(server.endpoint, dir, { mqttPort: broker.port, caFile: join(dir, 'ca.pem') });
    return async () => {
      await broker.close();
      rmSync(dir, { recursive: true, force: true });
    };
  });

  const make = (deviceIds: string[], concurrency = 4) =>
    provision({ target, deviceIds, concurrency, claims: registrationRole(target, undefined) });

  it('makes whole devices, over MQTT alone, and can be removed', async () => {
    expect(await make(ids)).toMatchObject({ created: 25, already: 0 });
    expect(await verifyFleet({ target })).toMatchObject({ devices: 25, sampled: 25, findings: [] });
    const store = openCredentialStore(target.credentialsDir);
    const { certificatePem: cert, privateKeyPem: key } = store.get('DEV-0007')!;
    store.close();
    const client = await connectDevice(broker.port, server.authority, { cert, key }, { clientId: 'DEV-0007' });
    await client.publishAsync('simUploadLocation/DEV-0007', 'x', { qos: 1 });
    await client.endAsync();
    expect(topics).toEqual(['simUploadLocation/DEV-0007']);
    await removeFleet({ target });
    const { things, certificates, policies, templates } = server.registry;
    expect([
      things.things.size,
      certificates.certificates.size,
      policies.policies.size,
      templates.templates.size,
    ]).toEqual([0, 0, 0, 0]);
  });

  it('goes on where it was cut off, with what was certified and not registered', async () => {
    const { templates } = server.registry;
    await make(['first']);
    templates.delete(TEMPLATE);
    templates.create({ name: TEMPLATE, description: '', body: CLAIM_TEMPLATE, roleArn: 'r', enabled: false });
    await expect(make(['first', 'a', 'b', 'c'], 2)).rejects.toThrow(SetupError);
    expect((await verifyFleet({ target })).findings).toContainEqual({ kind: 'unfinished', subject: 'a' });
    templates.delete(TEMPLATE);
    await make(['first', 'a', 'b', 'c']);
    expect(await verifyFleet({ target })).toMatchObject({ devices: 4, findings: [] });
    expect(server.registry.certificates.certificates.size).toBe(4);
  });

  it('adopts a certificate whose answer never came', async () => {
    await make(['first']);
    const { csr, key } = newCsr('late');
    const journal = openJournal(target.credentialsDir);
    journal.keyMade({ deviceId: 'late', at: server.clock.now, privateKeyPem: key });
    journal.close();
    await claimTopics(server.registry).answer(
      '$aws/certificates/create-from-csr/json',
      Buffer.from(JSON.stringify({ certificateSigningRequest: csr })),
    );
    await make(['first', 'late']);
    expect(await verifyFleet({ target })).toMatchObject({ devices: 2, findings: [] });
    expect(server.registry.certificates.certificates.size).toBe(2);
  });

  it('gives a claim no right to anything else, and none after five minutes', async () => {
    await make(['first']);
    const claim = await server.client.send(new iot.CreateProvisioningClaimCommand({ templateName: TEMPLATE }));
    const credentials = { cert: claim.certificatePem!, key: claim.keyPair!.PrivateKey! };
    const client = await connectDevice(broker.port, server.authority, credentials, { clientId: 'thief' });
    client.on('error', () => {});
    await expect(client.subscribeAsync('simUploadLocation/#', { qos: 1 })).rejects.toThrow();
    const closed = next(client, 'close');
    client.publish('simUploadLocation/first', 'x', { qos: 1 });
    await closed;
    expect(topics).toEqual([]);
    server.clock.now += 5 * 60_000 + 1000;
    await expect(connectDevice(broker.port, server.authority, credentials, { clientId: 'thief' })).rejects.toThrow();
  });
});

describe('claimTopics', () => {
  const CSR = '$aws/certificates/create-from-csr/json';
  const KEYS = '$aws/certificates/create/json';
  const provisionTopic = `$aws/provisioning-templates/${TEMPLATE}/provision/json`;

  async function ask(topics: ReturnType<typeof claimTopics>, topic: string, body: unknown) {
    const reply = await topics.answer(topic, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))!;
    return { how: reply.topic.slice(topic.length + 1), ...JSON.parse(reply.payload) };
  }

  function prepared() {
    const { registry } = server;
    registry.policies.create(POLICY, OWN_TOPIC_ONLY);
    registry.things.createType({ name: 'simctl-courier', description: '', searchableAttributes: [] });
    registry.templates.create({ name: TEMPLATE, description: '', body: CLAIM_TEMPLATE, roleArn: 'r', enabled: true });
    return claimTopics(registry);
  }

  it('certify, and register who hands the token in, once', async () => {
    const topics = prepared();
    const made = await ask(topics, CSR, { certificateSigningRequest: newCsr('a').csr });
    expect(made).toMatchObject({ how: 'accepted', certificateId: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(server.registry.activeCertificate(made.certificateId)).toBeUndefined();
    const token = { certificateOwnershipToken: made.certificateOwnershipToken, parameters: { DeviceId: 'a' } };
    expect(await ask(topics, provisionTopic, token)).toEqual({
      how: 'accepted',
      deviceConfiguration: {},
      thingName: 'a',
    });
    expect(server.registry.activeCertificate(made.certificateId)?.things).toEqual(new Set(['a']));
    expect(await ask(topics, provisionTopic, token)).toMatchObject({
      how: 'rejected',
      statusCode: 401,
      errorCode: 'Unauthorized',
    });
  });

  it('make keys for who has none', async () => {
    const made = await ask(prepared(), KEYS, '');
    expect(made).toMatchObject({ how: 'accepted', privateKey: expect.stringMatching(/RSA PRIVATE KEY/) });
  });

  it('forget a token after an hour', async () => {
    const topics = prepared();
    const { certificateOwnershipToken } = await ask(topics, CSR, { certificateSigningRequest: newCsr('a').csr });
    server.clock.now += 3_600_000;
    expect(
      await ask(topics, provisionTopic, { certificateOwnershipToken, parameters: { DeviceId: 'a' } }),
    ).toMatchObject({ errorCode: 'Unauthorized' });
  });

  it.each([
    ['no JSON', CSR, '{', 400],
    ['no object', CSR, '[]', 400],
    ['no request', CSR, {}, 400],
    ['a bad request', CSR, { certificateSigningRequest: 'x' }, 400],
    ['no such template', '$aws/provisioning-templates/other/provision/json', { certificateOwnershipToken: 'x' }, 404],
    ['a wrong token', provisionTopic, { certificateOwnershipToken: 'x', parameters: {} }, 401],
  ])('reject %s', async (_, topic, body, statusCode) => {
    expect(await ask(prepared(), topic, body)).toMatchObject({ how: 'rejected', statusCode });
  });

  it('leave every other topic alone', () => {
    expect(prepared().answer('$aws/things/a/shadow/update', Buffer.alloc(0))).toBeUndefined();
  });
});
