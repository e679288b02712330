import { createConnection, type Socket } from 'node:net';
import fc from 'fast-check';
import type { MqttClient } from 'mqtt';
import mqttPacket from 'mqtt-packet';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Broker, type BrokerMessage, type Refusal, startBroker } from '../../src/local/broker.ts';
import { AWS_BROKER_QUOTA, tokenBucket } from '../../src/local/broker-quota.ts';
import { createAuthority } from '../../src/local/certificate-authority.ts';
import { createRegistry } from '../../src/local/iot/registry.ts';
import {
  addDevice,
  connectDevice,
  ended,
  newCsr,
  next,
  OWN_TOPIC_ONLY,
  rawSocket,
  type TestDevice,
} from '../support/devices.ts';
import { ACCOUNT, REGION } from '../support/stand-in-iot.ts';

const now = () => Date.now();
const authority = await createAuthority({ now });
const registry = createRegistry({ region: REGION, accountId: ACCOUNT, authority, now });
registry.policies.create('own-topic', OWN_TOPIC_ONLY);
registry.policies.create(
  'anything',
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }] }),
);

let broker: Broker;
const messages: BrokerMessage[] = [];
const refusals: Refusal[] = [];
const opened: MqttClient[] = [];

beforeAll(async () => {
  broker = await startBroker({
    host: 'localhost',
    port: 0,
    authority,
    registry,
    onPublish: (message) => messages.push(message),
    onRefused: (refusal) => refusals.push(refusal),
  });
});
beforeEach(() => {
  messages.length = 0;
  refusals.length = 0;
});
afterAll(async () => {
  for (const client of opened) client.end(true);
  await broker.close();
});

async function connect(device: TestDevice, clientId = device.id, extra = {}): Promise<MqttClient> {
  const client = await connectDevice(broker.port, authority, device, { clientId, ...extra });
  client.on('error', () => {});
  opened.push(client);
  return client;
}

const courier = addDevice(registry, 'SLE-7115', ['own-topic']);
const other = addDevice(registry, 'MWT-0256', ['own-topic']);
const free = addDevice(registry, 'FREE-0001', ['anything']);
const bare = addDevice(registry, 'BARE-0001', []);

describe('identity', () => {
  it('takes a device under its own name, and hands on what it publishes', async () => {
    const client = await connect(courier);
    expect(broker.connections()).toBe(1);
    await client.publishAsync('simUploadLocation/SLE-7115', 'here', { qos: 1 });
    expect(messages).toEqual([
      {
        topic: 'simUploadLocation/SLE-7115',
        payload: Buffer.from('here'),
        clientId: 'SLE-7115',
        principal: courier.certificateId,
        qos: 1,
      },
    ]);
    await client.endAsync();
    expect(refusals).toEqual([]);
  });

  it.each([
    ["another's name", courier, 'MWT-0256'],
    ['a name of nobody', courier, 'nobody'],
    ['no policy', bare, 'BARE-0001'],
  ])('refuses a device with %s, with the code that AWS gives', async (_, device, clientId) => {
    await expect(connect(device, clientId)).rejects.toMatchObject({ code: 7 });
    expect(refusals).toMatchObject([{ clientId, reason: 'no policy allows it to connect' }]);
  });

  it.each([['$mine'], ['x'.repeat(129)]])('refuses the client id %s', async (clientId) => {
    await expect(connect(free, clientId)).rejects.toMatchObject({ code: 2 });
  });

  it('refuses a certificate that it does not know, one that is inactive, and none', async () => {
    const { csr, key } = newCsr('stranger');
    const stranger = { cert: authority.issueFromCsr(csr), key };
    const idle = addDevice(registry, 'IDLE-0001', ['anything']);
    registry.setCertificateStatus(idle.certificateId, 'INACTIVE');
    for (const credentials of [stranger, idle, {}]) {
      await ended(await rawSocket(broker.port, { ca: authority.caPem, ...credentials }));
    }
    expect(refusals.map(({ reason }) => reason)).toEqual([
      'its certificate is not registered, not active, or not within its dates',
      'its certificate is not registered, not active, or not within its dates',
      'it showed no certificate',
    ]);
  });

  it('refuses a certificate with the key of another', async () => {
    const socket = rawSocket(broker.port, { ca: authority.caPem, cert: courier.cert, key: other.key });
    await expect(socket.then(ended)).rejects.toThrow();
  });

  it('lets a second connection of the same device end the first', async () => {
    const first = await connect(courier);
    const closed = next(first, 'close');
    const second = await connect(courier);
    await closed;
    await second.publishAsync('simUploadLocation/SLE-7115', 'second', { qos: 1 });
    expect(messages).toHaveLength(1);
    await second.endAsync();
  });

  it('keeps the first connection where the second has no right to the name', async () => {
    const first = await connect(courier);
    await expect(connect(other, 'SLE-7115')).rejects.toMatchObject({ code: 7 });
    await first.publishAsync('simUploadLocation/SLE-7115', 'still here', { qos: 1 });
    await first.endAsync();
  });

  it('cuts a device off at its next message once its certificate is inactive', async () => {
    const device = addDevice(registry, 'GONE-0001', ['own-topic']);
    const client = await connect(device);
    await client.publishAsync('simUploadLocation/GONE-0001', '1', { qos: 1 });
    registry.setCertificateStatus(device.certificateId, 'INACTIVE');
    const closed = next(client, 'close');
    client.publish('simUploadLocation/GONE-0001', '2', { qos: 1 });
    await closed;
    expect(messages.map(({ payload }) => payload.toString())).toEqual(['1']);
  });
});

