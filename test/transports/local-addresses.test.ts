import { existsSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createTransport } from '../../src/transports/index.ts';
import { addressInTurn } from '../../src/transports/local-addresses.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { settingsOf } from '../support/transport-settings.ts';

const CONNACK = Buffer.from([0x20, 2, 0, 0]);

it('addresses are given in turn, and a device keeps its own', () => {
  const from = addressInTurn(['a', 'b']);
  expect(['x', 'y', 'x', 'z'].map((device) => from(device).localAddress)).toEqual(['a', 'b', 'a', 'a']);
  expect(addressInTurn()('x')).toEqual({});
});

it.skipIf(!existsSync('/proc/net'))('devices connect from the addresses they are given (Linux)', async () => {
  const peers: (string | undefined)[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    peers.push(socket.remoteAddress);
    sockets.push(socket.on('error', () => {}));
    socket.once('data', () => socket.write(CONNACK));
    socket.on('end', () => socket.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const localAddresses = ['127.0.0.2', '127.0.0.3'];
  const settings = settingsOf({ broker: `mqtt://127.0.0.1:${port}`, localAddresses });
  const transport = await createTransport('mqtt', settings, fakeClock(Date.now()));
  try {
    for (const device of ['A', 'B', 'C']) await transport.connect(device, new AbortController().signal);
    expect(peers).toEqual(['127.0.0.2', '127.0.0.3', '127.0.0.2']);
  } finally {
    await transport.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});
