/** First connections: what makes AWS register the devices of a fleet's own authority. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import mqttPacket from 'mqtt-packet';
import { SetupError } from '../errors.ts';
import type { Target } from '../target.ts';
import type { DeviceCredentials } from './credential-store.ts';
import { inLanes } from './lanes.ts';
import { readAuthority, registeredByAuthority } from './own-authority.ts';
import { type FleetOptions, withFleet } from './session.ts';

export interface Activated {
  /** Devices that connected now for the first time. */
  readonly activated: number;
  readonly already: number;
  readonly interrupted: boolean;
}

const CONCURRENCY = 32;
const CONNECT_TIMEOUT_MS = 15_000;
/** The connection that registers a device is cut; AWS takes a moment until the next one succeeds. */
const ATTEMPTS = 8;
const PAUSE_MS = 500;

/** @throws SetupError where a device is refused again and again; those that were registered stay so. */
export async function activateFleet(options: FleetOptions): Promise<Activated> {
  const { target, onProgress = () => {}, concurrency = CONCURRENCY } = options;
  const counts = { activated: 0, already: 0 };
  const interrupted = await withFleet(options, async (session) => {
    const { store, call } = session;
    const authority = readAuthority(target.credentialsDir);
    if (!authority) return;
    const registered = await registeredByAuthority(session, authority.certificateId);
    const waiting = [...store.ids()].filter((id) => {
      const { certificateId, authority: madeBy } = store.get(id)!;
      return madeBy !== undefined && !registered.has(certificateId);
    });
    counts.already = registered.size;
    const ca = target.caFile === undefined ? undefined : readFileSync(target.caFile, 'utf8');
    onProgress(0, waiting.length);
    await inLanes(waiting, concurrency, async (id) => {
      const credentials = store.get(id)!;
      for (let attempt = 1; ; attempt++) {
        const code = await call('Connect', () => connectOnce(target, credentials, ca));
        if (code === ACCEPTED) break;
        if (attempt === ATTEMPTS) throw refused(id, code);
        // The first refusal is what registers it.
        if (attempt > 1) await session.sleep(PAUSE_MS * attempt);
      }
      onProgress(++counts.activated, waiting.length);
    });
  });
  return { ...counts, interrupted };
}

const ACCEPTED = 0;

/** @returns the code of the CONNACK, undefined where the broker ended the connection without one. */
function connectOnce(
  target: Target,
  credentials: DeviceCredentials,
  ca: string | undefined,
): Promise<number | undefined> {
  const { mqttHost: host, mqttPort: port } = target;
  const { certificatePem: cert, privateKeyPem: key, thingName: clientId } = credentials;
  return new Promise((resolve) => {
    const socket = connect({ host, port, cert, key, servername: host, ...(ca === undefined ? {} : { ca }) });
    let code: number | undefined;
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy());
    socket.once('secureConnect', () =>
      socket.write(
        mqttPacket.generate({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clean: true,
          clientId,
          keepalive: 60,
        }),
      ),
    );
    socket.once('data', (bytes: Buffer) => {
      code = bytes[0] === 0x20 ? bytes[3] : undefined;
      socket.end(mqttPacket.generate({ cmd: 'disconnect' }));
    });
    socket.on('error', () => {}); // how a registering connection ends
    socket.once('close', () => resolve(code));
  });
}

function refused(deviceId: string, code: number | undefined): SetupError {
  const how = code === undefined ? 'ends the connection' : `answers with code ${code}`;
  return new SetupError(`the broker does not take ${deviceId}: it ${how}, ${ATTEMPTS} times`, {
    hint: 'Is the authority still registered ("simctl fleet verify")? May the role of --role-arn make things, and attach policies?',
  });
}
