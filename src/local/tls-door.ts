import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';

export interface TlsDoorOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly certPem: string;
  readonly keyPem: string;
  /** Sent to clients as whose certificates are asked for; anybody's is let through. */
  readonly caPem: string;
  /** How long a TLS handshake may take. */
  readonly handshakeMs: number;
  readonly onSocket: (socket: TLSSocket) => void;
  /** A client did not get through the handshake. */
  readonly onFailure: (message: string) => void;
}

export interface TlsDoor {
  readonly port: number;
  /** Takes no more, and cuts off whoever is still there. */
  close(): Promise<void>;
}

/** Listens for TLS clients and asks them for a certificate. @throws the system's error where the address is taken. */
export async function openTlsDoor(options: TlsDoorOptions): Promise<TlsDoor> {
  const { host, port, certPem, keyPem, caPem, handshakeMs, onSocket, onFailure } = options;
  const server = createServer({
    cert: certPem,
    key: keyPem,
    ca: caPem,
    requestCert: true,
    // A registered certificate counts, whoever signed it: the check is `onSocket`'s.
    rejectUnauthorized: false,
    handshakeTimeout: handshakeMs,
    noDelay: true,
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', (error, socket) => {
    onFailure(error.message);
    socket.destroy(); // Node leaves one whose handshake took too long
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => {}); // its end is what counts, and whoever takes it sees that
    onSocket(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Devices come by the thousand at once; the system cuts the backlog to its own bound.
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
