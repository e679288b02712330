/**
 * CPU seconds of a broker for a million QoS 1 messages over mutual TLS: the stand-in's, and mosquitto where it is
 * installed, each in its own process under the same load, in turns.
 *
 *     npm run bench:stand-in, or npx tsx bench/broker.ts [messages a turn] [turns]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import mqttPacket from 'mqtt-packet';
import { signingRequest } from '../src/fleet/device-key.ts';
import { createAuthority } from '../src/local/certificate-authority.ts';
import { newEcKey } from '../src/x509.ts';
import { mqttConnection } from './mqtt-connection.ts';
import { processStatus } from './process-status.ts';

const MESSAGES = Number(process.argv[2] ?? 100_000);
const TURNS = Number(process.argv[3] ?? 2);
const CONNECTIONS = 100;
const MOSQUITTO = '/usr/sbin/mosquitto';

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly caPem: string;
  readonly certificates: readonly string[];
}

const dir = mkdtempSync(join(tmpdir(), 'simctl-bench-'));
const keys = Array.from({ length: CONNECTIONS }, newEcKey);
const csrs = keys.map((key, i) => signingRequest(`bench-${i}`, key));

async function standIn(): Promise<Running> {
  const file = join(dir, 'csrs.json');
  writeFileSync(file, JSON.stringify(csrs));
  const server = new URL('broker-server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', server, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  return { child, ...JSON.parse(text) };
}

async function mosquitto(): Promise<Running> {
  const authority = await createAuthority({ now: Date.now });
  const { certPem, keyPem } = authority.serverCredentials();
  const port = await freePort();
  const file = (name: string, content: string) => {
    writeFileSync(join(dir, name), content, { mode: 0o644 });
    return join(dir, name);
  };
  const conf = file(
    'mosquitto.conf',
    [
      `listener ${port} 127.0.0.1`,
      `cafile ${file('ca.pem', authority.caPem)}`,
      `certfile ${file('server.pem', certPem)}`,
      `keyfile ${file('server.key', keyPem)}`,
      'require_certificate true',
      'use_identity_as_username true',
      'allow_anonymous true',
      'log_type none',
      // It is started by whoever runs this, and need not become another.
      `user ${userInfo().username}`,
    ].join('\n'),
  );
  const child = spawn(MOSQUITTO, ['-c', conf], { stdio: ['pipe', 'ignore', 'inherit'] });
  await sleep(500);
  return { child, port, caPem: authority.caPem, certificates: csrs.map((csr) => authority.issueFromCsr(csr)) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** One connection with one message in flight. */
async function openDevice({ port, caPem, certificates }: Running, i: number): Promise<TLSSocket> {
  const door = { port, caPem, certPem: certificates[i]!, keyPem: keys[i]!.privateKeyPem };
  const socket = await mqttConnection(door, `bench-${i}`);
  socket.setNoDelay(true);
  return socket;
}

function send(socket: TLSSocket, i: number, messages: number): Promise<void> {
  const payload = `{"payload":{"deviceid":"bench-${i}","timestamp":1795514190.000,"location":{"lat":21.306944,"long":-157.858333},"seq":12}}`;
  const packet = mqttPacket.generate({
    cmd: 'publish',
    topic: `bench/bench-${i}`,
    payload,
    qos: 1,
    messageId: 1,
    dup: false,
    retain: false,
  });
  return new Promise((resolve, reject) => {
    let left = messages;
    socket.on('data', () => {
      if (--left === 0) resolve();
      else socket.write(packet);
    });
    socket.once('close', () => reject(new Error('the broker closed a connection')));
    socket.write(packet);
  });
}

async function turn(name: string, start: () => Promise<Running>): Promise<void> {
  const running = await start();
  const { pid } = running.child;
  const sockets: TLSSocket[] = [];
  const connecting = processStatus(pid!).cpuSeconds;
  for (let i = 0; i < CONNECTIONS; i++) sockets.push(await openDevice(running, i));
  const [cpu, began] = [processStatus(pid!).cpuSeconds, performance.now()];
  await Promise.all(sockets.map((socket, i) => send(socket, i, MESSAGES / CONNECTIONS)));
  const seconds = (performance.now() - began) / 1000;
  const perMillion = ((processStatus(pid!).cpuSeconds - cpu) / MESSAGES) * 1e6;
  const perConnect = ((cpu - connecting) / CONNECTIONS) * 1000;
  console.log(
    `${name.padEnd(10)} ${perMillion.toFixed(1).padStart(6)} CPU s per million, ${Math.round(MESSAGES / seconds)} messages/s, ${perConnect.toFixed(1)} CPU ms per connection`,
  );
  for (const socket of sockets) {
    socket.removeAllListeners('close');
    socket.destroy();
  }
  running.child.stdin?.end();
  running.child.kill('SIGTERM');
  await once(running.child, 'exit');
}

try {
  for (let i = 0; i < TURNS; i++) {
    await turn('stand-in', standIn);
    if (existsSync(MOSQUITTO)) await turn('mosquitto', mosquitto);
    else if (i === 0) console.log(`mosquitto: not at ${MOSQUITTO} (Debian: apt-get install mosquitto)`);
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
