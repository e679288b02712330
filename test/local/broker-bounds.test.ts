/** What one client may cost: none of these harms another, and nothing grows without end. */
import { createConnection, type Socket } from 'node:net';
import type { MqttClient } from 'mqtt';
import mqttPacket from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Broker, type BrokerMessage, type BrokerOptions, startBroker } from '../../src/local/broker.ts';
import { AWS_BROKER_QUOTA, byteMeter } from '../../src/local/broker-quota.ts';
import { createAuthority } from '../../src/local/certificate-authority.ts';
import { createRegistry } from '../../src/local/iot/registry.ts';
import { keepAliveSeconds } from '../../src/local/mqtt-limits.ts';
import { SESSION_BOUNDS } from '../../src/local/persistent-sessions.ts';
import { addDevice, connectDevice, ended, newCsr, next, OWN_TOPIC_ONLY, rawSocket } from '../support/devices.ts';
import { ACCOUNT, REGION } from '../support/stand-in-iot.ts';

const clock = { now: Date.now() };
const now = () => clock.now;
const authority = await createAuthority({ now });
const registry = createRegistry({ region: REGION, accountId: ACCOUNT, authority, now });
registry.policies.create('own-topic', OWN_TOPIC_ONLY);
registry.policies.create(
  'anything',
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }] }),
);
const courier = addDevice(registry, 'SLE-7115', ['own-topic']);
const free = addDevice(registry, 'FREE-0001', ['anything']);

let broker: Broker;
let messages: BrokerMessage[];
let reasons: string[];
const opened: MqttClient[] = [];

beforeEach(() => {
  messages = [];
  reasons = [];
  clock.now = Date.now();
});
afterEach(async () => {
  for (const client of opened.splice(0)) client.end(true);
  await broker.close();
});

async function open(options: Partial<BrokerOptions> = {}): Promise<void> {
  broker = await startBroker({
    host: 'localhost',
    port: 0,
    authority,
    registry,
    onPublish: (message) => messages.push(message),
    onRefused: ({ reason }) => reasons.push(reason),
    ...options,
  });
}

async function connect(device = free, extra: object = {}): Promise<MqttClient> {
  const client = await connectDevice(broker.port, authority, device, { clientId: device.id, ...extra });
  client.on('error', () => {});
  opened.push(client);
  return client;
}

/** Somebody else, who goes on being served. */
async function courierServed(): Promise<void> {
  const client = await connect(courier);
  await client.publishAsync('simUploadLocation/SLE-7115', 'unharmed', { qos: 1 });
  await client.endAsync();
}

function connectPacket(clientId: string): Buffer {
  return mqttPacket.generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId,
    keepalive: 60,
  });
}

describe('a client that does not read', () => {
  it('is cut off at a bound, and nobody waits for it', async () => {
    await open();
    const slow = await rawSocket(broker.port, { ca: authority.caPem, cert: free.cert, key: free.key });
    slow.write(connectPacket('slow'));
    slow.write(mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'feed', qos: 0 }] }));
    await expect.poll(() => slow.bytesRead).toBeGreaterThan(0);
    slow.pause();
    const gone = new Promise((resolve) => slow.once('close', resolve));
    slow.on('error', () => {});
    const publisher = await connect();
    let sent = 0;
    while (broker.connections() === 2 && sent < 1000) {
      await publisher.publishAsync('feed', Buffer.alloc(100_000), { qos: 1 });
      sent++;
    }
    // What the system holds for a socket comes on top of our 4 MiB.
    expect(sent).toBeGreaterThan(40);
    expect(sent).toBeLessThan(400);
    await publisher.publishAsync('feed', 'nobody waits', { qos: 1 });
    await courierServed();
    slow.destroy();
    await gone;
  });

  it('is sent at most 100 messages that it has not acknowledged', async () => {
    await open();
    const silent = await rawSocket(broker.port, { ca: authority.caPem, cert: free.cert, key: free.key });
    const parser = mqttPacket.parser();
    const got: mqttPacket.IPublishPacket[] = [];
    const subscribed = new Promise<void>((resolve) => {
      parser.on('packet', (packet) => {
        if (packet.cmd === 'publish') got.push(packet);
        if (packet.cmd === 'suback') resolve();
      });
    });
    silent.on('data', (piece) => parser.parse(piece));
    silent.write(connectPacket('silent'));
    silent.write(mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'feed', qos: 1 }] }));
    await subscribed;
    const publisher = await connect();
    for (let i = 0; i < 250; i++) await publisher.publishAsync('feed', String(i), { qos: 1 });
    await courierServed();
    expect(got).toHaveLength(100);
    const acknowledge = ({ messageId }: mqttPacket.IPublishPacket) =>
      silent.write(mqttPacket.generate({ cmd: 'puback', messageId: messageId! }));
    for (const packet of got.slice()) acknowledge(packet);
    await expect.poll(() => got.length).toBe(200);
    for (const packet of got.slice(100)) acknowledge(packet);
    await expect.poll(() => got.length).toBe(250);
    expect(got.map(({ payload }) => Number(payload))).toEqual(Array.from({ length: 250 }, (_, i) => i));
    silent.destroy();
  });
});

