/**
 * The whole engine as a side of bench/senders.ts: a shard in its thread, with drive, pacing, tally, histograms, send log
 * and timeline, through the real transport: `mqtt`, or `iot` where every device has a certificate.
 */
import { join } from 'node:path';
import type { Dataset } from '../src/dataset.ts';
import type { FleetResult } from '../src/workers/fleet-result.ts';
import { deviceId, writeFleet } from './bench-fleet.ts';
import { benchSettings } from './bench-settings.ts';
import { built } from './built.ts';
import type { SenderResult, SenderTask } from './session-sender.ts';
import { WARM_UP } from './warm-up.ts';

export async function engine(task: SenderTask): Promise<SenderResult> {
  // The end is not measured either: fewer and fewer devices send there.
  const { fleet, marks } = await runEngine({ ...task, messages: task.messages + 2 * WARM_UP });
  const { counts } = fleet;
  const first = marks.find(({ sent }) => sent >= WARM_UP);
  const last = marks.findLast(({ sent }) => sent < counts.sent);
  if (first === undefined || last === undefined || last.sent <= first.sent)
    throw new Error(`${task.messages} messages are gone before they can be measured; give more`);
  const spent = last.cpu.user + last.cpu.system - first.cpu.user - first.cpu.system;
  return { cpuSeconds: spent / 1e6, seconds: (last.at - first.at) / 1000, messages: last.sent - first.sent };
}

/** How far it was, and what it had cost, at one moment. */
interface Mark {
  readonly sent: number;
  readonly cpu: NodeJS.CpuUsage;
  readonly at: number;
}

/** @throws Error where not everything was acknowledged */
export async function runEngine(task: Omit<SenderTask, 'side'>): Promise<{ fleet: FleetResult; marks: Mark[] }> {
  const { runShards } = await built<typeof import('../src/workers/pool.ts')>('workers/pool');
  const { readEpoch, systemClock } = await built<typeof import('../src/clock.ts')>('clock');
  const { openLineLog } = await built<typeof import('../src/line-log.ts')>('line-log');
  const { connections, messages, dir } = task;
  const each = Math.ceil(messages / connections);
  const fleet = await writeFleet(join(dir, 'fleet'), connections, each);
  if (task.tls !== undefined) await giveCertificates(task);
  const epoch = readEpoch();
  const timeline = openLineLog(join(dir, 'timeline.ndjson'));
  const marks: Mark[] = [];
  const never = new AbortController().signal;
  const result = await runShards(
    [
      {
        epoch,
        shard: 0,
        source: { kind: 'dataset', dir: fleet.dir },
        partitions: [{ partition: 0, firstDevice: 0 }],
        transport: task.tls === undefined ? 'mqtt' : 'iot',
        settings: benchSettings(task),
        connectConcurrency: 32,
        pace: task.rate === undefined ? { kind: 'max' } : { kind: 'rate', perSecond: task.rate },
        fleet: pacedBy(fleet),
        minGapMs: 0,
        shift: 0,
        sentLog: join(dir, 'sent-0.ndjson'),
        lagLimitMs: 250,
      },
    ],
    {
      clock: systemClock(epoch),
      stop: never,
      abort: never,
      onStart: () => {},
      onSnapshot: ({ sent }) => marks.push({ sent, cpu: process.cpuUsage(), at: performance.now() }),
      onSlice: (slice) => timeline.write(JSON.stringify(slice)),
    },
  );
  await timeline.close();
  const { counts } = result;
  if (counts.acknowledged !== counts.sent) throw new Error(`not all were acknowledged: ${JSON.stringify(counts)}`);
  return { fleet: result, marks };
}

function pacedBy({ manifest }: Dataset) {
  return { devices: manifest.devices, firstSampleTime: manifest.firstSampleTime };
}

/** The same one for each, as the other sides have it: what is measured is sending. */
async function giveCertificates({ dir, connections, tls }: Omit<SenderTask, 'side'>): Promise<void> {
  const { openCredentialStore } =
    await built<typeof import('../src/fleet/credential-store.ts')>('fleet/credential-store');
  const store = openCredentialStore(join(dir, 'credentials'), { write: true });
  for (let i = 0; i < connections; i++) {
    const id = deviceId(i);
    store.append({
      deviceId: id,
      thingName: id,
      certificateId: 'bench',
      certificateArn: 'bench',
      certificatePem: tls!.cert!,
      privateKeyPem: tls!.key!,
    });
  }
  store.close();
}
