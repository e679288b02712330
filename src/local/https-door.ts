/**
 * The door that AWS IoT has on port 443. What comes is told apart by the protocol that the client names in its TLS
 * handshake (developer guide, "Protocols, port mappings, and authentication"):
 *
 *     x-amzn-mqtt-ca       MQTT, by the client's certificate
 *     mqtt                 MQTT, by a custom authorizer: there is none here
 *     http/1.1, or none    MQTT over WebSocket, wss://…/mqtt, by a signature in the URL
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { type Broker, HANDSHAKE_MS, type Refusal } from './broker.ts';
import type { Authority } from './certificate-authority.ts';
import { MAX_PACKET_BYTES, MAX_UNREAD_BYTES } from './mqtt-limits.ts';
import { signerOf } from './presigned.ts';
import { openTlsDoor, type TlsDoor } from './tls-door.ts';

export interface HttpsDoorOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly authority: Authority;
  readonly broker: Pick<Broker, 'accept' | 'acceptDevice'>;
  /** Secret access keys by access key id: who may sign. */
  readonly accessKeys: ReadonlyMap<string, string>;
  readonly region: string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly onRefused?: (refusal: Refusal) => void;
  /** How long a client may take over its TLS handshake, and then over its request. */
  readonly handshakeMs?: number;
}

const PROTOCOLS = ['x-amzn-mqtt-ca', 'mqtt', 'http/1.1'] as const;
const SERVICE = 'iotdevicegateway';
/** What clients offer: MQTT 3.1.1 and its predecessor's name for the same. */
const SUBPROTOCOLS = ['mqtt', 'mqttv3.1'];

/** Listens. @throws the system's error where the address is taken. */
export async function openHttpsDoor(options: HttpsDoorOptions): Promise<TlsDoor> {
  const { host, port, authority, broker, accessKeys, region, now, onRefused = () => {} } = options;
  const { handshakeMs = HANDSHAKE_MS } = options;
  const refused = (reason: string) => onRefused({ clientId: undefined, principal: undefined, reason });

  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_PACKET_BYTES,
    handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
  });
  sockets.on('wsClientError', (error) => refused(`WebSocket: ${error.message}`));

  const deadlines = new WeakMap<Duplex, NodeJS.Timeout>();
  // It listens nowhere: it is handed the connections that speak HTTP.
  const http = createServer((request, response) => {
    const { status, name, message } = request.url?.startsWith('/mqtt')
      ? { status: 400, name: 'InvalidRequestException', message: 'MQTT comes over WebSocket: Upgrade: websocket' }
      : { status: 404, name: 'ResourceNotFoundException', message: 'Not Found' };
    response.writeHead(status, { ...headersOf(name), connection: 'close' });
    response.end(bodyOf(message));
  });
  http.on('upgrade', (request, socket, head) => {
    const fault = requestFault(request);
    if (fault) {
      refused(`WebSocket: ${fault.message}`);
      answer(socket, fault);
      return;
    }
    const signer = signerOf(
      { method: 'GET', url: request.url!, headers: request.headers },
      { accessKeys, region, service: SERVICE, now: now() },
    );
    if ('refused' in signer) {
      refused(`WebSocket: ${signer.refused}`);
      answer(socket, { status: 403, name: 'ForbiddenException', message: signer.refused });
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      clearTimeout(deadlines.get(socket));
      const origin = { principal: { kind: 'access key', id: signer.accessKeyId } as const };
      broker.accept(mqttStream(webSocket), { ...origin, sourceIp: request.socket.remoteAddress });
    });
  });
  http.on('clientError', (_error, socket) => {
    if (socket.writable) answer(socket, { status: 400, name: 'InvalidRequestException', message: 'Bad Request' });
    else socket.destroy();
  });

  return openTlsDoor({
    host,
    port,
    ...authority.serverCredentials([host]),
    caPem: authority.caPem,
    protocols: PROTOCOLS,
    handshakeMs,
    onFailure: (message) => refused(`TLS: ${message}`),
    onSocket(socket: TLSSocket) {
      if (socket.alpnProtocol === 'x-amzn-mqtt-ca') broker.acceptDevice(socket);
      else if (socket.alpnProtocol === 'mqtt') broker.accept(socket, unauthorized(socket));
      else {
        deadlines.set(
          socket,
          setTimeout(() => socket.destroy(), handshakeMs),
        );
        socket.once('close', () => clearTimeout(deadlines.get(socket)));
        http.emit('connection', socket);
      }
    },
  });
}

function unauthorized({ remoteAddress }: TLSSocket) {
  const reason = 'the protocol "mqtt" asks for a custom authorizer, and there is none: take "x-amzn-mqtt-ca"';
  return { principal: { kind: 'nobody', id: '', reason } as const, sourceIp: remoteAddress };
}

interface Fault {
  readonly status: number;
  readonly name: string;
  readonly message: string;
}

function requestFault({ method, url = '', headers }: IncomingMessage): Fault | undefined {
  const bad = (message: string) => ({ status: 400, name: 'InvalidRequestException', message });
  if (url.split('?', 1)[0] !== '/mqtt') return { status: 404, name: 'ResourceNotFoundException', message: 'Not Found' };
  if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') return bad('Only WebSocket is spoken here');
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!SUBPROTOCOLS.some((name) => offered.includes(name))) return bad('Sec-WebSocket-Protocol must name mqtt');
  return undefined;
}

/** The form of AWS's, and by the lengths of observed answers its words (odelot/aws-mqtt-websockets, issues 7 and 54). */
function answer(socket: Duplex, { status, name, message }: Fault): void {
  const body = bodyOf(message);
  const headers = { ...headersOf(name), 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

function headersOf(name: string) {
  return { 'content-type': 'application/json', 'x-amzn-errortype': `${name}:`, 'x-amzn-requestid': randomUUID() };
}

function bodyOf(message: string): string {
  return JSON.stringify({ message, traceId: randomUUID() });
}

function mqttStream(webSocket: WebSocket): Duplex {
  // MQTT's control packets come in binary frames [MQTT-6.0.0-1].
  webSocket.on('message', (_data, isBinary) => {
    if (!isBinary) webSocket.close(1003);
  });
  // Each ping is answered; whoever asks on without reading the answers is let go.
  webSocket.on('ping', () => {
    if (webSocket.bufferedAmount > MAX_UNREAD_BYTES) webSocket.terminate();
  });
  const stream = createWebSocketStream(webSocket);
  stream.on('error', () => {}); // its end is what counts
  return stream;
}