describe('a session that is kept', () => {
  const away = { clean: false };

  async function subscribeAndLeave(clientId: string, topic = 'feed'): Promise<void> {
    const client = await connect(free, { ...away, clientId });
    await client.subscribeAsync(topic, { qos: 1 });
    await client.endAsync();
    await expect.poll(() => broker.connections()).toBe(0);
  }

  async function publish(...payloads: string[]): Promise<void> {
    const client = await connect();
    for (const payload of payloads) await client.publishAsync('feed', payload, { qos: 1 });
    await client.endAsync();
  }

  it('gets what came meanwhile, once', async () => {
    await open();
    await subscribeAndLeave('sleeper');
    await publish('1', '2', '3');
    expect(broker.kept()).toEqual({ away: 1, queued: 3, retained: 0 });
    const client = await connect(free, { ...away, clientId: 'sleeper' });
    const got: string[] = [];
    client.on('message', (_topic, payload) => got.push(String(payload)));
    // Acknowledged, and so delivered.
    await expect.poll(() => broker.kept().queued).toBe(0);
    await publish('4');
    await expect.poll(() => got.at(-1)).toBe('4');
    expect(new Set(got).size).toBe(got.length);
    await expect.poll(() => broker.kept()).toEqual({ away: 0, queued: 0, retained: 0 });
    await client.endAsync();
  });

  it('is forgotten after an hour', async () => {
    await open();
    await subscribeAndLeave('sleeper');
    clock.now += 3_599_000;
    await publish('1');
    expect(broker.kept()).toMatchObject({ away: 1, queued: 1 });
    clock.now += 1000;
    await publish('2');
    expect(broker.kept()).toMatchObject({ away: 0, queued: 0 });
  });

  it('ends with a clean one of the same client', async () => {
    await open();
    await subscribeAndLeave('sleeper');
    await publish('1');
    const client = await connect(free, { clientId: 'sleeper' });
    await client.endAsync();
    expect(broker.kept()).toMatchObject({ away: 0, queued: 0 });
  });

  it('keeps a bounded number of messages, and there is a bounded number of them', async () => {
    await open({ sessions: { ...SESSION_BOUNDS, maxAway: 2, maxQueued: 3 } });
    for (const clientId of ['first', 'second', 'third']) await subscribeAndLeave(clientId);
    await publish('1', '2', '3', '4', '5');
    expect(broker.kept()).toMatchObject({ away: 2, queued: 6 });
  });

  it('keeps a bounded number of bytes, and of retained messages', async () => {
    await open({ sessions: { ...SESSION_BOUNDS, maxBytes: 10_000, maxRetained: 2 } });
    await subscribeAndLeave('sleeper');
    await publish(...Array.from({ length: 5 }, () => 'x'.repeat(4000)));
    expect(broker.kept().queued).toBe(2);
    const client = await connect();
    for (const topic of ['a', 'b', 'c']) await client.publishAsync(topic, 'kept', { qos: 1, retain: true });
    expect(broker.kept().retained).toBe(2);
    await client.publishAsync('a', '', { qos: 1, retain: true });
    await client.publishAsync('c', 'kept', { qos: 1, retain: true });
    expect(broker.kept().retained).toBe(2);
    await client.endAsync();
  });
});

