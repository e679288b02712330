/** What there is on this machine, read and nothing else. */
import { existsSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { freemem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { codeOf } from '../errors.ts';
import type { TerminalReading } from './machine.ts';

export function readOpenFiles(): { soft: number; hard: number; container: boolean } {
  const { report } = process as unknown as { report: { excludeNetwork: boolean; getReport(): unknown } };
  report.excludeNetwork = true; // it would look up the name of each peer
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: Record<'soft' | 'hard', unknown> } };
  const limit = (value: unknown) => (typeof value === 'number' ? value : Number.POSITIVE_INFINITY);
  const { soft, hard } = userLimits?.open_files ?? {};
  return { soft: limit(soft), hard: limit(hard), container: inContainer() };
}

function inContainer(): boolean {
  return (
    existsSync('/.dockerenv') || existsSync('/run/.containerenv') || process.env.KUBERNETES_SERVICE_HOST !== undefined
  );
}

export async function readLocalPorts(): Promise<{ first: number; last: number } | undefined> {
  const text = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '');
  const [first, last] = text.trim().split(/\s+/).map(Number);
  return first && last ? { first, last } : undefined;
}

/**
 * Ports of closed connections that wait for stray packets (TIME_WAIT), of all peers together, and to whom the system may connect
 * from them all the same (ip-sysctl, `tcp_tw_reuse`: 0 nobody, 1 everybody, 2 this machine). Undefined: not to be read here.
 */
export async function readTimeWait(): Promise<{ count: number; reuse: number } | undefined> {
  const sockets = await readFile('/proc/net/sockstat', 'utf8').catch(() => '');
  const count = /^TCP:.* tw ([0-9]+)/m.exec(sockets)?.[1];
  const reuse = await readFile('/proc/sys/net/ipv4/tcp_tw_reuse', 'utf8').catch(() => '0');
  return count === undefined ? undefined : { count: Number(count), reuse: Number(reuse) };
}

/** Bytes that can be had: `MemAvailable` where the kernel says it, no more than the limit of the control group leaves. */
export async function readMemory(): Promise<number> {
  const meminfo = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(meminfo)?.[1] ?? Number.NaN) * 1024;
  return Math.min(Number.isNaN(available) ? freemem() : available, process.availableMemory?.() ?? Infinity);
}

/** Free bytes for us where `dir` is, or would be made. */
export async function readDiskSpace(dir: string): Promise<number | undefined> {
  let there = resolve(dir);
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  try {
    const { bavail, bsize } = await statfs(there);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

export function readTerminal(
  { isTTY, columns, rows, getColorDepth }: Partial<NodeJS.WriteStream>,
  env: NodeJS.ProcessEnv,
): TerminalReading {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    isTTY: isTTY === true && env.TERM !== 'dumb',
    columns: columns ?? 80,
    rows: rows ?? 24,
    utf8: /utf-?8/i.test(locale),
    colourDepth: env.NO_COLOR ? 1 : (getColorDepth?.(env) ?? 1),
  };
}

/** Whether somebody else listens on a port of the loopback address. */
export function readPort(port: number): Promise<string | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(codeOf(error) ?? 'unknown'));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
}
