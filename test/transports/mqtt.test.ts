import { describe, expect, it } from 'vitest';
import { createTransport } from '../../src/transports/index.ts';
import { decode } from '../../src/wire.ts';
import { type Received, scriptedBroker } from '../support/brokers.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { transportContract, updateOf } from '../support/transport-contract.ts';
import { settingsOf } from '../support/transport-settings.ts';

/** The position updates among what a broker received. */
function updatesOf(received: readonly Received[]) {
  return received.map(({ payload }) => {
    const { deviceId, sampleTime, position } = decode(JSON.parse(payload));
    return { deviceId, sampleTime, position };
  });
}

for (const client of ['lean', 'mqttjs', 'device-sdk'] as const) {
  transportContract(`mqtt (${client})`, async () => {
    const received: Received[] = [];
    let arrived: (() => void)[] = [];
    let silent = false;
    const broker = await scriptedBroker((packet, peer) => {
      if (packet.cmd !== 'publish') return false;
      received.push({ topic: packet.topic, payload: packet.payload.toString(), qos: packet.qos });
      for (const wake of arrived.splice(0)) wake();
      if (!silent) peer.reply({ cmd: 'puback', messageId: packet.messageId! });
      return true;
    });
    const clock = fakeClock(Date.now());
    const settings = settingsOf({ client, broker: `mqtt://127.0.0.1:${broker.port}` });
    return {
      transport: await createTransport('mqtt', settings, clock),
      taken: async () => updatesOf(received),
      fallSilent() {
        silent = true;
        const coming = new Promise<void>((resolve) => {
          arrived = [resolve];
        });
        return () => coming;
      },
      async dispose() {
        clock.stop();
        await broker.close();
      },
    };
  });
}

describe('the mqtt transport', () => {
  it('sends on the topic of the device, with the user name of the broker', async () => {
    const broker = await scriptedBroker((packet, peer) => {
      if (packet.cmd === 'publish') peer.reply({ cmd: 'puback', messageId: packet.messageId! });
      return packet.cmd === 'publish';
    });
    const url = `mqtt://fleet:p%40ss@127.0.0.1:${broker.port}`;
    const transport = await createTransport('mqtt', settingsOf({ broker: url, topicRoot: 'a/b' }), fakeClock());
    await transport.connect('AAA-0001', new AbortController().signal);
    await transport.send(updateOf('AAA-0001', 3));
    await transport.close();
    await broker.close();
    expect(broker.packets[0]).toMatchObject({
      cmd: 'connect',
      clientId: 'AAA-0001',
      clean: true,
      keepalive: 60,
      username: 'fleet',
      password: Buffer.from('p@ss'),
    });
    expect(broker.packets[1]).toMatchObject({
      cmd: 'publish',
      topic: 'a/b/AAA-0001',
      qos: 1,
      retain: false,
      dup: false,
    });
    expect(broker.packets.at(-1)).toMatchObject({ cmd: 'disconnect' });
  });

  it('names the transports where it does not know one', async () => {
    await expect(createTransport('pigeon', settingsOf({}), fakeClock())).rejects.toMatchObject({
      name: 'UsageError',
      hint: expect.stringContaining('iot, mqtt, tracker, memory'),
    });
    await expect(createTransport('toString', settingsOf({}), fakeClock())).rejects.toThrow('"toString"');
  });

  it('says which file of authorities cannot be read', async () => {
    const settings = settingsOf({ broker: 'mqtts://localhost' }, { caFile: '/nonexistent/ca.pem' });
    await expect(createTransport('mqtt', settings, fakeClock())).rejects.toThrow('/nonexistent/ca.pem (ENOENT)');
  });
});
