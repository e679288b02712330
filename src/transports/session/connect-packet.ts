import mqttPacket from 'mqtt-packet';
import type { SessionOptions } from './session.ts';

/** CONNECT of MQTT 3.1.1. */
export function connectPacket({ clientId, clean, keepAliveSeconds, username, password }: SessionOptions): Buffer {
  return mqttPacket.generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId,
    clean,
    keepalive: keepAliveSeconds,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Buffer.from(password) }),
  });
}