describe('publish', () => {
  it.each([
    ["another device's topic", 'simUploadLocation/MWT-0256', 'x', 1, /no policy allows it to publish/],
    ['the topic of all', 'simUploadLocation', 'x', 1, /no policy/],
    ['a reserved topic', '$SYS/broker', 'x', 1, /reserved/],
    ['with QoS 2', 'simUploadLocation/SLE-7115', 'x', 2, /QoS 2/],
    ['too much', 'simUploadLocation/SLE-7115', Buffer.alloc(128 * 1024 + 1), 1, /128 KB/],
    ['a long topic', 't'.repeat(257), 'x', 0, /256 bytes/],
    ['a deep topic', 'a/b/c/d/e/f/g/h/i', 'x', 1, /7 slashes/],
  ] as const)('closes the connection of a device that publishes %s', async (_, topic, payload, qos, reason) => {
    const client = await connect(courier);
    const closed = next(client, 'close');
    client.publish(topic, payload as Buffer, { qos });
    await closed;
    expect(messages).toEqual([]);
    expect(refusals).toMatchObject([{ clientId: 'SLE-7115', reason: expect.stringMatching(reason) }]);
  });

  it('takes the largest payload, QoS 0, and Basic Ingest', async () => {
    const client = await connect(free);
    await client.publishAsync('big', Buffer.alloc(128 * 1024), { qos: 1 });
    await client.publishAsync('$aws/rules/ingest/a/b/c/d/e/f/g/h', 'x', { qos: 1 });
    client.publish('small', 'x', { qos: 0 });
    await client.publishAsync('last', '', { qos: 1 });
    expect(messages.map(({ topic, qos, payload }) => [topic, qos, payload.length])).toEqual([
      ['big', 1, 131_072],
      ['$aws/rules/ingest/a/b/c/d/e/f/g/h', 1, 1],
      ['small', 0, 1],
      ['last', 1, 0],
    ]);
    await client.endAsync();
  });

  it('hands on a last will, where the policy allows its topic', async () => {
    const client = await connect(free, free.id, {
      will: { topic: 'gone/FREE-0001', payload: Buffer.from('bye'), qos: 0 },
    });
    client.stream.destroy();
    await expect.poll(() => messages.map(({ topic }) => topic)).toEqual(['gone/FREE-0001']);
  });
});

