import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createTransport } from '../../src/transports/index.ts';
import { decode } from '../../src/wire.ts';
import { scriptedBroker } from '../support/brokers.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { updateOf } from '../support/transport-contract.ts';
import { settingsOf } from '../support/transport-settings.ts';

it.each(['lean', 'mqttjs'] as const)('%s: a broker that keeps breaking loses and reorders nothing', async (client) => {
  const arrived: { deviceId: string; seq: number; dup: boolean }[] = [];
  /** Packet ids of each update, as the broker got them. */
  const ids = new Map<string, Set<number>>();
  let publishes = 0;
  const broker = await scriptedBroker((packet, peer) => {
    if (packet.cmd !== 'publish') return false;
    const { deviceId, seq } = decode(JSON.parse(packet.payload.toString()));
    publishes++;
    const update = `${deviceId}@${seq}`;
    ids.set(update, (ids.get(update) ?? new Set()).add(packet.messageId!));
    // Sometimes it breaks before it has taken a message, sometimes after, without having said so.
    if (publishes % 7 !== 0) arrived.push({ deviceId, seq: seq!, dup: packet.dup });
    if (publishes % 7 === 0 || publishes % 5 === 0) broker.dropAll();
    else peer.reply({ cmd: 'puback', messageId: packet.messageId! });
    return true;
  });
  const clock = fakeClock(Date.now());
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const transport = await createTransport(
    'mqtt',
    settingsOf({ client, broker: url, redeliverMs: 600_000, ackTimeoutMs: 600_000 }),
    clock,
  );
  const devices = ['AAA-0001', 'BBB-0002', 'CCC-0003'];
  await Promise.all(devices.map((id) => transport.connect(id, new AbortController().signal)));
  let running = true;
  const done = Promise.all(
    devices.map(async (id) => {
      for (let seq = 0; seq < 20; seq++) await transport.send(updateOf(id, seq));
    }),
  ).finally(() => {
    running = false;
  });
  while (running) {
    await clock.advance(100);
    await setImmediate();
  }
  await done;
  await transport.close();
  await broker.close();

  for (const id of devices) {
    const seqs = arrived.filter(({ deviceId }) => deviceId === id).map(({ seq }) => seq);
    expect([...new Set(seqs)]).toEqual(Array.from({ length: 20 }, (_, seq) => seq));
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  }
  const known = new Set<string>();
  for (const { deviceId, seq, dup } of arrived) {
    if (known.has(`${deviceId}@${seq}`)) expect(dup).toBe(true);
    known.add(`${deviceId}@${seq}`);
  }
  expect(arrived.length).toBeGreaterThan(60);
  // "Re-send any unacknowledged PUBLISH packets … using their original Packet Identifiers" (MQTT 3.1.1, 4.4). MQTT.js numbers anew.
  if (client === 'lean') expect([...ids.values()].every(({ size }) => size === 1)).toBe(true);
});
