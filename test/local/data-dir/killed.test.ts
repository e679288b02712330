/** A stand-in that is killed in the middle of its work, again and again: what it has acknowledged is there afterwards. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTopicRuleCommand, ListTopicRulesCommand } from '@aws-sdk/client-iot';
import {
  BatchDeleteDevicePositionHistoryCommand,
  BatchUpdateDevicePositionCommand,
  CreateTrackerCommand,
  DeleteTrackerCommand,
  DescribeTrackerCommand,
  ListDevicePositionsCommand,
  ListTrackersCommand,
  type LocationClient,
  paginateGetDevicePositionHistory,
} from '@aws-sdk/client-location';
import mqtt from 'mqtt';
import { beforeEach, expect, it, vi } from 'vitest';
import { iotClient, locationClient } from '../../../src/aws.ts';
import { openCredentialStore } from '../../../src/fleet/credential-store.ts';
import { provision } from '../../../src/fleet/provision.ts';
import { type StandIn, startStandIn } from '../../../src/local/spawn.ts';
import type { Target } from '../../../src/target.ts';
import { topicOf } from '../../../src/wire.ts';
import { encode } from '../../support/payload.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-killed-'));
  return () => rm(dir, { recursive: true, force: true });
});

const start = (more: object = {}) =>
  startStandIn({ dir, credentialsDir: join(dir, 'credentials'), dataDir: join(dir, 'data'), trackers: 2, ...more });

async function kill(standIn: StandIn): Promise<void> {
  const ended = new Promise((resolve) => standIn.onExit(resolve));
  process.kill(standIn.target.pid!, 'SIGKILL');
  await ended;
}

const LANES = 4;
const DEVICES = 5;
const TRACKER = 'sim-iot-tracker1';
const ACKNOWLEDGED_A_ROUND = 600;
const BEGIN = Date.now() - 20 * 86_400_000;

/** Writes with as many requests under way as there are lanes, until the stand-in is killed. */
async function writeUntilKilled(client: LocationClient, standIn: StandIn, from: number, acknowledged: Set<string>) {
  let [next, count, killed] = [from, 0, false];
  const lane = async (lane: number) => {
    while (!killed) {
      const SampleTime = new Date(BEGIN + next++ * 30_000);
      const Updates = Array.from({ length: DEVICES }, (_, i) => ({
        DeviceId: `d${lane}-${i}`,
        SampleTime,
        Position: [next / 1e6, i],
        Accuracy: { Horizontal: i },
        PositionProperties: { lane: String(lane) },
      }));
      try {
        const { Errors } = await client.send(new BatchUpdateDevicePositionCommand({ TrackerName: TRACKER, Updates }));
        expect(Errors).toEqual([]);
        for (const { DeviceId, Position } of Updates)
          acknowledged.add(`${DeviceId} ${SampleTime.toISOString()} ${Position}`);
        count += DEVICES;
      } catch (error) {
        if (!killed) throw error;
      }
      if (count >= ACKNOWLEDGED_A_ROUND && !killed) {
        killed = true;
        void kill(standIn);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, i) => lane(i)));
  return next;
}

async function stored(client: LocationClient): Promise<Set<string>> {
  const found = new Set<string>();
  for (let i = 0; i < LANES * DEVICES; i++) {
    const DeviceId = `d${Math.floor(i / DEVICES)}-${i % DEVICES}`;
    const request = { TrackerName: TRACKER, DeviceId, StartTimeInclusive: new Date(BEGIN) };
    for await (const { DevicePositions = [] } of paginateGetDevicePositionHistory({ client }, request))
      for (const { SampleTime, Position, Accuracy, PositionProperties } of DevicePositions) {
        expect([Accuracy, PositionProperties]).toEqual([
          { Horizontal: i % DEVICES },
          { lane: String(Math.floor(i / DEVICES)) },
        ]);
        found.add(`${DeviceId} ${SampleTime!.toISOString()} ${Position}`);
      }
  }
  return found;
}

const missing = (wanted: Set<string>, there: Set<string>) => [...wanted].filter((one) => !there.has(one));

