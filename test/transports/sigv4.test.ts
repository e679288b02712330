import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { signerOf } from '../../src/local/presigned.ts';
import { webSocketSigner } from '../../src/signed-query.ts';
import { createTransport } from '../../src/transports/index.ts';
import { decode } from '../../src/wire.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { type Authority, testAuthority } from '../support/pki.ts';
import { takingBroker } from '../support/taking-broker.ts';
import { transportContract } from '../support/transport-contract.ts';
import { settingsOf } from '../support/transport-settings.ts';

const going = new AbortController().signal;
let dir: string;
let authority: Authority;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-sigv4-'));
  authority = await testAuthority();
  await writeFile(join(dir, 'ca.pem'), authority.ca);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A door that lets in what is signed with the keys test/test, before a broker that takes all, until it is silent. */
async function signedBroker() {
  const { received, ...broker } = await takingBroker();
  const { cert, key } = await authority.server();
  const door = createServer({ cert, key });
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'mqtt' });
  door.on('upgrade', (request, socket, head) => {
    const accessKeys = new Map([['test', 'test']]);
    const signers = { accessKeys, region: 'eu-west-1', service: 'iotdevicegateway', now: Date.now() };
    const signer = signerOf({ method: 'GET', url: request.url!, headers: request.headers }, signers);
    if ('refused' in signer) {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const stream = createWebSocketStream(webSocket).on('error', () => {});
      const plain = connect(broker.port, '127.0.0.1').on('error', () => stream.destroy());
      stream.pipe(plain).pipe(stream);
    });
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  return {
    port: (door.address() as AddressInfo).port,
    received,
    fallSilent() {
      const silence = broker.silence();
      return () => silence;
    },
    async close() {
      for (const webSocket of sockets.clients) webSocket.terminate();
      door.close();
      door.closeAllConnections();
      await broker.close();
    },
  };
}

function signed(httpsPort: number, secretAccessKey = 'test') {
  const target = { httpsPort, caFile: join(dir, 'ca.pem'), secretAccessKey };
  return createTransport('iot', settingsOf({ auth: 'sigv4', client: 'mqttjs' }, target), fakeClock(Date.now()));
}

transportContract('iot, signed with SigV4', async () => {
  const broker = await signedBroker();
  return {
    transport: await signed(broker.port),
    taken: async () =>
      broker.received.map(({ payload }) => {
        const { deviceId, sampleTime, position } = decode(JSON.parse(payload));
        return { deviceId, sampleTime, position };
      }),
    fallSilent: broker.fallSilent,
    dispose: broker.close,
  };
});

it('keys that are not the right ones are refused, and no message shows the signed address', async () => {
  const broker = await signedBroker();
  const transport = await signed(broker.port, 'wrong');
  const error = await transport.connect('AAA-0001', going).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ code: expect.stringMatching(/^(refused|unreachable)$/) });
  expect((error as Error).message).not.toContain('X-Amz');
  await transport.close();
  await broker.close();
});

it('a token of temporary keys goes along, unsigned', async () => {
  const keys = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
  const path = await (await webSocketSigner('eu-west-1', { ...keys, sessionToken: 'a/b+c==' }))('host:8443');
  const url = new URL(`wss://host:8443${path}`);
  expect(url.searchParams.get('X-Amz-Security-Token')).toBe('a/b+c==');
  const asSent = path.replace(/&X-Amz-Security-Token=[^&]*/, '');
  const signers = {
    accessKeys: new Map([['AKID', 'secret']]),
    region: 'eu-west-1',
    service: 'iotdevicegateway',
    now: Date.now(),
  };
  const headers = { host: 'host:8443' };
  expect(signerOf({ method: 'GET', url: asSent, headers }, signers)).toEqual({ accessKeyId: 'AKID' });
  expect(signerOf({ method: 'GET', url: asSent, headers: { host: 'host' } }, signers)).toHaveProperty('refused');
});
