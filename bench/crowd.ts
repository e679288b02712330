/**
 * Many connections to the stand-in's broker at once, while one device goes on publishing and waits for each answer:
 * first half-open ones (TCP, and a ClientHello for every second), then whole ones over mutual TLS.
 *
 *     npx tsx bench/crowd.ts [connections, by default 10000]
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { signingRequest } from '../src/fleet/device-key.ts';
import { newEcKey } from '../src/x509.ts';
import { type Door, mqttConnection } from './mqtt-connection.ts';

const CONNECTIONS = Number(process.argv[2] ?? 10_000);
/** All of them stay; so many are being opened, or this process would be slower than the handshake's deadline. */
const AT_ONCE = 500;
const dir = mkdtempSync(join(tmpdir(), 'simctl-crowd-'));
const key = newEcKey();
writeFileSync(join(dir, 'csrs.json'), JSON.stringify([signingRequest('bench-0', key)]));
const server = new URL('broker-server.ts', import.meta.url).pathname;
const child = spawn(process.execPath, ['--import', 'tsx', server, join(dir, 'csrs.json')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
let text = '';
for await (const chunk of child.stdout) {
  text += chunk;
  if (text.includes('\n')) break;
}
const { port, caPem, certificates } = JSON.parse(text);

const door: Door = { port, caPem, certPem: certificates[0], keyPem: key.privateKeyPem };

const status = (name: string) =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024;
function cpuSeconds(): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function crowd<T extends Socket>(what: string, open: (i: number) => Promise<T>): Promise<void> {
  const bystander = fork(new URL('bystander.ts', import.meta.url).pathname, { execArgv: ['--import', 'tsx'] });
  bystander.send(door);
  await once(bystander, 'message');
  const [rss, cpu, from] = [status('VmRSS'), cpuSeconds(), performance.now()];
  const sockets: T[] = [];
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < CONNECTIONS; i = next++) sockets.push(await open(i));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const seconds = (performance.now() - from) / 1000;
  await sleep(500);
  bystander.send('stop');
  const [{ p50, max }] = (await once(bystander, 'message')) as [{ p50: number; max: number }];
  const [used, grown] = [cpuSeconds() - cpu, status('VmRSS') - rss];
  console.log(
    `${what}: ${CONNECTIONS} in ${seconds.toFixed(1)} s, ${((used / CONNECTIONS) * 1000).toFixed(2)} CPU ms and ${Math.round((grown * 1024) / CONNECTIONS)} KB each; a device beside them waited ${p50.toFixed(1)} ms for an answer, ${Math.round(max)} ms at most`,
  );
  for (const socket of sockets) {
    socket.removeAllListeners('close');
    socket.destroy();
  }
  await sleep(1000);
}

/** What a client says first, to be said again by those who never say more. */
async function clientHello(): Promise<Buffer> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port: at } = listener.address() as AddressInfo;
  const client = connect({ host: '127.0.0.1', port: at, servername: 'localhost' }).on('error', () => {});
  const [socket] = (await once(listener, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  listener.close();
  return hello;
}

try {
  const hello = await clientHello();
  await crowd('half-open', async (i) => {
    const socket = connectTcp(port, '127.0.0.1');
    await once(socket, 'connect');
    if (i % 2 === 0) socket.write(hello);
    return socket;
  });
  if (!process.argv.includes('--half-open')) await crowd('connected', (i) => mqttConnection(door, `crowd-${i}`));
} finally {
  child.stdin.end();
  await once(child, 'exit');
  rmSync(dir, { recursive: true, force: true });
}
