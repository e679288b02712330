/**
 * CPU-seconds that a sender spends per million messages: our session, MQTT.js, and the least that Node can do (a bare
 * socket, one packet encoded before and patched in place, `onread`), alternating in one run against one broker.
 *
 *     npm run bench:session -- [--messages 100000] [--rounds 3] [--connections 100] [--client lean,bare,mqttjs]
 *
 * Each side is a process of its own, so that its CPU time is its own. One message in flight per connection, as a device
 * has it. mosquitto where it is installed, otherwise aedes in a child process.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hasMosquitto } from '../test/support/brokers.ts';
import { testAuthority } from '../test/support/pki.ts';
import type { SenderResult, SenderTask } from './session-sender.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '100' },
    client: { type: 'string', default: 'bare,lean,mqttjs' },
    only: { type: 'string', default: '' },
  },
});
const messages = Number(values.messages);
const rounds = Number(values.rounds);
const connections = Number(values.connections);
const clients = values.client.split(',') as SenderTask['client'][];

const dir = await mkdtemp(join(tmpdir(), 'simctl-bench-'));
const authority = await testAuthority();
const server = await authority.server();
const device = await authority.device('bench');
await Promise.all([
  writeFile(join(dir, 'ca'), authority.ca),
  writeFile(join(dir, 'cert'), server.cert),
  writeFile(join(dir, 'key'), server.key, { mode: 0o600 }),
]);

const SETTINGS: { name: string; tls: boolean; qos: 0 | 1 }[] = [
  { name: 'QoS 1, plain', tls: false, qos: 1 },
  { name: 'QoS 0, plain', tls: false, qos: 0 },
  { name: 'QoS 1, mTLS', tls: true, qos: 1 },
];

const broker = await startBroker();
try {
  process.stdout.write(
    `${connections} connections, ${messages} messages, ${rounds} rounds, best of each; ${broker.name}\n\n`,
  );
  process.stdout.write(`${'CPU-seconds per million'.padEnd(24)}${clients.map((name) => name.padStart(10)).join('')}`);
  process.stdout.write(`   lean/bare  lean/mqttjs\n`);
  for (const { name, tls, qos } of SETTINGS) {
    if (values.only && !name.includes(values.only)) continue;
    const cost = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      for (const client of clients) {
        const { cpuSeconds } = await send({
          client,
          port: tls ? broker.tlsPort : broker.port,
          tls: tls ? { ca: authority.ca, ...device } : undefined,
          qos,
          connections,
          messages,
        });
        const perMillion = (cpuSeconds / messages) * 1e6;
        cost.set(client, Math.min(cost.get(client) ?? Number.POSITIVE_INFINITY, perMillion));
      }
    }
    const figures = clients.map((client) => cost.get(client)!.toFixed(1).padStart(10)).join('');
    const ratio = (other: string) => {
      const [lean, base] = [cost.get('lean'), cost.get(other)];
      return lean && base ? (lean / base).toFixed(2) : '–';
    };
    process.stdout.write(`${name.padEnd(24)}${figures}${ratio('bare').padStart(12)}${ratio('mqttjs').padStart(13)}\n`);
  }
} finally {
  broker.stop();
  await rm(dir, { recursive: true, force: true });
}

/** Runs one side in a process of its own. */
async function send(task: SenderTask): Promise<SenderResult> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('./session-sender.ts', import.meta.url))],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  child.send(task);
  const [result] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the ${task.client} sender ended with ${code}`);
    }),
  ]);
  await once(child, 'exit');
  return result as SenderResult;
}

async function startBroker() {
  const [port, tlsPort] = [await freePort(), await freePort()];
  const [command, args] = hasMosquitto ? mosquitto() : aedes(port, tlsPort);
  if (hasMosquitto) await writeFile(join(dir, 'mosquitto.conf'), configuration(port, tlsPort));
  const child = spawn(command, args, { stdio: 'ignore' });
  for (const at of [port, tlsPort]) await up(at);
  return {
    name: hasMosquitto ? 'mosquitto' : 'aedes, as mosquitto is not installed',
    port,
    tlsPort,
    stop: () => child.kill(),
  };
}

function mosquitto(): [string, string[]] {
  return ['mosquitto', ['-c', join(dir, 'mosquitto.conf')]];
}

function configuration(port: number, tlsPort: number): string {
  return `user root
log_type error
per_listener_settings true
listener ${port} 127.0.0.1
allow_anonymous true
listener ${tlsPort} 127.0.0.1
allow_anonymous true
cafile ${join(dir, 'ca')}
certfile ${join(dir, 'cert')}
keyfile ${join(dir, 'key')}
require_certificate true
`;
}

function aedes(port: number, tlsPort: number): [string, string[]] {
  const program = `
    const { Aedes } = await import('aedes');
    const { readFileSync } = await import('node:fs');
    const file = (name) => readFileSync(${JSON.stringify(dir)} + '/' + name);
    const broker = await Aedes.createBroker();
    require('node:net').createServer(broker.handle).listen(${port}, '127.0.0.1');
    const tls = { ca: file('ca'), cert: file('cert'), key: file('key'), requestCert: true };
    require('node:tls').createServer(tls, broker.handle).listen(${tlsPort}, '127.0.0.1');`;
  return [process.execPath, ['-e', `(async () => {${program}})()`]];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function up(port: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const socket = connect(port, '127.0.0.1');
    const found = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (found) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`the broker does not listen on ${port}`);
}
