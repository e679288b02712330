/** The stand-in's HTTP door: all its services on one port, each an `Api` that knows its own paths. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../errors.ts';

/** One request to the stand-in's HTTP door, read whole. */
export interface ApiRequest {
  readonly method: string;
  /** Percent-decoded path segments. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface ApiReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string or Buffer goes out as it is, anything else as JSON; absent: no body. */
  readonly body?: unknown;
  /** Instead of a body: called with the response, headers sent, to be written to and ended at will. */
  readonly stream?: (response: ServerResponse) => void;
}

/** One service behind the door. `undefined`: the path is not one of its own. */
export type Api = (request: ApiRequest) => ApiReply | undefined | Promise<ApiReply | undefined>;

export interface DoorOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Told of what threw inside an API: a bug of ours, answered with 500. */
  readonly onError?: (error: unknown, request: string) => void;
}

export interface Door {
  readonly port: number;
  close(): Promise<void>;
}

/** Nothing that the services take is larger: ten positions with all properties are 10 KB, a policy 2 KB. */
const MAX_BODY_BYTES = 1024 * 1024;
/** SDK clients keep idle connections for a while and must not find one closed just as they use it. */
const KEEP_ALIVE_MS = 65_000;
/** Whoever has not sent a request whole by then holds a connection for nothing. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Listens. @throws the system's error where the address is taken. */
export async function createDoor(apis: readonly Api[], { host, port, onError }: DoorOptions): Promise<Door> {
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    (incoming, response) => {
      readBody(incoming, (body) => {
        if (body === undefined) {
          answer(
            response,
            refusal(413, 'RequestEntityTooLargeException', `A request has at most ${MAX_BODY_BYTES} bytes`),
          );
          return;
        }
        handle(apis, incoming, body).then(
          (reply) => answer(response, reply),
          (error) => {
            onError?.(error, `${incoming.method} ${incoming.url}`);
            answer(response, refusal(500, 'InternalServerException', messageOf(error)));
          },
        );
      });
    },
  );
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // Whoever keeps a connection busy has had their chance.
        setTimeout(() => server.closeAllConnections(), 1000).unref();
      }),
  };
}

/** Hands over the body, or undefined as soon as it grows too large. */
function readBody(incoming: IncomingMessage, done: (body: Buffer | undefined) => void): void {
  const pieces: Buffer[] = [];
  let bytes = 0;
  incoming.on('data', (piece: Buffer) => {
    bytes += piece.length;
    if (bytes <= MAX_BODY_BYTES) pieces.push(piece);
    else {
      incoming.removeAllListeners('data').removeAllListeners('end');
      incoming.resume();
      done(undefined);
    }
  });
  incoming.on('end', () => done(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, bytes)));
  incoming.on('error', () => {}); // the client is gone; there is nobody to answer
}

async function handle(apis: readonly Api[], incoming: IncomingMessage, body: Buffer): Promise<ApiReply> {
  const { method = 'GET', url = '/', headers } = incoming;
  const mark = url.indexOf('?');
  const path = segments(mark < 0 ? url : url.slice(0, mark));
  if (path === undefined) return refusal(400, 'ValidationException', 'The path is not well encoded');
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  for (const api of apis) {
    const reply = await api({ method, path, query, headers, body });
    if (reply !== undefined) return reply;
  }
  return refusal(404, 'UnknownOperationException', `No operation of the stand-in is ${method} ${url.slice(0, 300)}`);
}

function segments(path: string): string[] | undefined {
  const raw = path.slice(1).split('/');
  if (!path.includes('%')) return raw;
  try {
    return raw.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** An error as AWS's REST-JSON services write it. */
export function refusal(status: number, name: string, message: string, detail: object = {}): ApiReply {
  return { status, headers: { 'x-amzn-errortype': name }, body: { message, ...detail } };
}

function answer(response: ServerResponse, { status, headers, body, stream }: ApiReply): void {
  if (stream) {
    response.writeHead(status, headers);
    stream(response);
    return;
  }
  const plain = typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = body === undefined ? '' : plain ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(bytes),
    ...headers,
    // The rest of an oversized body would be read as the next request.
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  response.end(bytes);
}
