import { once } from 'node:events';
import { request } from 'node:https';
import mqtt, { type MqttClient } from 'mqtt';
import mqttPacket from 'mqtt-packet';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Broker, type BrokerMessage, startBroker } from '../../src/local/broker.ts';
import { createAuthority } from '../../src/local/certificate-authority.ts';
import { openHttpsDoor } from '../../src/local/https-door.ts';
import { createRegistry } from '../../src/local/iot/registry.ts';
import type { TlsDoor } from '../../src/local/tls-door.ts';
import { addDevice, connectDevice, ended, next, OWN_TOPIC_ONLY, rawSocket } from '../support/devices.ts';
import { type Presigning, presign } from '../support/presign.ts';
import { ACCOUNT, REGION } from '../support/stand-in-iot.ts';

const clock = { now: Date.now() };
const now = () => clock.now;
const authority = await createAuthority({ now });
const registry = createRegistry({ region: REGION, accountId: ACCOUNT, authority, now });
registry.policies.create('own-topic', OWN_TOPIC_ONLY);
const courier = addDevice(registry, 'SLE-7115', ['own-topic']);

let broker: Broker;
let door: TlsDoor;
const messages: BrokerMessage[] = [];
const reasons: string[] = [];
const opened: { end(force: true): void }[] = [];

beforeAll(async () => {
  const onRefused = ({ reason }: { reason: string }) => reasons.push(reason);
  const host = 'localhost';
  const shared = { host, port: 0, authority, onRefused };
  broker = await startBroker({ ...shared, registry, onPublish: (message) => messages.push(message) });
  const accessKeys = new Map([['local', 'local']]);
  door = await openHttpsDoor({ ...shared, broker, accessKeys, region: REGION, now, handshakeMs: 500 });
});
beforeEach(() => {
  messages.length = 0;
  reasons.length = 0;
  clock.now = Date.now();
});
afterAll(async () => {
  for (const client of opened) client.end(true);
  await Promise.all([broker.close(), door.close()]);
});

async function connect(signing: Omit<Presigning, 'port'> = {}, clientId = 'viewer'): Promise<MqttClient> {
  const url = await presign({ port: door.port, at: clock.now, ...signing });
  const client = await mqtt.connectAsync(
    url,
    { wsOptions: { ca: authority.caPem }, clientId, reconnectPeriod: 0, protocolVersion: 4 },
    false,
  );
  opened.push(client);
  client.on('error', () => {});
  return client;
}

/** What the door answers to a request, an upgrade by default. */
async function ask(path: string, headers: Record<string, string> = {}) {
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'x3JJHMbDL1EzLkh9GBhXDw==',
    'sec-websocket-protocol': 'mqtt',
  };
  const sent = request({
    host: 'localhost',
    port: door.port,
    path,
    ca: authority.caPem,
    headers: { ...upgrade, ...headers },
    agent: false,
  });
  const response = new Promise<unknown>((resolve, reject) => {
    sent.on('response', async (answer) => {
      let body = '';
      for await (const piece of answer) body += piece;
      resolve({
        status: answer.statusCode,
        type: answer.headers['x-amzn-errortype'],
        message: JSON.parse(body).message,
      });
    });
    sent.on('upgrade', (answer, socket) => {
      socket.destroy();
      resolve({ status: answer.statusCode });
    });
    sent.on('error', reject);
  });
  sent.end();
  return response;
}

async function askSigned(signing: Omit<Presigning, 'port'>) {
  const url = new URL(await presign({ port: door.port, at: clock.now, ...signing }));
  return ask(url.pathname + url.search);
}

