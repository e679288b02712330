/** Connects devices for bench/connections.ts, and says what they cost. */
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { deviceId } from './bench-fleet.ts';
import { type BenchTarget, benchSettings } from './bench-settings.ts';
import { built } from './built.ts';

export interface ConnectionsTask extends BenchTarget {
  /** `iot` has a certificate a device, `mqtt` is plain TCP. */
  readonly transport: 'iot' | 'mqtt';
  readonly devices: number;
}

export interface ConnectionsResult {
  /** Of resident memory, each. */
  readonly kib: number;
  readonly cpuMs: number;
  readonly seconds: number;
}

/** As many as a run's --connect-concurrency. */
const AT_ONCE = 32;
/** Connected before counting: code that everybody shares is loaded and compiled then. */
const WARM_UP = 100;

async function connected(task: ConnectionsTask): Promise<ConnectionsResult> {
  const { createTransport } = await built<typeof import('../src/transports/index.ts')>('transports/index');
  const { systemClock } = await built<typeof import('../src/clock.ts')>('clock');
  const clock = systemClock();
  const transport = await createTransport(task.transport, benchSettings(task), clock);
  const never = new AbortController().signal;
  const limit = pLimit(AT_ONCE);
  const connect = (from: number, to: number) =>
    limit.map(
      Array.from({ length: to - from }, (_, i) => deviceId(from + i)),
      (id) => transport.connect(id, never),
    );
  await connect(0, WARM_UP);
  await sleep(500);
  const [rss, cpu, from] = [process.memoryUsage.rss(), process.cpuUsage(), performance.now()];
  await connect(WARM_UP, WARM_UP + task.devices);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - from) / 1000;
  const grown = process.memoryUsage.rss() - rss;
  await transport.close();
  clock.stop();
  return { kib: grown / 1024 / task.devices, cpuMs: (user + system) / 1000 / task.devices, seconds };
}

process.once('message', async (task: ConnectionsTask) => {
  process.send!(await connected(task), () => process.disconnect());
});
