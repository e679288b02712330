import { connect, isIP, type Socket, type SocketConnectOpts } from 'node:net';
import { type ConnectionOptions, connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import { messageOf } from '../../errors.ts';
import { SendFailure } from '../transport.ts';
import type { SessionOptions, TlsOptions } from './session.ts';

export interface SocketHandlers {
  /** Connected, and where it is TLS, the broker's certificate is found good. */
  ready(): void;
  /** The first `length` bytes of `chunk`, which the next read overwrites. */
  data(chunk: Uint8Array, length: number): void;
  /** Once, at the end. `error`: what brought it about, if it was one. */
  closed(error: Error | undefined): void;
}

/** What a broker answers to a sender is short; one buffer serves all sockets of a thread, as each read is done with before the next. */
const readBuffer = Buffer.allocUnsafe(64 * 1024);

/** Opens a socket that reads into one shared buffer (`onread`) instead of through a stream: half the cost of a PUBACK. */
export function openSocket(options: SessionOptions, handlers: SocketHandlers): Socket {
  const { host, port, localAddress, tls } = options;
  const to = {
    host,
    port,
    ...(localAddress === undefined ? {} : { localAddress }),
    noDelay: true,
    onread: {
      buffer: readBuffer,
      callback: (bytes: number) => {
        handlers.data(readBuffer, bytes);
        return true;
      },
    },
  } satisfies SocketConnectOpts;
  const socket = tls === undefined ? connect(to, handlers.ready) : openTls(to, tls, handlers);
  let reason: Error | undefined;
  socket.on('error', (error) => {
    reason = error;
  });
  socket.on('close', () => handlers.closed(reason));
  return socket;
}

function openTls(to: SocketConnectOpts & { host: string }, tls: TlsOptions, handlers: SocketHandlers): Socket {
  const { alpn, memory, servername = to.host } = tls;
  const socket = connectTls(
    {
      ...(to as ConnectionOptions),
      secureContext: contextOf(tls),
      // An address is no name that SNI could ask for (RFC 6066, section 3); the certificate is checked against it all the same.
      ...(isIP(servername) ? {} : { servername }),
      ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
      ...(memory?.ticket === undefined ? {} : { session: memory.ticket }),
    },
    handlers.ready,
  );
  if (memory !== undefined) {
    socket.on('session', (ticket) => {
      memory.ticket = ticket;
    });
  }
  return socket;
}

/** Node takes a certificate of one's own only with a context of one's own (`setKeyCert` is without effect on a client). */
function contextOf({ ca, cert, key, memory }: TlsOptions): SecureContext {
  const known = memory?.context;
  if (known !== undefined) return known;
  try {
    const context = createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
    if (memory !== undefined) memory.context = context;
    return context;
  } catch (error) {
    throw new SendFailure(
      'certificate-unreadable',
      `certificate, key or authority is not what it should be: ${messageOf(error)}`,
      error,
    );
  }
}