describe('MQTT over WebSocket', () => {
  it('takes who signs with the keys of the account, and lets them do all', async () => {
    const viewer = await connect();
    await viewer.subscribeAsync('simUploadLocation/+', { qos: 1 });
    const arrived = next(viewer, 'message');
    const device = await connectDevice(broker.port, authority, courier, { clientId: 'SLE-7115' });
    await device.publishAsync('simUploadLocation/SLE-7115', 'here', { qos: 1 });
    const [topic, payload] = await arrived;
    expect([topic, String(payload)]).toEqual(['simUploadLocation/SLE-7115', 'here']);
    await viewer.publishAsync('anything', 'x', { qos: 1 });
    expect(messages).toMatchObject([
      { clientId: 'SLE-7115', principal: courier.certificateId },
      { clientId: 'viewer', principal: 'local', topic: 'anything', qos: 1 },
    ]);
    await Promise.all([device.endAsync(), viewer.endAsync()]);
  });

  it('serves the AWS device SDK', async () => {
    const { iot, mqtt: sdk, auth } = await import('aws-iot-device-sdk-v2');
    const provider = auth.AwsCredentialsProvider.newStatic('local', 'local');
    const config = iot.AwsIotMqttConnectionConfigBuilder.new_with_websockets({
      region: REGION,
      credentials_provider: provider,
    })
      .with_certificate_authority(authority.caPem)
      .with_endpoint('localhost')
      .with_port(door.port)
      .with_client_id('sdk')
      .build();
    const connection = new sdk.MqttClient().new_connection(config);
    await connection.connect();
    await connection.publish('from/sdk', 'hello', sdk.QoS.AtLeastOnce);
    await connection.disconnect();
    expect(messages).toMatchObject([{ topic: 'from/sdk', clientId: 'sdk', principal: 'local' }]);
  });

  it('holds them to the limits of every client', async () => {
    await expect(connect({}, '$mine')).rejects.toMatchObject({ code: 2 });
    const viewer = await connect();
    const closed = next(viewer, 'close');
    viewer.publish('big', Buffer.alloc(128 * 1024 + 1), { qos: 1 }, () => {});
    await closed;
    expect(messages).toEqual([]);
  });

  it('takes a URL for as long as it says, and five minutes where it says nothing', async () => {
    clock.now -= 240_000;
    expect(await askSigned({ expiresIn: 60, at: Date.now() })).toEqual({ status: 101 });
    const url = await presign({ port: door.port, at: Date.now(), expiresIn: 60 });
    clock.now = Date.now() + 59_000;
    expect(await ask(url.slice(url.indexOf('/mqtt')))).toEqual({ status: 101 });
  });

  it.each<[string, Omit<Presigning, 'port'>, RegExp]>([
    ['with another secret', { secretAccessKey: 'guess' }, /^The request signature we calculated does not match/],
    ['with keys of nobody', { accessKeyId: 'AKIANOBODY' }, /^The security token included in the request is invalid/],
    ['with a session token that belongs to no key', { sessionToken: 'IQoJ' }, /^The security token/],
    ['for another region', { region: 'us-east-1' }, /valid region/],
    ['for another service', { service: 'iotdata' }, /correct service: 'iotdevicegateway'/],
    ['for another host', { host: 'elsewhere' }, /^The request signature/],
    ['an hour ago, for a minute', { expiresIn: 60, at: Date.now() - 3_600_000 }, /^Signature expired: /],
    ['six minutes ahead', { at: Date.now() + 360_000 }, /^Signature not yet current: /],
  ])('refuses a URL signed %s', async (_, signing, message) => {
    expect(await askSigned(signing)).toEqual({
      status: 403,
      type: 'ForbiddenException:',
      message: expect.stringMatching(message),
    });
    expect(reasons).toEqual([expect.stringMatching(/^WebSocket: /)]);
  });

  it.each<[string, string, number, RegExp]>([
    ['none', '/mqtt', 403, /^Missing Authentication Token$/],
    ['a part of one', '/mqtt?X-Amz-Algorithm=AWS4-HMAC-SHA256', 403, /^Missing Authentication Token$/],
    ['one that is not well encoded', '/mqtt?X-Amz-Date=%FF', 403, /malformed/],
    ['a parameter twice', '/mqtt?a=1&a=2', 403, /malformed/],
    ['another path', '/other', 404, /Not Found/],
    ['a path beneath', '/mqtt/../mqtt', 404, /Not Found/],
  ])('refuses %s for a signature', async (_, path, status, message) => {
    expect(await ask(path)).toMatchObject({ status, message: expect.stringMatching(message) });
  });

  it('refuses a URL of which anything was changed after it was signed', async () => {
    const url = new URL(await presign({ port: door.port, at: clock.now, query: { extra: 'a' } }));
    const intact = url.pathname + url.search;
    expect(await ask(intact)).toEqual({ status: 101 });
    for (const [from, to] of [
      ['extra=a', 'extra=b'],
      ['extra=a&', ''],
      ['X-Amz-Expires=300', 'X-Amz-Expires=301'],
      [/Signature=[0-9a-f]/, 'Signature=g'],
      ['SignedHeaders=host', 'SignedHeaders=accept'],
      ['SignedHeaders=host', 'SignedHeaders=host%3B__proto__'],
    ] as const) {
      const changed = intact.replace(from, to);
      expect(changed).not.toBe(intact);
      expect(await ask(changed)).toMatchObject({ status: 403 });
    }
  });

  it('refuses what is no WebSocket for MQTT', async () => {
    const url = new URL(await presign({ port: door.port, at: clock.now }));
    const path = url.pathname + url.search;
    expect(await ask(path, { 'sec-websocket-protocol': 'chat' })).toMatchObject({ status: 400 });
    expect(await ask(path, { 'sec-websocket-protocol': '' })).toMatchObject({ status: 400 });
    expect(await ask(path, { connection: 'close' })).toMatchObject({ status: 400 });
    expect(await ask('/', { connection: 'close' })).toMatchObject({ status: 404 });
  });

  it.each<[string, (socket: WebSocket) => void]>([
    ['text', (socket) => socket.send('MQTT in words')],
    ['garbage', (socket) => socket.send(Buffer.from([0xff, 0xff, 0xff]))],
    ['a frame that no packet fills', (socket) => socket.send(Buffer.alloc(256 * 1024))],
    ['nothing', () => {}],
  ])('closes a connection that brings %s', async (_, act) => {
    const url = await presign({ port: door.port, at: clock.now });
    const impatient = await startBroker({
      host: 'localhost',
      port: 0,
      authority,
      registry,
      onPublish: () => {},
      handshakeMs: 200,
    });
    const accessKeys = new Map([['local', 'local']]);
    const own = await openHttpsDoor({
      host: 'localhost',
      port: 0,
      authority,
      broker: impatient,
      accessKeys,
      region: REGION,
      now,
    });
    try {
      // The signature is for the other port's host header.
      const socket = new WebSocket(url.replace(`:${door.port}/`, `:${own.port}/`), 'mqtt', {
        ca: authority.caPem,
        headers: { host: `localhost:${door.port}` },
      });
      socket.on('error', () => {});
      await once(socket, 'open');
      const closed = once(socket, 'close');
      act(socket);
      await closed;
      expect(impatient.connections()).toBe(0);
    } finally {
      await Promise.all([impatient.close(), own.close()]);
    }
  });
});