describe('subscribe', () => {
  it('delivers to a subscriber that may', async () => {
    const subscriber = await connect(free);
    await subscriber.subscribeAsync('simUploadLocation/+', { qos: 1 });
    const arrived = next(subscriber, 'message');
    const client = await connect(courier);
    await client.publishAsync('simUploadLocation/SLE-7115', 'here', { qos: 1 });
    const [topic, payload] = await arrived;
    expect([topic, String(payload)]).toEqual(['simUploadLocation/SLE-7115', 'here']);
    expect(messages).toHaveLength(1);
    await Promise.all([subscriber.endAsync(), client.endAsync()]);
  });

  it('grants nothing to a device whose policy says nothing of it', async () => {
    const client = await connect(courier);
    await expect(client.subscribeAsync('simUploadLocation/+', { qos: 1 })).rejects.toThrow(/Unspecified error/);
    expect(refusals).toMatchObject([{ reason: 'no policy allows it to subscribe to simUploadLocation/+' }]);
    await client.endAsync();
  });

  it('closes the connection of a device that asks for QoS 2', async () => {
    const client = await connect(free);
    const closed = next(client, 'close');
    client.subscribe('a', { qos: 2 }, () => {});
    await closed;
    expect(refusals).toMatchObject([{ reason: 'subscribe to a: QoS 2 is not supported' }]);
  });
});

describe('the limits of subscribing', () => {
  it('are eight filters a packet, and fifty a connection', async () => {
    const client = await connect(free);
    const filters = (n: number, from = 0) => Array.from({ length: n }, (_, i) => `t/${from + i}`);
    for (let from = 0; from < 48; from += 8) await client.subscribeAsync(filters(8, from));
    await client.subscribeAsync(filters(2, 48));
    const closed = next(client, 'close');
    client.subscribe('one/more', () => {});
    await closed;
    const again = await connect(free);
    const closedAgain = next(again, 'close');
    again.subscribe(filters(9), () => {});
    await closedAgain;
    expect(refusals.map(({ reason }) => reason)).toEqual([
      'subscribe to one/more: a connection has at most 50 subscriptions',
    ]);
  });
});

describe('the quota of AWS', () => {
  it('refuses a client that connects twice a second, and drops what is beyond a hundred messages', async () => {
    const time = { ms: Date.now() };
    const clock = () => time.ms;
    const slow = createRegistry({ region: REGION, accountId: ACCOUNT, authority, now: clock });
    slow.policies.create('own-topic', OWN_TOPIC_ONLY);
    const device = addDevice(slow, 'SLE-7115', ['own-topic']);
    const taken: string[] = [];
    const held = await startBroker({
      host: 'localhost',
      port: 0,
      authority,
      registry: slow,
      quota: AWS_BROKER_QUOTA,
      onPublish: ({ payload }) => taken.push(payload.toString()),
    });
    const open = () => connectDevice(held.port, authority, device, { clientId: 'SLE-7115' });
    try {
      const client = await open();
      client.on('error', () => {});
      await expect(open()).rejects.toMatchObject({ code: 3 });
      let acknowledged = 0;
      for (let i = 0; i < 130; i++)
        client.publish('simUploadLocation/SLE-7115', String(i), { qos: 1 }, (error) => {
          if (!error) acknowledged++;
        });
      await expect.poll(() => taken.length).toBe(100);
      time.ms += 1000;
      client.publish('simUploadLocation/SLE-7115', 'later', { qos: 1 });
      await expect.poll(() => taken.at(-1)).toBe('later');
      expect(taken).toEqual([...Array.from({ length: 100 }, (_, i) => String(i)), 'later']);
      await expect.poll(() => acknowledged).toBe(100);
      client.end(true);
      const second = await open();
      await second.endAsync();
    } finally {
      await held.close();
    }
  });

  it('counts tokens as time passes', () => {
    const time = { ms: 0 };
    const take = tokenBucket(2, () => time.ms);
    expect([take(), take(), take()]).toEqual([true, true, false]);
    time.ms += 500;
    expect([take(), take()]).toEqual([true, false]);
    time.ms += 10_000;
    expect([take(), take(), take()]).toEqual([true, true, false]);
  });
});

