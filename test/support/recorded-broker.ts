/** Brokers that note, themselves, what they are sent, and can be killed and started again on the same port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signingRequest } from '../../src/fleet/device-key.ts';
import type { SessionOptions } from '../../src/transports/session/session.ts';
import { newEcKey } from '../../src/x509.ts';
import { deadPort } from './brokers.ts';

/** A PUBLISH, as the broker's own log has it. */
export interface Noted {
  readonly clientId: string;
  readonly topic: string;
  /** Absent where the broker does not say. */
  readonly dup?: boolean;
}

export interface RecordedBroker {
  readonly noted: readonly Noted[];
  /** How a device connects now. */
  optionsOf(clientId: string): Pick<SessionOptions, 'host' | 'port' | 'tls'>;
  /** SIGKILL, and a new process in its place, once it listens. */
  killAndRestart(): Promise<void>;
  close(): Promise<void>;
}

/** Reads the lines that a child writes, whole ones only; `onLine` returns true for the one that says that it listens. */
async function listening(
  child: ChildProcess,
  stream: 'stdout' | 'stderr',
  onLine: (line: string) => boolean,
): Promise<void> {
  let rest = '';
  await new Promise<void>((resolve, reject) => {
    child.on('exit', (code, signal) => reject(new Error(`the broker ended: ${code ?? signal}; ${rest}`)));
    child[stream]!.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) if (onLine(line)) resolve();
    });
  });
}

async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close'); // all that it wrote has been read
  child.kill('SIGKILL');
  await closed;
}

/** mosquitto: its log names client, DUP flag and topic of each PUBLISH. */
export async function recordedMosquitto(): Promise<RecordedBroker> {
  const dir = await mkdtemp(join(tmpdir(), 'simctl-mosquitto-'));
  const port = await deadPort();
  const lines = [
    `user ${process.env.USER ?? 'root'}`,
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'log_type all',
  ];
  await writeFile(join(dir, 'mosquitto.conf'), `${lines.join('\n')}\n`);
  const noted: Noted[] = [];
  const start = async () => {
    const child = spawn('mosquitto', ['-c', join(dir, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
    await listening(child, 'stderr', (line) => {
      const found = /Received PUBLISH from (\S+) \(d([01]), q1, r0, m[0-9]+, '([^']+)'/.exec(line);
      if (found) noted.push({ clientId: found[1]!, dup: found[2] === '1', topic: found[3]! });
      return / running$/.test(line);
    });
    return child;
  };
  let child = await start();
  return {
    noted,
    optionsOf: () => ({ host: '127.0.0.1', port }),
    async killAndRestart() {
      await kill(child);
      child = await start();
    },
    async close() {
      await kill(child);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The stand-in's broker, over mutual TLS. A new process is a new authority, so that certificates are new as well. */
export async function recordedStandIn(clientIds: readonly string[]): Promise<RecordedBroker> {
  const program = fileURLToPath(new URL('./stand-in-broker.ts', import.meta.url));
  const keys = new Map(clientIds.map((id) => [id, newEcKey()]));
  const csrs = Object.fromEntries([...keys].map(([id, key]) => [id, signingRequest(id, key)]));
  const port = await deadPort();
  const noted: Noted[] = [];
  let identity: { caPem: string; certificates: Record<string, string> };
  const start = async () => {
    const args = ['--import', 'tsx', program, String(port), JSON.stringify(csrs)];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    await listening(child, 'stdout', (line) => {
      const said = JSON.parse(line) as Noted | typeof identity | { listening: true };
      if ('topic' in said) noted.push(said);
      if ('caPem' in said) {
        identity = said;
        child.stdin.write('go\n');
      }
      return 'listening' in said;
    });
    return child;
  };
  let child = await start();
  return {
    noted,
    optionsOf: (id) => ({
      host: 'localhost',
      port,
      tls: { ca: identity.caPem, cert: identity.certificates[id]!, key: keys.get(id)!.privateKeyPem },
    }),
    async killAndRestart() {
      await kill(child);
      child = await start();
    },
    close: () => kill(child),
  };
}
