import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCredentialStore } from '../../src/fleet/credential-store.ts';
import { createTransport } from '../../src/transports/index.ts';
import { decode } from '../../src/wire.ts';
import type { BrokerTls } from '../support/brokers.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { type Authority, type Identity, testAuthority } from '../support/pki.ts';
import { takingBroker } from '../support/taking-broker.ts';
import { transportContract, updateOf } from '../support/transport-contract.ts';
import { settingsOf } from '../support/transport-settings.ts';

const going = new AbortController().signal;
let dir: string;
let authority: Authority;
let tls: BrokerTls;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-iot-'));
  authority = await testAuthority();
  tls = { ca: authority.ca, ...(await authority.server()) };
  await writeFile(join(dir, 'ca.pem'), authority.ca);
  const store = openCredentialStore(dir, { write: true });
  const put = (deviceId: string, { cert, key }: Identity) =>
    store.append({
      deviceId,
      thingName: deviceId,
      certificateId: '0',
      certificateArn: 'arn:0',
      certificatePem: cert,
      privateKeyPem: key,
    });
  for (const id of ['AAA-0001', 'BBB-0002', 'CCC-9003']) put(id, await authority.device(id));
  const past = { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') };
  put('OLD-0001', await authority.device('OLD-0001', past));
  put('BAD-0001', { cert: 'no certificate', key: 'no key' });
  const { key } = await authority.device('other');
  put('MIX-0001', { cert: (await authority.device('MIX-0001')).cert, key });
  store.close();
});

afterAll(() => rm(dir, { recursive: true, force: true }));

function iot(port: number, clock = fakeClock(Date.now())) {
  const target = { mqttPort: port, caFile: join(dir, 'ca.pem'), credentialsDir: dir };
  return createTransport('iot', settingsOf({}, target), clock);
}

transportContract('iot', async () => {
  const broker = await takingBroker(tls);
  return {
    transport: await iot(broker.port),
    taken: async () =>
      broker.received.map(({ payload }) => {
        const { deviceId, sampleTime, position } = decode(JSON.parse(payload));
        return { deviceId, sampleTime, position };
      }),
    fallSilent() {
      const silent = broker.silence();
      return () => silent;
    },
    dispose: broker.close,
  };
});

describe('the iot transport', () => {
  it.each([
    ['ZZZ-0000', 'no-certificate', 'provision'],
    ['OLD-0001', 'certificate-expired', 'Jan  1 00:00:00 2021 GMT'],
    ['BAD-0001', 'certificate-unreadable', 'BAD-0001'],
    ['MIX-0001', 'certificate-unreadable', 'key'],
  ])('fails %s as %s, and no other device', async (deviceId, code, words) => {
    const broker = await takingBroker(tls);
    const transport = await iot(broker.port);
    const failing = transport.connect(deviceId, going);
    await expect(failing).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    await transport.connect('AAA-0001', going);
    await transport.send(updateOf('AAA-0001', 0));
    await transport.close();
    await broker.close();
    expect(broker.received).toHaveLength(1);
  });

  it('resumes the TLS session when it reconnects', async () => {
    const clock = fakeClock(Date.now());
    const broker = await takingBroker(tls);
    const transport = await iot(broker.port, clock);
    await transport.connect('AAA-0001', going);
    await transport.send(updateOf('AAA-0001', 0));
    const resumed = broker.resumed();
    broker.dropAll();
    await expect.poll(() => transport.send(updateOf('AAA-0001', 1)).catch(({ code }) => code)).toBe('not-connected');
    await expect
      .poll(async () => {
        await clock.advance(1000);
        return transport.send(updateOf('AAA-0001', 2)).then(
          () => 'sent',
          ({ code }) => code,
        );
      })
      .toBe('sent');
    expect(broker.resumed() - resumed).toBe(1);
    await transport.close();
    await broker.close();
  });
});
