import { type AddressInfo, createServer } from 'node:net';
import mqtt from 'mqtt';
import mqttPacket, { type IConnectPacket, type IPublishPacket } from 'mqtt-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { createTransport } from '../../src/transports/index.ts';
import type { TransportSettings } from '../../src/transports/settings.ts';
import { mqttProblems } from '../../src/workers/mqtt-request.ts';
import { hasMosquitto, startAedes, startMosquitto } from '../support/brokers.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { updateOf } from '../support/transport-contract.ts';
import { settingsOf } from '../support/transport-settings.ts';

const going = new AbortController().signal;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function mqtt5(port: number, more: Partial<TransportSettings> = {}) {
  const broker = `mqtt://127.0.0.1:${port}`;
  const settings = settingsOf({ client: 'mqttjs', mqttVersion: '5', broker, topicRoot: 't', ...more });
  const transport = await createTransport('mqtt', settings, fakeClock(Date.now()));
  closing.push(() => transport.close());
  return transport;
}

/** Speaks MQTT 5, with these reasons for its answers. */
async function saying({ connack = 0, puback = 0 }: { connack?: number; puback?: number }) {
  const seen: { connect?: IConnectPacket; published: IPublishPacket[] } = { published: [] };
  const server = createServer((socket) => {
    const parser = mqttPacket.parser({ protocolVersion: 5 });
    const reply = (packet: mqttPacket.Packet) => socket.write(mqttPacket.generate(packet, { protocolVersion: 5 }));
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connect') {
        seen.connect = packet;
        reply({ cmd: 'connack', reasonCode: connack, sessionPresent: false });
      }
      if (packet.cmd === 'publish') {
        seen.published.push(packet);
        reply({ cmd: 'puback', messageId: packet.messageId!, reasonCode: puback });
      }
    });
    socket.on('data', (chunk: Buffer) => parser.parse(chunk));
    socket.on('error', () => {});
    closing.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, seen };
}

describe('over MQTT 5', () => {
  it('tells device, seq and sample time as user properties, where they are asked for', async () => {
    const { port, seen } = await saying({});
    const transport = await mqtt5(port, { userProperties: true });
    await transport.connect('AAA-0001', going);
    await transport.send(updateOf('AAA-0001', 3));
    expect(seen.connect).toMatchObject({ protocolVersion: 5, clientId: 'AAA-0001' });
    expect(seen.published[0]?.properties?.userProperties).toEqual({
      device: 'AAA-0001',
      seq: '3',
      sampleTime: '1700000090000',
    });
    const plain = await mqtt5(port);
    await plain.connect('BBB-0002', going);
    await plain.send(updateOf('BBB-0002', 0));
    expect(seen.published[1]?.properties?.userProperties).toBeUndefined();
  });

  it.each([
    [0x87, 'mqtt:not-authorized'],
    [0x97, 'mqtt:quota-exceeded'],
    [0x99, 'mqtt:payload-format-invalid'],
    [0x83, 'mqtt:implementation-specific-error'],
  ])('a PUBACK of %i is the failure %s', async (puback, code) => {
    const { port } = await saying({ puback });
    const transport = await mqtt5(port);
    await transport.connect('AAA-0001', going);
    await expect(transport.send(updateOf('AAA-0001', 0))).rejects.toMatchObject({ code });
  });

  it('nobody who subscribes is a success', async () => {
    const { port } = await saying({ puback: 0x10 });
    const transport = await mqtt5(port);
    await transport.connect('AAA-0001', going);
    await transport.send(updateOf('AAA-0001', 0));
  });

  it.each([
    [0x87, 'mqtt:not-authorized'],
    [0x9f, 'mqtt:connection-rate-exceeded'],
    [0x85, 'mqtt:client-identifier-not-valid'],
  ])('a CONNACK of %i is the failure %s', async (connack, code) => {
    const { port } = await saying({ connack });
    const failing = (await mqtt5(port)).connect('AAA-0001', going);
    await expect(failing).rejects.toMatchObject({ code, message: expect.stringContaining('AAA-0001') });
  });

  it('a broker that speaks 3.1.1 alone is named as one', async () => {
    const broker = await startAedes();
    closing.push(broker.close);
    const failing = (await mqtt5(broker.port)).connect('AAA-0001', going);
    await expect(failing).rejects.toMatchObject({ code: expect.stringMatching(/^(mqtt:unsupported|refused)/) });
  });

  it.skipIf(!hasMosquitto)('mosquitto takes it, and hands the user properties on', async () => {
    const broker = await startMosquitto();
    closing.push(broker.close);
    const reader = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 5 });
    closing.push(() => reader.endAsync(true));
    await reader.subscribeAsync('t/+', { qos: 1 });
    const heard = new Promise<IPublishPacket>((resolve) =>
      reader.on('message', (_topic, _payload, packet) => resolve(packet)),
    );
    const transport = await mqtt5(broker.port, { userProperties: true });
    await transport.connect('AAA-0001', going);
    await transport.send(updateOf('AAA-0001', 0));
    expect((await heard).properties?.userProperties).toMatchObject({ device: 'AAA-0001', seq: '0' });
  });
  if (!hasMosquitto) it.skip('(no "mosquitto" on this machine, so nothing is checked with it)', () => {});
});

it('a stand-in is known for its MQTT 3.1.1 before anything is sent', async () => {
  const settings = settingsOf({ client: 'mqttjs', mqttVersion: '5' }, { pid: 1 });
  await expect(createTransport('iot', settings, fakeClock(Date.now()))).rejects.toThrow('speaks MQTT 3.1.1 alone');
});

describe('what goes together', () => {
  const good = { transport: 'iot', target: 'aws', client: 'mqttjs' };
  it.each([
    [{ mqttVersion: '5', userProperties: true }],
    [{ auth: 'sigv4', basicIngest: true }],
    [{ mqttVersion: '5', transport: 'mqtt', target: 'local' }],
    [{ auth: 'certificate', mqttVersion: '3.1.1', client: 'lean' }],
  ])('%j', (asked) => {
    expect(mqttProblems({ ...good, ...asked })).toEqual([]);
  });

  it.each([
    [{ basicIngest: true, transport: 'mqtt' }, '--basic-ingest is of AWS'],
    [{ auth: 'sigv4', transport: 'tracker' }, '--auth sigv4 goes with --transport iot'],
    [{ auth: 'sigv4', client: 'lean' }, 'it takes --client mqttjs, not lean'],
    [{ mqttVersion: '5', client: 'device-sdk' }, 'device-sdk speaks 3.1.1'],
    [{ mqttVersion: '5', transport: 'memory' }, '--mqtt 5 goes with --transport iot or mqtt'],
    [{ mqttVersion: '5', target: 'local' }, 'the broker of the stand-in speaks MQTT 3.1.1 alone'],
    [{ userProperties: true }, 'say --mqtt 5'],
  ])('not %j', (asked, problem) => {
    expect(mqttProblems({ ...good, ...asked })).toEqual([expect.stringContaining(problem)]);
  });
});
