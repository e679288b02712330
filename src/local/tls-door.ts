import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { listen } from './listening.ts';

export interface TlsDoorOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly certPem: string;
  readonly keyPem: string;
  /** Sent to clients as whose certificates are asked for; anybody's is let through. */
  readonly caPem: string;
  /** Protocols to choose from where a client names any (ALPN); absent: the client's names are not looked at. */
  readonly protocols?: readonly string[];
  /** How long a TLS handshake may take. */
  readonly handshakeMs: number;
  /** How many may be in their handshake at once. */
  readonly maxHandshakes?: number;
  readonly onSocket: (socket: TLSSocket) => void;
  /** A client did not get through the handshake. */
  readonly onFailure: (message: string) => void;
}

export interface TlsDoor {
  readonly port: number;
  /** Takes no more, and cuts off whoever is still there. */
  close(): Promise<void>;
}

/** More than the ten thousand devices that may come at once; each costs about 40 KB until it is through. */
const MAX_HANDSHAKES = 16_384;
/**
 * A handshake takes about 3 ms of CPU. So many are begun between two looks at everybody else's connections, or a thousand
 * newcomers would hold those up for seconds.
 */
const BEGUN_AT_ONCE = 8;

/** Listens for TLS clients and asks them for a certificate. @throws the system's error where the address is taken. */
export async function openTlsDoor(options: TlsDoorOptions): Promise<TlsDoor> {
  const { host, port, certPem, keyPem, caPem, protocols, handshakeMs, onSocket, onFailure } = options;
  const { maxHandshakes = MAX_HANDSHAKES } = options;
  const tooMany = `more than ${maxHandshakes} handshakes at once`;
  const tls = createTlsServer({
    cert: certPem,
    key: keyPem,
    ca: caPem,
    requestCert: true,
    // A registered certificate counts, whoever signed it: the check is `onSocket`'s.
    rejectUnauthorized: false,
    handshakeTimeout: handshakeMs,
    ...(protocols ? { ALPNProtocols: [...protocols] } : {}),
  });
  const sockets = new Set<Socket>();
  const handshaking = new Map<string, Socket>();
  const newcomers = new Set<Socket>();

  const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => {}); // its end is what counts
    if (newcomers.size >= maxHandshakes) {
      onFailure(tooMany);
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => {
      sockets.delete(socket);
      newcomers.delete(socket);
    });
    newcomers.add(socket);
    if (newcomers.size === 1) setImmediate(begin);
  });

  function begin(): void {
    let begun = 0;
    for (const socket of newcomers) {
      if (begun++ === BEGUN_AT_ONCE) break;
      newcomers.delete(socket);
      handshake(socket);
    }
    if (newcomers.size > 0) setImmediate(begin);
  }

  function handshake(socket: Socket): void {
    const peer = peerOf(socket);
    handshaking.set(peer, socket);
    socket.on('close', () => {
      if (handshaking.get(peer) === socket) handshaking.delete(peer);
    });
    tls.emit('connection', socket);
    if (handshaking.size <= maxHandshakes) return;
    onFailure(tooMany);
    leastPromising(handshaking.values())?.destroy();
  }

  tls.on('tlsClientError', (error, socket) => {
    onFailure(error.message);
    socket.destroy(); // Node leaves one whose handshake took too long
  });
  tls.on('secureConnection', (socket) => {
    handshaking.delete(peerOf(socket));
    socket.on('error', () => {}); // its end is what counts, and whoever takes it sees that
    onSocket(socket);
  });
  // Devices come by the thousand at once.
  const bound = await listen(server, host, port, 4096);
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The TLS socket and the TCP socket below it are two objects with one peer. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

const LOOKED_AT = 32;

/** Of those that have waited longest, one that has said nothing at all; else the very first. */
function leastPromising(oldestFirst: Iterable<Socket>): Socket | undefined {
  let first: Socket | undefined;
  let looked = 0;
  for (const socket of oldestFirst) {
    if (socket.bytesRead === 0) return socket;
    first ??= socket;
    if (++looked === LOOKED_AT) break;
  }
  return first;
}
