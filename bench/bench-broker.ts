/** The broker that senders are measured against: mosquitto where it is installed, otherwise aedes; a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasMosquitto } from '../test/support/brokers.ts';
import { type Authority, testAuthority } from '../test/support/pki.ts';

export interface BenchBroker {
  readonly name: string;
  readonly pid: number;
  /** Plain TCP. */
  readonly port: number;
  /** TLS, with a certificate of `authority` asked of the client. */
  readonly tlsPort: number;
  readonly authority: Authority;
  /** For files; it ends with the broker. */
  readonly dir: string;
  readonly caFile: string;
  stop(): Promise<void>;
}

/** `deviceCa`: PEM of one more authority whose certificates the TLS port takes. */
export async function startBenchBroker({ deviceCa = '' } = {}): Promise<BenchBroker> {
  const dir = await mkdtemp(join(tmpdir(), 'simctl-bench-'));
  const authority = await testAuthority();
  const server = await authority.server();
  const caFile = join(dir, 'ca');
  await writeFile(caFile, `${authority.ca}\n${deviceCa}`);
  await writeFile(join(dir, 'cert'), server.cert);
  await writeFile(join(dir, 'key'), server.key, { mode: 0o600 });
  const [port, tlsPort] = [await freePort(), await freePort()];
  if (hasMosquitto) await writeFile(join(dir, 'mosquitto.conf'), configuration(dir, port, tlsPort));
  const [command, args]: [string, string[]] = hasMosquitto
    ? ['mosquitto', ['-c', join(dir, 'mosquitto.conf')]]
    : [process.execPath, ['-e', aedes(dir, port, tlsPort)]];
  const child = spawn(command, args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  for (const at of [port, tlsPort]) await up(at);
  return {
    name: hasMosquitto ? 'mosquitto' : 'aedes, as mosquitto is not installed',
    pid: child.pid!,
    port,
    tlsPort,
    authority,
    dir,
    caFile,
    async stop() {
      child.kill();
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function configuration(dir: string, port: number, tlsPort: number): string {
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

function aedes(dir: string, port: number, tlsPort: number): string {
  return `(async () => {
    const { Aedes } = await import('aedes');
    const { readFileSync } = await import('node:fs');
    const file = (name) => readFileSync(${JSON.stringify(dir)} + '/' + name);
    const broker = await Aedes.createBroker();
    require('node:net').createServer(broker.handle).listen(${port}, '127.0.0.1');
    const tls = { ca: file('ca'), cert: file('cert'), key: file('key'), requestCert: true };
    require('node:tls').createServer(tls, broker.handle).listen(${tlsPort}, '127.0.0.1');
  })()`;
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
