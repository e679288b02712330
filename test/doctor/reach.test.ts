import { createServer as createHttp } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reach } from '../../src/doctor/reach.ts';
import { testAuthority } from '../support/pki.ts';

let ca: string;
const servers: Server[] = [];
const ports: number[] = [];
beforeAll(async () => {
  const authority = await testAuthority();
  ca = authority.ca;
  servers.push(
    createServer(await authority.server(), (socket) => socket.on('error', () => {})),
    createHttp(),
  );
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    ports.push((server.address() as AddressInfo).port);
  }
});
afterAll(() => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))));

const door = (n: number, tls: boolean) => ({ what: 'broker', host: 'localhost', port: ports[n]!, tls });
let ticks = 0;
const now = () => 10 * ticks++;

test('a door that opens is named with the time that it took', async () => {
  const found = await reach({ ...door(0, true), ca }, now);
  expect(found).toEqual({ level: 'ok', what: 'broker', detail: `localhost:${ports[0]} answers in 10 ms, over TLS` });
  expect(await reach(door(1, false), now)).toMatchObject({ level: 'ok' });
});

test('a certificate that nobody here trusts is a problem', async () => {
  expect(await reach(door(0, true))).toMatchObject({
    level: 'problem',
    detail: expect.stringContaining('cannot be reached'),
    mend: expect.stringContaining('certificate'),
  });
});

test('nobody behind it is a problem', async () => {
  const gone = createHttp();
  await new Promise<void>((resolve) => gone.listen(0, 'localhost', resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  expect(await reach({ what: 'query API', host: 'localhost', port, tls: false })).toMatchObject({
    level: 'problem',
    mend: 'Is it running, and is this its port?',
  });
});
