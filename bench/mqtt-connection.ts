import { connect, type TLSSocket } from 'node:tls';
import mqttPacket from 'mqtt-packet';

/** Where, and with which certificate. */
export interface Door {
  readonly port: number;
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

/** Resolves once the broker has answered its CONNECT. */
export function mqttConnection({ port, caPem, certPem, keyPem }: Door, clientId: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port,
      ca: caPem,
      cert: certPem,
      key: keyPem,
      servername: 'localhost',
    });
    const common = { protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 1200 } as const;
    socket.once('secureConnect', () => socket.write(mqttPacket.generate({ cmd: 'connect', clientId, ...common })));
    socket.once('data', () => resolve(socket));
    socket.once('close', () => reject(new Error('the broker closed a connection')));
    socket.on('error', reject);
  });
}