describe('a certificate', () => {
  it('that is made inactive cuts its connections at once, also of one that says nothing', async () => {
    await open();
    const device = addDevice(registry, 'GONE-0002', ['anything']);
    const client = await connect(device);
    const closed = next(client, 'close');
    const bystander = await connect();
    registry.setCertificateStatus(device.certificateId, 'INACTIVE');
    await closed;
    expect(reasons).toEqual(['its certificate is not active any more']);
    await bystander.publishAsync('a', 'unharmed', { qos: 1 });
  });

  it('whose policy is detached may do nothing more, and not connect again', async () => {
    await open();
    const device = addDevice(registry, 'GONE-0003', ['own-topic']);
    const client = await connect(device);
    await client.publishAsync('simUploadLocation/GONE-0003', '1', { qos: 1 });
    registry.detachPolicy('own-topic', device.certificateArn);
    const closed = next(client, 'close');
    client.publish('simUploadLocation/GONE-0003', '2', { qos: 1 }, () => {});
    await closed;
    expect(messages.map(({ payload }) => String(payload))).toEqual(['1']);
    await expect(connect(device)).rejects.toMatchObject({ code: 7 });
  });

  it.each([
    ['has expired', 1, 2 * 86_400_000],
    ['is not yet good', 1, -86_400_000],
  ])('that %s is refused', async (_, days, later) => {
    await open();
    const { csr, key } = newCsr('dated');
    const cert = authority.issueFromCsr(csr, { days });
    const certificate = registry.certificates.registerWithoutAuthority(cert, 'ACTIVE');
    registry.attachPolicy('anything', certificate.arn);
    const dated = { id: 'dated', cert, key, certificateId: certificate.id, certificateArn: certificate.arn };
    const client = await connect(dated);
    await client.endAsync();
    clock.now += later;
    await ended(await rawSocket(broker.port, { ca: authority.caPem, cert, key }));
    expect(reasons).toEqual([expect.stringMatching(/not within its dates/)]);
  });

  it('of a stranger with the name of a device does not become the device', async () => {
    await open();
    const { csr, key } = newCsr('SLE-7115');
    const cert = authority.issueFromCsr(csr);
    await ended(await rawSocket(broker.port, { ca: authority.caPem, cert, key }));
    await expect(connect(courier, { clientId: 'FREE-0001' })).rejects.toMatchObject({ code: 7 });
    await courierServed();
  });
});

describe('half-open connections', () => {
  const tcp = () =>
    new Promise<Socket>((resolve, reject) => {
      const socket = createConnection({ host: 'localhost', port: broker.port }, () => resolve(socket));
      socket.once('error', reject);
    });

  it('are a thousand at once, and a device is served beside them', async () => {
    await open({ handshakeMs: 30_000 });
    const sockets = await Promise.all(Array.from({ length: 1000 }, tcp));
    sockets.forEach((socket, i) => {
      socket.on('error', () => {});
      // The beginning of a ClientHello that says it is longer.
      if (i % 2 === 0) socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]));
    });
    await courierServed();
    for (const socket of sockets) socket.destroy();
    await courierServed();
  });

  it('beyond the bound cost those who say nothing their place, and no device', async () => {
    await open({ maxHandshakes: 20 });
    const sockets: Socket[] = [];
    const gone: Promise<void>[] = [];
    for (let i = 0; i < 60; i++) {
      const socket = await tcp();
      sockets.push(socket);
      gone.push(ended(socket));
    }
    await Promise.all(gone.slice(0, 30));
    await courierServed();
    expect(reasons).toContain('TLS: more than 20 handshakes at once');
    for (const socket of sockets) socket.destroy();
  });
});

describe('the quota of AWS for one connection', () => {
  it('lets 512 KiB a second through, and delays the rest', async () => {
    await open({ quota: { ...AWS_BROKER_QUOTA, bytesPerSecondPerConnection: 10_000 } });
    const client = await connect();
    for (let i = 0; i < 6; i++) client.publish('a', Buffer.alloc(5000, i), { qos: 1 });
    await expect.poll(() => messages.length).toBeGreaterThan(0);
    await courierServed();
    const before = messages.length;
    expect(before).toBeLessThan(7);
    for (let i = 0; i < 10 && messages.length < 7; i++) {
      clock.now += 1000;
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    expect(messages.filter(({ topic }) => topic === 'a').map(({ payload }) => payload[0])).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('counts deliveries too, and drops those beyond a hundred a second', async () => {
    await open({ quota: AWS_BROKER_QUOTA });
    const got: unknown[] = [];
    const subscriber = await connect();
    subscriber.on('message', (_topic, payload) => got.push(Number(payload)));
    await subscriber.subscribeAsync('feed', { qos: 0 });
    for (let i = 0; i < 130; i++) broker.publish('feed', Buffer.from(String(i)), 0);
    await expect.poll(() => got.length).toBe(100);
    clock.now += 1000;
    broker.publish('feed', Buffer.from('130'), 0);
    await expect.poll(() => got.at(-1)).toBe(130);
    expect(got).toEqual([...Array.from({ length: 100 }, (_, i) => i), 130]);
  });

  it('meters bytes as time passes, and lets what was read count', () => {
    const time = { ms: 0 };
    const meter = byteMeter(1000, () => time.ms);
    expect(meter.waitMs()).toBe(0);
    meter.take(1020);
    expect(meter.waitMs()).toBe(21);
    time.ms += 21;
    expect(meter.waitMs()).toBe(0);
    meter.take(5000);
    expect(meter.waitMs()).toBe(50);
  });

  it.each([
    [0, 1200],
    [1, 30],
    [30, 30],
    [1200, 1200],
    [65_535, 1200],
  ])('makes of a keep-alive of %i s one of %i s', (asked, given) => {
    expect(keepAliveSeconds(asked)).toBe(given);
  });
});
