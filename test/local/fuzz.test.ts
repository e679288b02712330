/**
 * The stand-in as a process of its own, and anything at its HTTP doors: each answer is AWS's refusal or success, never
 * a failure of ours, and the process goes on.
 */

import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import mqtt, { type MqttClient } from 'mqtt';
import mqttPacket from 'mqtt-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCredentialStore } from '../../src/fleet/credential-store.ts';
import { provision } from '../../src/fleet/provision.ts';
import { type StandIn, startStandIn } from '../../src/local/spawn.ts';
import { topicOf } from '../../src/wire.ts';
import { ended, rawSocket } from '../support/devices.ts';
import { encode } from '../support/payload.ts';
import { controlPlane, location, object, query, restful, sqs, value } from './fuzz-requests.ts';

const DEVICE = 'SLE-7115';
let dir: string;
let standIn: StandIn;
let died: Error | undefined;
const agent = new Agent({ keepAlive: true, maxSockets: 8 });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-fuzz-'));
  standIn = await startStandIn({ dir, credentialsDir: join(dir, 'credentials') });
  standIn.onExit((error) => {
    died = error;
  });
});
afterAll(async () => {
  agent.destroy();
  await standIn.stop();
  await rm(dir, { recursive: true, force: true });
});

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

interface Answered {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

function ask({ method, path, headers = {}, body = '' }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(standIn.target.locationEndpoint!);
    const sent = request({
      port,
      method,
      path,
      agent,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    });
    sent.on('error', reject);
    sent.on('response', async (response) => {
      let text = '';
      for await (const piece of response) text += piece;
      resolve({ status: response.statusCode!, headers: response.headers, body: text });
    });
    sent.end(body);
  });
}

/** Success, or one of AWS's refusals in one of its forms. */
function expectOfAws({ status, headers, body }: Answered, query: boolean): void {
  expect(status < 500, `${status} ${body}`).toBe(true);
  if (status >= 400 && !query) {
    const said = JSON.parse(body);
    expect(said.message).toEqual(expect.any(String));
    expect(headers['x-amzn-errortype'] ?? said.__type).toEqual(expect.stringMatching(/./));
  }
}

async function alive(): Promise<void> {
  expect(died).toBeUndefined();
  expect(await ask({ method: 'GET', path: '/tracking/v0/trackers/sim-iot-tracker9' })).toMatchObject({ status: 200 });
  const log = await readFile(join(dir, 'stand-in.log'), 'utf8');
  expect(log.match(/^.*(TypeError|RangeError|ReferenceError|\n {4}at ).*$/m)?.[0]).toBeUndefined();
}

describe('anything at the HTTP doors', () => {
  it.each([
    ['the control plane', restful(controlPlane), 1000],
    ['the trackers', restful(location), 600],
    ['the query API', restful(query), 150],
    ['SQS', sqs, 400],
  ])('of %s is answered as AWS would', async (name, requests, numRuns) => {
    await fc.assert(
      fc.asyncProperty(requests, async (asked) => {
        expectOfAws(await ask(asked), name === 'the query API');
      }),
      { numRuns },
    );
    await alive();
  });

  it('in bytes that are hardly HTTP is answered, or let go', async () => {
    const { port } = new URL(standIn.target.locationEndpoint!);
    const piece = fc.oneof(
      fc.constantFrom(
        ...[
          'GET / HTTP/1.1\r\n',
          'POST /tracking/v0/trackers HTTP/1.1\r\n',
          'Host: a\r\n',
          '\r\n',
          '\n',
          '\r',
          ' ',
          '\0',
        ],
        ...[
          'Content-Length: 4\r\n',
          'Transfer-Encoding: chunked\r\n',
          '4\r\nbody\r\n',
          '0\r\n\r\n',
          'Expect: 100-continue\r\n',
        ],
        ...['Upgrade: websocket\r\n', 'Connection: Upgrade\r\n', 'Connection: close\r\n', '{"a":', 'body'],
      ),
      fc.string(),
      fc.uint8Array({ maxLength: 40 }).map((it) => Buffer.from(it)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const answer = await new Promise<string>((resolve) => {
          const socket = createConnection(Number(port), '127.0.0.1');
          let text = '';
          socket.on('data', (it) => {
            text += it;
          });
          socket.on('error', () => {});
          socket.on('close', () => resolve(text));
          for (const it of pieces) socket.write(it);
          socket.end();
        });
        expect(answer).not.toMatch(/HTTP\/1\.1 5/);
      }),
      { numRuns: 300 },
    );
    await alive();
  });
});

