import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import mqttPacket, { type Packet } from 'mqtt-packet';
import type { Identity } from './pki.ts';

export interface Received {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
}

export interface TestBroker {
  readonly port: number;
  readonly received: Received[];
  /** Resolves once `count` messages have been received, of which there may be more. */
  got(count: number): Promise<Received[]>;
  close(): Promise<void>;
}

export interface BrokerTls extends Identity {
  readonly ca: string;
  readonly ALPNProtocols?: string[];
}

export type StartBroker = (tls?: BrokerTls) => Promise<TestBroker>;

function recorder() {
  const received: Received[] = [];
  let waiting: { count: number; resolve: (messages: Received[]) => void }[] = [];
  return {
    received,
    record(message: Received) {
      received.push(message);
      waiting = waiting.filter(({ count, resolve }) => {
        if (received.length >= count) resolve(received);
        return received.length < count;
      });
    },
    got: (count: number) =>
      new Promise<Received[]>((resolve) => {
        if (received.length >= count) resolve(received);
        else waiting.push({ count, resolve });
      }),
  };
}

function serve(onSocket: (socket: Socket) => void, tls?: BrokerTls): Server {
  if (tls === undefined) return createServer(onSocket);
  return createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: true }, onSocket as (s: TLSSocket) => void);
}

async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** aedes, in this process. */
export const startAedes: StartBroker = async (tls) => {
  const broker = await Aedes.createBroker();
  const { received, record, got } = recorder();
  broker.on('publish', ({ topic, payload, qos }, client) => {
    if (client) record({ topic, payload: payload.toString(), qos });
  });
  const sockets = new Set<Socket>();
  const server = serve((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    broker.handle(socket);
  }, tls);
  const port = await listen(server);
  return {
    port,
    received,
    got,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      await new Promise<void>((resolve) => broker.close(resolve));
    },
  };
};

export const hasMosquitto = spawnSync('mosquitto', ['-h']).error === undefined;

/** mosquitto, a process of its own; what it receives is heard through a subscriber. */
export const startMosquitto: StartBroker = async (tls) => {
  const dir = await mkdtemp(join(tmpdir(), 'simctl-mosquitto-'));
  const port = await freePort();
  const inside = await freePort();
  const lines = [
    'per_listener_settings true',
    `listener ${inside} 127.0.0.1`,
    'allow_anonymous true',
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'max_queued_messages 0',
    'max_inflight_messages 0',
  ];
  if (tls) {
    for (const name of ['ca', 'cert', 'key'] as const) {
      await writeFile(join(dir, name), tls[name]);
      lines.push(`${name === 'ca' ? 'cafile' : `${name}file`} ${join(dir, name)}`);
    }
    lines.push('require_certificate true');
  }
  await writeFile(join(dir, 'mosquitto.conf'), `user ${process.env.USER ?? 'root'}\n${lines.join('\n')}\n`);
  const broker = spawn('mosquitto', ['-c', join(dir, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  broker.stderr.on('data', (text) => {
    said += text;
  });
  const died = once(broker, 'exit').then(() => {
    throw new Error(`mosquitto ended: ${said}`);
  });
  died.catch(() => {});
  await Promise.race([answers(inside), died]);
  const { received, record, got } = recorder();
  const listener = await mqtt.connectAsync(`mqtt://127.0.0.1:${inside}`);
  listener.on('message', (topic, payload, { qos }) => record({ topic, payload: payload.toString(), qos }));
  await listener.subscribeAsync('#', { qos: 1 });
  return {
    port,
    received,
    got,
    async close() {
      await listener.endAsync();
      broker.kill();
      await died.catch(() => {});
      await rm(dir, { recursive: true, force: true });
    },
  };
};

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const up = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What a scripted broker may do with one connection. */
export interface Peer {
  reply(packet: Packet): void;
  write(bytes: Uint8Array): void;
  destroy(): void;
}

export interface ScriptedBroker {
  readonly port: number;
  readonly packets: Packet[];
  /** Resolves with the first packet of that kind, past or to come. */
  saw(cmd: Packet['cmd']): Promise<Packet>;
  /** Breaks all connections. */
  dropAll(): void;
  /** What each TLS connection so far asked for. */
  asked(): { servername: string | false | null; alpn: string | false | null }[];
  /** Connections so far that resumed a TLS session. */
  resumed(): number;
  /** Connections whose other side has not ended them. */
  open(): number;
  close(): Promise<void>;
}

/** Speaks MQTT as told: for what a well-behaved broker never does. Accepts CONNECT unless `onPacket` returns true. */
export async function scriptedBroker(
  onPacket: (packet: Packet, peer: Peer) => boolean | undefined,
  tls?: BrokerTls,
): Promise<ScriptedBroker> {
  const packets: Packet[] = [];
  const sockets = new Set<Socket>();
  let waiting: { cmd: string; resolve: (packet: Packet) => void }[] = [];
  const asked: { servername: string | false | null; alpn: string | false | null }[] = [];
  let resumed = 0;
  const server = serve((socket) => {
    sockets.add(socket);
    if (socket instanceof TLSSocket) {
      if (socket.isSessionReused()) resumed++;
      const { servername, alpnProtocol: alpn } = socket as TLSSocket & { servername: string | false | null };
      asked.push({ servername, alpn });
    }
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    const peer: Peer = {
      reply: (packet) => socket.write(mqttPacket.generate(packet)),
      write: (bytes) => socket.write(bytes),
      destroy: () => socket.destroy(),
    };
    parser.on('packet', (packet) => {
      packets.push(packet);
      for (const { cmd, resolve } of waiting) if (cmd === packet.cmd) resolve(packet);
      waiting = waiting.filter(({ cmd }) => cmd !== packet.cmd);
      if (onPacket(packet, peer)) return;
      if (packet.cmd === 'connect') peer.reply({ cmd: 'connack', returnCode: 0, sessionPresent: false });
      if (packet.cmd === 'pingreq') peer.reply({ cmd: 'pingresp' });
      if (packet.cmd === 'disconnect') socket.end();
    });
    socket.on('data', (chunk: Buffer) => parser.parse(chunk));
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  }, tls);
  const port = await listen(server);
  return {
    port,
    packets,
    saw: (cmd) =>
      new Promise((resolve) => {
        const found = packets.find((packet) => packet.cmd === cmd);
        if (found) resolve(found);
        else waiting.push({ cmd, resolve });
      }),
    dropAll() {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    asked: () => asked,
    resumed: () => resumed,
    open: () => sockets.size,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A port where nobody listens. */
export const deadPort = freePort;
