/** One side of bench/senders.ts: sends, and says what it cost. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import mqtt from 'mqtt';
import mqttPacket from 'mqtt-packet';
import pLimit from 'p-limit';
import { systemClock } from '../src/clock.ts';
import { sessionsOf } from '../src/transports/session/index.ts';
import type { Session, TlsOptions } from '../src/transports/session/session.ts';
import { engine } from './engine-sender.ts';
import { WARM_UP } from './warm-up.ts';

export interface SenderTask {
  readonly side: 'bare' | 'lean' | 'engine' | 'mqttjs';
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  readonly qos: 0 | 1;
  readonly connections: number;
  readonly messages: number;
  /** For the engine: where its fleet and its logs go, and the authority that signed the broker's certificate. */
  readonly dir: string;
  readonly caFile: string;
  /** Messages a second; absent: as fast as answers come. */
  readonly rate?: number;
}

export interface SenderResult {
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** That were sent meanwhile. */
  readonly messages: number;
}

/** Sends so many on each connection, one after another. */
type Run = (perConnection: number) => Promise<void>;

/** About what an update's JSON is: 120 bytes, and never twice the same. */
const payloadOf = (n: number) =>
  `{"payload":{"deviceid":"SLE-7115","timestamp":${1_700_000_000 + n}.000,"location":{"lat":21.306944,"long":-157.858333},"seq":${n}}}`;

/** As many at a time as the engine connects; one after another, a thousand over mTLS would take most of a minute. */
function openAll<T>(connections: number, open: (i: number) => Promise<T>): Promise<T[]> {
  return pLimit(32).map(Array.from({ length: connections }), (_, i) => open(i));
}

const OPENED = { bare, lean, mqttjs } as const;

/** Our session alone. */
async function lean({ port, tls, qos, connections }: SenderTask) {
  const clock = systemClock();
  const timeouts = { ackTimeoutMs: 30_000, connectTimeoutMs: 30_000 };
  const open = await sessionsOf('lean', clock, timeouts);
  const context = tls && createSecureContext(tls as object);
  const sessions = await openAll(connections, async (i): Promise<{ session: Session; topic: string }> => {
    const session = await open(
      {
        host: '127.0.0.1',
        port,
        clientId: `bench-${i}`,
        keepAliveSeconds: 60,
        clean: true,
        ...timeouts,
        ...(context ? { tls: { ...tls, memory: { context } } } : {}),
      },
      new AbortController().signal,
    );
    return { session, topic: `simUploadLocation/bench-${i}` };
  });
  return {
    async run(perConnection: number) {
      await Promise.all(
        sessions.map(async ({ session, topic }) => {
          for (let n = 0; n < perConnection; n++) await session.publish(topic, payloadOf(n), qos);
        }),
      );
    },
    async close() {
      await Promise.all(sessions.map(({ session }) => session.end()));
      clock.stop();
    },
  };
}

/** MQTT.js as its README has it, with callbacks, which are cheaper than its promises. */
async function mqttjs({ port, tls, qos, connections }: SenderTask) {
  const clients = await openAll(connections, async (i) => {
    const client = await mqtt.connectAsync(`${tls ? 'mqtts' : 'mqtt'}://127.0.0.1:${port}`, {
      clientId: `bench-${i}`,
      protocolVersion: 4,
      keepalive: 60,
      ...(tls ?? {}),
    } as mqtt.IClientOptions);
    return { client, topic: `simUploadLocation/bench-${i}` };
  });
  const all = (client: mqtt.MqttClient, topic: string, perConnection: number) =>
    new Promise<void>((resolve, reject) => {
      let n = 0;
      const next = (error?: Error | null) => {
        if (error) return reject(error);
        if (n === perConnection) return resolve();
        client.publish(topic, payloadOf(n++), { qos }, next);
      };
      next();
    });
  return {
    async run(perConnection: number) {
      await Promise.all(clients.map(({ client, topic }) => all(client, topic, perConnection)));
    },
    async close() {
      await Promise.all(clients.map(({ client }) => client.endAsync()));
    },
  };
}

/** The bound: what any session of Node's sockets has to do, and nothing else. A fresh payload is written into the packet too. */
async function bare({ port, tls, qos, connections }: SenderTask) {
  const buffer = Buffer.allocUnsafe(65_536);
  const context = tls && createSecureContext(tls as object);
  const sockets = await openAll(connections, async (i) => {
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
    return {
      socket,
      set: (on: (bytes: number) => void) => {
        onRead = on;
      },
    };
  });
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
                // Until the system has taken it, the packet must stay as it is: Node only refers to it.
                if (qos === 0) socket.write(packet, () => setImmediate(next));
                else socket.write(packet);
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

async function measured(task: SenderTask): Promise<SenderResult> {
  if (task.side === 'engine') return engine(task);
  const { run, close }: { run: Run; close: () => Promise<void> } = await OPENED[task.side](task);
  await run(Math.ceil(WARM_UP / task.connections));
  const before = process.cpuUsage();
  const start = performance.now();
  const each = Math.ceil(task.messages / task.connections);
  await run(each);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - start) / 1000;
  await close();
  return { cpuSeconds: (user + system) / 1e6, seconds, messages: each * task.connections };
}

process.once('message', async (task: SenderTask) => {
  process.send!(await measured(task), () => process.disconnect());
});