describe('the door of port 443', () => {
  const tls = { ca: authority.caPem, cert: courier.cert, key: courier.key };

  it('takes a device by its certificate where it names x-amzn-mqtt-ca', async () => {
    const device = await connectDevice(door.port, authority, courier, {
      clientId: 'SLE-7115',
      ALPNProtocols: ['x-amzn-mqtt-ca'],
    });
    await device.publishAsync('simUploadLocation/SLE-7115', 'here', { qos: 1 });
    await device.endAsync();
    expect(messages).toMatchObject([{ clientId: 'SLE-7115', principal: courier.certificateId }]);
  });

  it('serves the AWS device SDK, which names it by itself', async () => {
    const { iot, mqtt: sdk } = await import('aws-iot-device-sdk-v2');
    const config = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder(courier.cert, courier.key)
      .with_certificate_authority(authority.caPem)
      .with_endpoint('localhost')
      .with_port(door.port)
      .with_client_id('SLE-7115')
      .build();
    const connection = new sdk.MqttClient().new_connection(config);
    await connection.connect();
    await connection.publish('simUploadLocation/SLE-7115', 'hello', sdk.QoS.AtLeastOnce);
    await connection.disconnect();
    expect(messages).toHaveLength(1);
  });

  it('refuses one that names it and shows no certificate', async () => {
    await ended(await rawSocket(door.port, { ca: authority.caPem, ALPNProtocols: ['x-amzn-mqtt-ca'] }));
    expect(reasons).toEqual(['it showed no certificate']);
  });

  it('says that there is no custom authorizer to who names mqtt', async () => {
    const client = connectDevice(door.port, authority, courier, { clientId: 'SLE-7115', ALPNProtocols: ['mqtt'] });
    await expect(client).rejects.toMatchObject({ code: 7 });
    expect(reasons).toEqual([expect.stringMatching(/custom authorizer/)]);
  });

  it('refuses a protocol that it has not', async () => {
    await expect(rawSocket(door.port, { ...tls, ALPNProtocols: ['h2'] })).rejects.toThrow();
  });

  it('takes whoever names nothing for a browser, who has to ask in time', async () => {
    const socket = await rawSocket(door.port, tls);
    const gone = ended(socket);
    socket.write('GET /mqtt HTTP/1.1\r\nHost: a\r\n');
    await gone;
    const other = await rawSocket(door.port, tls);
    let answer = '';
    other.on('data', (piece) => {
      answer += piece;
    });
    const otherGone = ended(other);
    other.write(mqttPacket.generate({ cmd: 'pingreq' }));
    await otherGone;
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});
