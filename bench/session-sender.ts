/** One side of bench/session.ts: sends, and says what it cost. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import mqttPacket from 'mqtt-packet';
import { systemClock } from '../src/clock.ts';
import { sessionsOf } from '../src/transports/session/index.ts';
import type { TlsOptions } from '../src/transports/session/session.ts';

export interface SenderTask {
  readonly client: 'bare' | 'lean' | 'mqttjs' | 'device-sdk';
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  readonly qos: 0 | 1;
  readonly connections: number;
  readonly messages: number;
}

export interface SenderResult {
  readonly cpuSeconds: number;
  readonly seconds: number;
}

/** Sends one message and resolves with its answer. */
type Send = (n: number) => Promise<unknown>;

/** Starts `each` loop of one connection: as many sends, one after another. */
type Run = (perConnection: number) => Promise<void>;

/** About what an update's JSON is: 120 bytes, and never twice the same. */
const payloadOf = (n: number) =>
  `{"payload":{"deviceid":"SLE-7115","timestamp":${1_700_000_000 + n}.000,"location":{"lat":21.306944,"long":-157.858333},"seq":${n}}}`;

async function opened(task: SenderTask): Promise<{ run: Run; close: () => Promise<void> }> {
  return task.client === 'bare' ? bare(task) : sessions(task);
}

async function sessions({ client, port, tls, qos, connections }: SenderTask) {
  const clock = systemClock();
  const timeouts = { ackTimeoutMs: 30_000, connectTimeoutMs: 30_000 };
  const open = await sessionsOf(client as 'lean', clock, timeouts);
  const context = tls && client === 'lean' ? createSecureContext(tls as object) : undefined;
  const sides: { send: Send; end: () => Promise<void> }[] = [];
  for (let i = 0; i < connections; i++) {
    const session = await open(
      {
        host: '127.0.0.1',
        port,
        clientId: `bench-${i}`,
        keepAliveSeconds: 60,
        clean: true,
        ...timeouts,
        ...(tls ? { tls: context ? { ...tls, memory: { context } } : tls } : {}),
      },
      new AbortController().signal,
    );
    const topic = `simUploadLocation/bench-${i}`;
    sides.push({ send: (n) => session.publish(topic, payloadOf(n), qos), end: () => session.end() });
  }
  return {
    async run(perConnection: number) {
      await Promise.all(
        sides.map(async ({ send }) => {
          for (let n = 0; n < perConnection; n++) await send(n);
        }),
      );
    },
    async close() {
      await Promise.all(sides.map(({ end }) => end()));
      clock.stop();
    },
  };
}

/** The bound: what any session of Node's sockets has to do, and nothing else. A fresh payload is written into the packet too. */
async function bare({ port, tls, qos, connections }: SenderTask) {
  const buffer = Buffer.allocUnsafe(65_536);
  const context = tls && createSecureContext(tls as object);
  const sockets: { socket: Socket; onRead: (bytes: number) => void; set: (on: (bytes: number) => void) => void }[] = [];
  for (let i = 0; i < connections; i++) {
    let onRead: (bytes: number) => void = () => {};
    const onread = {
      buffer,
      callback: (bytes: number) => {
        onRead(bytes);
        return true;
      },
    };
    const to = { host: '127.0.0.1', port, noDelay: true, onread };
    const socket = context ? connectTls({ ...to, secureContext: context } as object) : connect(to);
    await once(socket, context ? 'secureConnect' : 'connect');
    const connack = new Promise<void>((resolve) => {
      onRead = () => resolve();
    });
    socket.write(
      mqttPacket.generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clientId: `bench-${i}`,
        clean: true,
        keepalive: 60,
      }),
    );
    await connack;
    sockets.push({
      socket,
      onRead,
      set: (on) => {
        onRead = on;
      },
    });
  }
  return {
    async run(perConnection: number) {
      await Promise.all(
        sockets.map(
          ({ socket, set }, i) =>
            new Promise<void>((resolve) => {
              const packet = mqttPacket.generate({
                cmd: 'publish',
                topic: `simUploadLocation/bench-${i}`,
                payload: payloadOf(0).padEnd(122),
                qos,
                messageId: 1,
                dup: false,
                retain: false,
              });
              const head = 2 + 2 + `simUploadLocation/bench-${i}`.length + 1;
              let n = 0;
              const next = () => {
                if (n === perConnection) return resolve();
                if (qos === 1) packet.writeUInt16BE((n % 0xffff) + 1, head);
                packet.write(payloadOf(n), head + (qos === 1 ? 2 : 0), 'latin1');
                n++;
                socket.write(packet);
                if (qos === 0) setImmediate(next);
              };
              set(next);
              next();
            }),
        ),
      );
    },
    async close() {
      for (const { socket } of sockets) socket.end(Buffer.from([0xe0, 0]));
    },
  };
}

process.once('message', async (task: SenderTask) => {
  const { run, close } = await opened(task);
  await run(Math.ceil(2000 / task.connections)); // let the compiler see it first
  const before = process.cpuUsage();
  const start = performance.now();
  await run(task.messages / task.connections);
  const { user, system } = process.cpuUsage(before);
  const result: SenderResult = { cpuSeconds: (user + system) / 1e6, seconds: (performance.now() - start) / 1000 };
  await close();
  process.send!(result, () => process.disconnect());
});
