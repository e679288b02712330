/**
 * What the stand-in costs, and how much it takes.
 *
 *     npx tsx bench/stand-in.ts [--devices 100] [--updates 100] [--requests 20000] [--only path|trackers]
 *                            [--ingest lambda|stream|direct] [--data-dir]
 *
 * path: devices over mTLS, broker, rule, ingest function, trackers; CPU of the stand-in's process per update.
 * trackers: the HTTP API alone, ten updates a request, from bare keep-alive connections in this process.
 * --data-dir: with all of it kept on disk.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/clock.ts';
import { countedDevices } from '../src/fleet/device-list.ts';
import { provision } from '../src/fleet/provision.ts';
import { startStandIn } from '../src/local/spawn.ts';
import type { Target } from '../src/target.ts';
import { createTransport } from '../src/transports/index.ts';
import { TOPIC_ROOT } from '../src/wire.ts';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '100' },
    updates: { type: 'string', default: '100' },
    requests: { type: 'string', default: '20000' },
    only: { type: 'string', default: '' },
    ingest: { type: 'string', default: 'lambda' },
    'data-dir': { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const START = Date.now() - 10 * 86_400_000;

async function withStandIn<T>(run: (target: Target) => Promise<T>) {
  const dir = await mkdtemp(join(tmpdir(), 'simctl-bench-'));
  const standIn = await startStandIn({
    dir,
    credentialsDir: join(dir, 'credentials'),
    ...(values['data-dir'] ? { dataDir: join(dir, 'data') } : {}),
    ingest: values.ingest as 'lambda' | 'stream' | 'direct',
  });
  try {
    const result = await run(standIn.target);
    return { result, report: await standIn.stop() };
  } finally {
    await standIn.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Resolves once the ingest log has that many lines: a stand-in that is stopped waits a few seconds only. */
async function written(file: string, lines: number): Promise<void> {
  for (let count = 0; count < lines; await setTimeout(200)) {
    count = 0;
    for (const byte of await readFile(file)) if (byte === 10) count++;
  }
}

/** CPU seconds of a stand-in that does everything but the updates, and of one that does them too. */
async function path(): Promise<void> {
  const ids = countedDevices(Number(values.devices), 'BEN');
  const drive = (updates: number) =>
    withStandIn(async (target) => {
      await provision({ target, deviceIds: ids });
      const clock = systemClock();
      const settings = { target, client: 'lean' as const, topicRoot: TOPIC_ROOT, legacySwap: false, qos: 1 as const };
      const limits = { ackTimeoutMs: 60_000, connectTimeoutMs: 60_000, keepAliveSeconds: 1200, seed: 1, lingerMs: 0 };
      const transport = await createTransport('iot', { ...settings, ...limits }, clock);
      const going = new AbortController().signal;
      for (const id of ids) await transport.connect(id, going);
      const from = performance.now();
      await Promise.all(
        ids.map(async (deviceId) => {
          for (let seq = 0; seq < updates; seq++)
            await transport.send({ deviceId, seq, sampleTime: START + seq * 30_000, position: [-86.78, 36.16] });
        }),
      );
      await transport.close();
      await written(target.ingestLog!, ids.length * updates);
      clock.stop();
      return from;
    });
  const idle = await drive(0);
  const { result: from, report } = await drive(Number(values.updates));
  const seconds = (performance.now() - from) / 1000;
  const { invocations = 0, errors = 0 } = report.store ?? {};
  const messages = report.rules?.messages ?? 0;
  const cpu = (report.cpuSeconds ?? 0) - (idle.report.cpuSeconds ?? 0);
  say(
    `path (${values.ingest}): ${messages} updates, ${invocations} invocations (${errors} failed) in ${seconds.toFixed(1)} s, ${Math.round(messages / seconds)}/s, ${Math.round((cpu * 1e6) / messages)} µs CPU an update (with stream, at most 250)`,
  );
}

async function trackers(): Promise<void> {
  const requests = Number(values.requests);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const post = (endpoint: URL, body: string) =>
    new Promise<void>((resolve, reject) => {
      const sent = request(
        endpoint,
        { agent, method: 'POST', headers: { 'content-length': Buffer.byteLength(body) } },
        (response) => {
          response.resume();
          response.on('end', () =>
            response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode}`)),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  const { result: seconds, report } = await withStandIn(async (target) => {
    const endpoint = new URL(`${target.locationEndpoint}/tracking/v0/trackers/${target.trackerPrefix}1/positions`);
    const from = performance.now();
    let next = 0;
    const lane = async () => {
      for (let n = next++; n < requests; n = next++) {
        const Updates = Array.from({ length: 10 }, (_, i) => ({
          DeviceId: `BEN-${i}-${n % 100}`,
          SampleTime: new Date(START + Math.floor(n / 100) * 30_000).toISOString(),
          Position: [-86.78, 36.16],
        }));
        await post(endpoint, JSON.stringify({ Updates }));
      }
    };
    await Promise.all(Array.from({ length: 8 }, lane));
    return (performance.now() - from) / 1000;
  });
  agent.destroy();
  const updates = requests * 10;
  say(
    `trackers: ${updates} updates in ${seconds.toFixed(1)} s, ${Math.round(updates / seconds)}/s; ${Math.round(updates / (report.cpuSeconds ?? 0))} per CPU second of the stand-in, its start included (at least 20000)`,
  );
}

if (values.only !== 'path') await trackers();
if (values.only !== 'trackers') await path();
