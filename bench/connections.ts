/**
 * What a connected device costs the generator: memory and CPU time of connecting a fleet from one process, through the
 * engine's own transports; the broker is a process of its own.
 *
 *     npm run bench:connections -- [--mtls 10000] [--plain 18000]
 *
 * Over mTLS each device has a certificate and a key of its own. PASS: at most 100 KiB and 6 ms of CPU each over mTLS, and
 * at most 10 KiB each on plain TCP.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { aside } from './aside.ts';
import { startBenchBroker } from './bench-broker.ts';
import { deviceAuthority } from './bench-certificates.ts';
import type { ConnectionsResult, ConnectionsTask } from './connections-side.ts';

const { values } = parseArgs({
  options: {
    mtls: { type: 'string', default: '10000' },
    plain: { type: 'string', default: '18000' },
  },
});

const KINDS = [
  {
    name: 'plain',
    devices: Number(values.plain),
    transport: 'mqtt',
    most: { kib: 10, cpuMs: Number.POSITIVE_INFINITY },
  },
  { name: 'mTLS', devices: Number(values.mtls), transport: 'iot', most: { kib: 100, cpuMs: 6 } },
] as const;

const authority = deviceAuthority(Date.now());
const broker = await startBenchBroker({ deviceCa: authority.caPem });
let failed = 0;
try {
  const head = ['KiB each', 'CPU ms each', 'connects/s'].map((title) => title.padStart(13)).join('');
  process.stdout.write(`${broker.name}\n\n${'devices'.padEnd(14)}${head}   verdict\n`);
  for (const { name, devices, transport, most } of KINDS) {
    if (devices === 0) continue;
    const dir = await mkdtemp(join(broker.dir, 'side-'));
    // Some more, as the first are not counted.
    if (transport === 'iot') authority.fill(join(dir, 'credentials'), devices + 100);
    const port = transport === 'iot' ? broker.tlsPort : broker.port;
    const task: ConnectionsTask = { transport, devices, dir, port, caFile: broker.caFile, qos: 1 };
    const { kib, cpuMs, seconds } = await aside<ConnectionsResult>('connections-side.ts', task);
    await rm(dir, { recursive: true, force: true });
    const holds = kib <= most.kib && cpuMs <= most.cpuMs;
    if (!holds) failed++;
    const cells = [kib.toFixed(1), cpuMs.toFixed(2), (devices / seconds).toFixed(0)];
    const limit = `${most.kib} KiB${Number.isFinite(most.cpuMs) ? ` and ${most.cpuMs} ms` : ''}`;
    process.stdout.write(
      `${`${devices} ${name}`.padEnd(14)}${cells.map((cell) => cell.padStart(13)).join('')}   ${holds ? 'PASS' : 'FAIL'}, of at most ${limit}\n`,
    );
  }
} finally {
  await broker.stop();
}
process.exitCode = failed === 0 ? 0 : 1;
