import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEpoch } from '../../src/clock.ts';
import { fleetOutlook } from '../../src/generator/fleet-options.ts';
import { checkFleet } from '../../src/generator/generate-options.ts';
import { encodeMap } from '../../src/generator/map/map-file.ts';
import { planFaults } from '../../src/workers/fault-plan.ts';
import type { News, Order } from '../../src/workers/protocol.ts';
import shard from '../../src/workers/shard.ts';
import { splitPartitions } from '../../src/workers/share.ts';
import { gridMap } from '../generator/grid-map.ts';
import { scriptedBroker } from '../support/brokers.ts';
import { settingsOf } from '../support/transport-settings.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-shard-'));
  await writeFile(join(dir, 'grid.graph'), encodeMap(gridMap()));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('a fault that outlasts the run ends with it, and its log says so', async () => {
  const broker = await scriptedBroker(() => false);
  const request = { agents: 3, seconds: 120, every: 30, seed: 3, map: join(dir, 'grid.graph') };
  const fleet = await checkFleet(request, Date.UTC(2026, 0, 5, 20));
  const { faults } = planFaults(['cut at 0s for 1h'], { seed: 1, devices: 3, scheduledMs: 0 });
  const { port1, port2 } = new MessageChannel();
  port1.on('message', ({ news }: News) => {
    if (news === 'ready') port1.postMessage({ order: 'start', at: 0 } satisfies Order);
  });
  const sentLog = join(dir, 'sent.ndjson');
  const result = await shard({
    port: port2,
    epoch: readEpoch(),
    shard: 0,
    source: { kind: 'generator', fleet },
    partitions: splitPartitions(fleetOutlook(fleet).partitions, 1)[0]!.partitions,
    transport: 'mqtt',
    settings: settingsOf({ broker: `mqtt://127.0.0.1:${broker.port}` }),
    connectConcurrency: 3,
    pace: { kind: 'max' },
    fleet: { devices: 3, firstSampleTime: 0 },
    lagLimitMs: 250,
    minGapMs: 0,
    shift: 0,
    sentLog,
    faults,
    positions: 0,
  });
  port1.close();
  await broker.close();
  expect(result).toMatchObject({ ok: true, devices: 3, faults: [{ devices: 3, away: 3 }] });
  const lines = (await readFile(sentLog, 'utf8')).trim().split('\n');
  const did = lines.map((line) => JSON.parse(line).did).filter((what) => what !== undefined);
  expect(did).toEqual(['begin', 'end']);
});