describe('hostile clients', () => {
  const mine = { ca: authority.caPem, cert: free.cert, key: free.key };
  const connectPacket = mqttPacket.generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'FREE-0001',
    keepalive: 60,
  });

  it.each([
    ['garbage instead of CONNECT', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    [
      'a PUBLISH before CONNECT',
      mqttPacket.generate({ cmd: 'publish', topic: 'a', payload: 'x', qos: 0, retain: false, dup: false }),
    ],
    ['a second CONNECT', Buffer.concat([connectPacket, connectPacket])],
    ['garbage after CONNECT', Buffer.concat([connectPacket, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff])])],
    ['an impossible length', Buffer.concat([connectPacket, Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01])])],
    ['a truncated PUBLISH', Buffer.concat([connectPacket, Buffer.from([0x32, 0x02, 0x00, 0x09])])],
    ['a topic with a wildcard', Buffer.concat([connectPacket, Buffer.from([0x30, 0x04, 0x00, 0x01, 0x23, 0x78])])],
    [
      'MQTT of a later version',
      mqttPacket.generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 5,
        clean: true,
        clientId: 'FREE-0001',
        keepalive: 60,
      }),
    ],
    [
      'a packet that no limit allows',
      Buffer.concat([connectPacket, Buffer.from([0x30, 0xff, 0xff, 0x7f]), Buffer.alloc(256 * 1024)]),
    ],
  ])('are let go: %s', async (_, bytes) => {
    const bystander = await connect(courier);
    const socket = await rawSocket(broker.port, mine);
    const gone = ended(socket);
    socket.write(bytes);
    await gone;
    await bystander.publishAsync('simUploadLocation/SLE-7115', 'unharmed', { qos: 1 });
    expect(messages.filter(({ clientId }) => clientId !== 'FREE-0001')).toHaveLength(1);
    await bystander.endAsync();
  });

  /** A device that goes on being served, whatever the others do. */
  async function bystanderServed(): Promise<void> {
    const bystander = await connect(courier);
    await bystander.publishAsync('simUploadLocation/SLE-7115', 'unharmed', { qos: 1 });
    await bystander.endAsync();
  }

  function tcp(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ host: 'localhost', port: broker.port }, () => resolve(socket));
      socket.once('error', reject);
    });
  }

  it('are let go: something else than TLS', async () => {
    const socket = await tcp();
    const gone = ended(socket);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await gone;
    expect(refusals).toMatchObject([{ reason: expect.stringMatching(/^TLS: /) }]);
    await bystanderServed();
  });

  it('are let go: half a TLS handshake, or TLS without MQTT, in their time', async () => {
    const impatient = await startBroker({
      host: 'localhost',
      port: 0,
      authority,
      registry,
      onPublish: () => {},
      handshakeMs: 300,
    });
    try {
      const silent = createConnection({ host: 'localhost', port: impatient.port });
      const half = createConnection({ host: 'localhost', port: impatient.port });
      // The beginning of a ClientHello that says it is longer.
      half.write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]));
      // Listened to from the start: either may be gone before the third has come.
      const gone = [silent, half].map(ended);
      const mute = await rawSocket(impatient.port, mine);
      await Promise.all([...gone, ended(mute)]);
      expect(impatient.connections()).toBe(0);
    } finally {
      await impatient.close();
    }
  });

  it('are let go: a crowd that vanishes at every stage', async () => {
    const crowd = await Promise.all(Array.from({ length: 60 }, tcp));
    crowd.forEach((socket, i) => {
      socket.on('error', () => {});
      if (i % 3 === 0) socket.resetAndDestroy();
      else if (i % 3 === 1) socket.end(Buffer.from([0x16, 3, 1]));
      else socket.destroy();
    });
    const secured = await Promise.all(Array.from({ length: 30 }, () => rawSocket(broker.port, mine)));
    secured.forEach((socket, i) => {
      socket.on('error', () => {});
      if (i % 2 === 0) socket.write(connectPacket.subarray(0, 5));
      socket.destroy();
    });
    await bystanderServed();
    await expect.poll(() => broker.connections()).toBe(0);
  });

  it('harm nobody with any bytes, before or after CONNECT', async () => {
    const mark = { cmd: 'pingreq' } as const;
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 4 }),
        async (connected, pieces) => {
          const socket = await rawSocket(broker.port, mine);
          socket.on('error', () => {});
          if (connected) socket.write(connectPacket);
          for (const piece of pieces) socket.write(piece);
          socket.end(mqttPacket.generate(mark));
          await ended(socket);
        },
      ),
      { numRuns: 60 },
    );
    await bystanderServed();
  });
});
