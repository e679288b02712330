/** The stand-in's HTTP door: all its services on one port, each an `Api` that knows its own paths. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { codeOf, messageOf } from '../errors.ts';
import { listen } from './listening.ts';

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
  /** Whoever has not sent a request whole by then holds a connection for nothing. */
  readonly requestTimeoutMs?: number;
  readonly maxConnections?: number;
}

export interface Door {
  readonly port: number;
  close(): Promise<void>;
}

/** Nothing that the services take is larger: ten positions with all properties are 10 KB, a policy 2 KB. */
const MAX_BODY_BYTES = 1024 * 1024;
/** SDK clients keep idle connections for a while and must not find one closed just as they use it. */
const KEEP_ALIVE_MS = 65_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Beyond it, connections are closed as they come. */
const MAX_CONNECTIONS = 16_384;
/** Of all requests that are being read. */
const MAX_HELD_BYTES = 256 * 1024 * 1024;

/** Listens. @throws the system's error where the address is taken. */
export async function createDoor(apis: readonly Api[], options: DoorOptions): Promise<Door> {
  const { host, port, onError, requestTimeoutMs = REQUEST_TIMEOUT_MS, maxConnections = MAX_CONNECTIONS } = options;
  const readBody = bodyReader();
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: requestTimeoutMs,
      // Node looks for those that are late in these steps.
      connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
    },
    (incoming, response) => {
      readBody(incoming, (body) => {
        if (!Buffer.isBuffer(body)) {
          answer(response, body);
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
  server.maxConnections = maxConnections;
  server.on('clientError', (error, socket) => {
    if (socket.writable) socket.end(malformed(codeOf(error)));
    else socket.destroy();
  });
  const bound = await listen(server, host, port, 1024);
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // Whoever keeps a connection busy has had their chance.
        setTimeout(() => server.closeAllConnections(), 1000).unref();
      }),
  };
}

type Body = Buffer | ApiReply;

const TOO_LARGE = refusal(413, 'RequestEntityTooLargeException', `A request has at most ${MAX_BODY_BYTES} bytes`);
const TOO_MUCH = refusal(503, 'ServiceUnavailableException', 'Too many requests are being read');
/** A body may come a byte at a time, each with a Buffer of its own: so many are made one. */
const SMALL_PIECES = 64;

/** Hands over the body, or what to answer as soon as it grows too large. */
function bodyReader(): (incoming: IncomingMessage, done: (body: Body) => void) => void {
  let held = 0;
  return (incoming, done) => {
    const pieces: Buffer[] = [];
    let small: Buffer[] = [];
    let bytes = 0;
    let open = true;
    const end = (body?: Body) => {
      if (!open) return;
      open = false;
      held -= bytes;
      if (body !== undefined) done(body);
    };
    incoming.on('data', (piece: Buffer) => {
      if (!open) return;
      bytes += piece.length;
      held += piece.length;
      if (bytes > MAX_BODY_BYTES) end(TOO_LARGE);
      else if (held > MAX_HELD_BYTES) end(TOO_MUCH);
      else if (small.push(piece) === SMALL_PIECES) {
        pieces.push(Buffer.concat(small));
        small = [];
      }
    });
    incoming.on('end', () => {
      if (pieces.length === 0 && small.length === 1) end(small[0]);
      else end(Buffer.concat([...pieces, ...small], bytes));
    });
    incoming.on('error', () => {}); // the client is gone; there is nobody to answer
    incoming.on('close', () => end());
    if (Number(incoming.headers['content-length']) > MAX_BODY_BYTES) end(TOO_LARGE);
  };
}

/** A request may name its server once more [RFC 9112, 3.2.2]. */
const ABSOLUTE = /^https?:\/\/[^/?]*/i;

async function handle(apis: readonly Api[], incoming: IncomingMessage, body: Buffer): Promise<ApiReply> {
  const { method = 'GET', headers } = incoming;
  const url = (incoming.url ?? '/').replace(ABSOLUTE, '');
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
    ...(status === 413 || status === 503 ? { connection: 'close' } : {}),
  });
  response.end(bytes);
}

/** What Node's parser did not take, as a whole answer. */
function malformed(code: string | undefined): string {
  const [status, name, message] =
    code === 'HPE_HEADER_OVERFLOW'
      ? ([431, 'RequestHeaderFieldsTooLargeException', 'The headers are too large'] as const)
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ([408, 'RequestTimeoutException', 'The request did not come in time'] as const)
        : ([400, 'BadRequestException', 'The request is no HTTP'] as const);
  const body = JSON.stringify({ message });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `x-amzn-errortype: ${name}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
