/** Whether a target's doors open: a name that resolves, a connection, and where it is secured, a certificate to trust. */
import { readFile } from 'node:fs/promises';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { codeOf, messageOf } from '../errors.ts';
import type { Target } from '../target.ts';
import { type Finding, ok, problem } from './finding.ts';

export interface Door {
  readonly what: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** PEM of the authority to trust; undefined: the system's. */
  readonly ca?: string;
}

export async function doorsOf(target: Target): Promise<Door[]> {
  const { mqttHost, mqttPort, caFile, queryEndpoint } = target;
  const ca = caFile === undefined ? {} : { ca: await readFile(caFile, 'utf8') };
  const doors: Door[] = [{ what: 'MQTT broker', host: mqttHost, port: mqttPort, tls: true, ...ca }];
  if (queryEndpoint !== undefined) {
    const { hostname, port, protocol } = new URL(queryEndpoint);
    const tls = protocol === 'https:';
    doors.push({ what: 'query API', host: hostname, port: Number(port || (tls ? 443 : 80)), tls });
  }
  return doors;
}

const AT_MOST_MS = 5000;

/** Connects and hangs up. `now` gives ms. */
export async function reach(door: Door, now: () => number = () => performance.now()): Promise<Finding> {
  const { what, host, port, tls, ca } = door;
  const begun = now();
  const socket = tls
    ? connectTls({ host, port, servername: host, ...(ca === undefined ? {} : { ca }), ...alpnOf(port) })
    : connectTcp({ host, port });
  try {
    await opened(socket, tls ? 'secureConnect' : 'connect');
    return ok(what, `${host}:${port} answers in ${Math.round(now() - begun)} ms${tls ? ', over TLS' : ''}`);
  } catch (error) {
    return problem(what, `${host}:${port} cannot be reached: ${messageOf(error)}`, mendOf(error));
  } finally {
    socket.destroy();
  }
}

/** AWS IoT takes MQTT on port 443 only where it is asked for. */
const alpnOf = (port: number) => (port === 443 ? { ALPNProtocols: ['x-amzn-mqtt-ca'] } : {});

function opened(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.once('error', reject);
    socket.setTimeout(AT_MOST_MS, () => reject(new Error(`no answer within ${AT_MOST_MS / 1000} s`)));
  });
}

function mendOf(error: unknown): string {
  const code = codeOf(error) ?? '';
  if (/^(ENOTFOUND|EAI_)/.test(code)) return 'Look at the name and at the DNS of this machine.';
  if (code === 'ECONNREFUSED') return 'Is it running, and is this its port?';
  if (/CERT|SIGN|ISSUER|ALTNAME/.test(code))
    return 'Its certificate is not to be trusted: is a proxy in between, or the ready file of another stand-in meant?';
  return 'Look at firewalls and security groups: MQTT wants port 8883 (or 443) to be open outwards.';
}