describe('anything from a device', () => {
  const credentials = () => {
    const store = openCredentialStore(standIn.target.credentialsDir);
    const { certificatePem: cert, privateKeyPem: key } = store.get(DEVICE)!;
    store.close();
    return { ca: readFileSync(standIn.target.caFile!), cert, key };
  };
  const stored = async () => {
    const lines = (await readFile(standIn.target.ingestLog!, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line).seq as number | undefined);
  };
  const update = (seq: number) =>
    encode({ deviceId: DEVICE, seq, sampleTime: Date.now() - 86_400_000 + seq * 30_000, position: [1, 2] });

  async function connect(): Promise<MqttClient> {
    const { mqttPort: port } = standIn.target;
    const options = { ...credentials(), clientId: DEVICE, protocolVersion: 4, reconnectPeriod: 0 } as const;
    return mqtt.connectAsync(`mqtts://localhost:${port}`, options, false);
  }

  it('reaches the rules and the function, and the next update is stored', async () => {
    await provision({ target: standIn.target, deviceIds: [DEVICE] });
    const client = await connect();
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 100 }).map((it) => Buffer.from(it)),
      value.map((it) => Buffer.from(JSON.stringify(it) ?? '')),
      fc.record({ payload: object }).map((it) => Buffer.from(JSON.stringify(it))),
      fc
        .record({
          deviceid: fc.oneof(fc.constant(DEVICE), value),
          timestamp: value,
          location: fc.oneof(value, fc.record({ lat: value, long: value })),
          seq: value,
        })
        .map((it) => Buffer.from(JSON.stringify({ payload: it }))),
      fc.constantFrom(
        ...[
          '['.repeat(100_000),
          deep(60_000, '[', ']'),
          `{"payload":${deep(200, '[', ']')}}`,
          `"${'x'.repeat(130_000)}"`,
        ],
        ...[`{"payload":[${'0,'.repeat(60_000)}0]}`, `{"__proto__":{"a":1},"payload":{"__proto__":1}}`],
      ),
    );
    await fc.assert(
      fc.asyncProperty(payload, async (bytes) => void (await client.publishAsync(topicOf(DEVICE), bytes, { qos: 1 }))),
      { numRuns: 300 },
    );
    await client.publishAsync(topicOf(DEVICE), update(1001), { qos: 1 });
    await expect.poll(stored, { timeout: 20_000 }).toContain(1001);
    await client.endAsync();
    await alive();
  });

  it('in packets that are nearly MQTT harms nobody', async () => {
    const session = [
      mqttPacket.generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: false,
        clientId: DEVICE,
        keepalive: 60,
        will: { topic: topicOf(DEVICE), payload: Buffer.from('gone'), qos: 1, retain: true },
      }),
      mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a/+/#', qos: 1 }] }),
      mqttPacket.generate({
        cmd: 'publish',
        topic: topicOf(DEVICE),
        payload: 'x',
        qos: 1,
        messageId: 2,
        dup: false,
        retain: false,
      }),
      mqttPacket.generate({ cmd: 'puback', messageId: 7 }),
      mqttPacket.generate({ cmd: 'pubrec', messageId: 8 }),
      mqttPacket.generate({ cmd: 'pubrel', messageId: 9 }),
      mqttPacket.generate({ cmd: 'pubcomp', messageId: 10 }),
      mqttPacket.generate({ cmd: 'unsubscribe', messageId: 3, unsubscriptions: ['a/+/#'] }),
      mqttPacket.generate({ cmd: 'pingreq' }),
      mqttPacket.generate({ cmd: 'disconnect' }),
    ];
    const changes = fc.array(
      fc.record({
        packet: fc.nat(session.length - 1),
        at: fc.nat(60),
        byte: fc.nat(255),
        how: fc.constantFrom('set', 'cut', 'repeat', 'insert'),
      }),
      { maxLength: 4 },
    );
    const { mqttPort: port } = standIn.target;
    const tls = credentials();
    await fc.assert(
      fc.asyncProperty(changes, async (all) => {
        const bytes = session.map((packet) => Buffer.from(packet));
        for (const { packet, at, byte, how } of all) {
          const one = bytes[packet]!;
          const i = Math.min(at, one.length);
          if (how === 'set' && i < one.length) one[i] = byte;
          else if (how === 'cut') bytes[packet] = one.subarray(0, i);
          else if (how === 'repeat') bytes[packet] = Buffer.concat([one, one]);
          else bytes[packet] = Buffer.concat([one.subarray(0, i), Buffer.from([byte]), one.subarray(i)]);
        }
        const socket = await rawSocket(port, tls);
        const gone = ended(socket);
        socket.write(bytes[0]!);
        socket.write(Buffer.concat(bytes.slice(1)));
        socket.end();
        await gone;
      }),
      { numRuns: 150 },
    );
    const client = await connect();
    await client.publishAsync(topicOf(DEVICE), update(1002), { qos: 1 });
    await expect.poll(stored, { timeout: 20_000 }).toContain(1002);
    await client.endAsync();
    await alive();
  });
});

const deep = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

describe('JSON without end', () => {
  const bombs: [string, string][] = [
    ['lists in lists', deep(400_000, '[', ']')],
    ['objects in objects', `${deep(90_000, '{"sql":', '')}1${'}'.repeat(90_000)}`],
    ['a long list', `[${'0,'.repeat(400_000)}0]`],
    ['a long text', `"${'x'.repeat(1_000_000)}"`],
    ['a number of many digits', '9'.repeat(1_000_000)],
    ['lists that never close', '['.repeat(1_000_000)],
    ['many members', `{${Array.from({ length: 60_000 }, (_, i) => `"k${i}":1`).join(',')}}`],
  ];
  it.each(bombs)('is refused wherever it comes: %s', async (_, bomb) => {
    const members = ['Updates', 'TrackerName', 'policyDocument', 'sql', 'attributePayload', 'templateBody', 'target'];
    const posted = [...controlPlane, ...location].filter(({ method }) => method === 'POST');
    for (const { method, path } of posted) {
      const held = `{${members.map((name, i) => `"${name}":${i === path.length % members.length ? bomb : '"a"'}`).join(',')}}`;
      const at = `/${path.replaceAll(/{\w+}/g, 'a')}`;
      expectOfAws(await ask({ method, path: at, body: held }), false);
    }
    const headers = { 'x-amz-target': 'AmazonSQS.SendMessage' };
    expectOfAws(await ask({ method: 'POST', path: '/', headers, body: `{"QueueUrl":${bomb}}` }), false);
    await alive();
  });
});