it('no position that a client was told of is lost, nor is what was deleted back', { timeout: 60_000 }, async () => {
  const acknowledged = new Set<string>();
  let next = 0;
  for (let round = 0; round < 3; round++) {
    const standIn = await start();
    const client = await locationClient({ ...standIn.target });
    expect(missing(acknowledged, await stored(client))).toEqual([]);
    if (round === 0) {
      await client.send(
        new CreateTrackerCommand({ TrackerName: 'own', PositionFiltering: 'AccuracyBased', Tags: { a: 'b' } }),
      );
      await client.send(new CreateTrackerCommand({ TrackerName: 'again' }));
      const Updates = ['x', 'y'].map((DeviceId) => ({ DeviceId, SampleTime: new Date(BEGIN), Position: [1, 2] }));
      for (const TrackerName of ['own', 'again'])
        await client.send(new BatchUpdateDevicePositionCommand({ TrackerName, Updates }));
      await client.send(new DeleteTrackerCommand({ TrackerName: 'again' }));
      await client.send(new CreateTrackerCommand({ TrackerName: 'again' }));
      await client.send(new BatchDeleteDevicePositionHistoryCommand({ TrackerName: 'own', DeviceIds: ['x'] }));
    } else {
      const { Entries } = await client.send(new ListTrackersCommand({}));
      expect(Entries!.map(({ TrackerName }) => TrackerName)).toEqual(['sim-iot-tracker0', TRACKER, 'own', 'again']);
      const own = await client.send(new DescribeTrackerCommand({ TrackerName: 'own' }));
      expect(own).toMatchObject({ PositionFiltering: 'AccuracyBased', Tags: { a: 'b' } });
      const devices = async (TrackerName: string) =>
        (await client.send(new ListDevicePositionsCommand({ TrackerName }))).Entries!.map(({ DeviceId }) => DeviceId);
      expect([await devices('own'), await devices('again')]).toEqual([['y'], []]);
    }
    next = await writeUntilKilled(client, standIn, next, acknowledged);
    client.destroy();
  }
  const standIn = await start();
  const client = await locationClient(standIn.target);
  const there = await stored(client);
  expect(acknowledged.size).toBeGreaterThanOrEqual(3 * ACKNOWLEDGED_A_ROUND);
  expect(missing(acknowledged, there)).toEqual([]);
  client.destroy();
  await standIn.stop();
});

it('a fleet that was provisioned before connects afterwards, and its updates are stored', {
  timeout: 60_000,
}, async () => {
  const first = await start();
  await provision({ target: first.target, deviceIds: ['AWS-0001'] });
  const iot = await iotClient(first.target);
  const topicRulePayload = { sql: "SELECT * FROM 'x'", actions: [{ republish: { topic: 'y', roleArn: 'r' } }] };
  await iot.send(new CreateTopicRuleCommand({ ruleName: 'own', topicRulePayload }));
  iot.destroy();
  await kill(first);

  const second = await start({ ingest: 'direct' });
  const again = await iotClient(second.target);
  const { rules } = await again.send(new ListTopicRulesCommand({}));
  again.destroy();
  expect(rules!.map(({ ruleName }) => ruleName)).toEqual(['store_positions', 'own']);
  const device = await connect(second.target, 'AWS-0001');
  const sampleTime = Date.now() - 1000;
  const update = { deviceId: 'AWS-0001', seq: 0, sampleTime, position: [11.97, 57.7] as const };
  await device.publishAsync(topicOf('AWS-0001'), encode(update), { qos: 1 });
  const position = async ({ queryEndpoint }: Target) =>
    (await fetch(`${queryEndpoint}/getLocation?type=device&deviceid=AWS-0001`)).json();
  const wanted = { SampleTime: new Date(sampleTime).toISOString(), Position: [11.97, 57.7] };
  await vi.waitFor(async () => expect(await position(second.target)).toMatchObject(wanted), { timeout: 10_000 });
  await device.endAsync();
  await kill(second);

  const third = await start();
  expect(await position(third.target)).toMatchObject(wanted);
  await third.stop();
});

async function connect(target: Target, id: string): Promise<mqtt.MqttClient> {
  const store = openCredentialStore(target.credentialsDir);
  const { certificatePem: cert, privateKeyPem: key } = store.get(id)!;
  store.close();
  const ca = readFileSync(target.caFile!);
  const settings = { ca, cert, key, clientId: id, reconnectPeriod: 0, protocolVersion: 4 } as const;
  return mqtt.connectAsync(`mqtts://${target.mqttHost}:${target.mqttPort}`, settings, false);
}
