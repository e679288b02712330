/** Whether this process can hold a connection for each of its devices: said before anything is made or started. */
import { createServer } from 'node:net';
import { filesWanted, portsIn } from '../doctor/machine.ts';
import { readLocalPorts, readOpenFiles } from '../doctor/machine-readings.ts';
import { codeOf, SetupError } from '../errors.ts';
import type { RunOptions } from './options.ts';

/** What there is. */
export interface Room {
  /** Open files of one process, all threads together. */
  readonly openFiles: number;
  /** Local ports of one address to one port of a broker; undefined: they cannot be read here. */
  readonly ports: number | undefined;
  /** From which connections come; 1 where the system chooses. */
  readonly addresses: number;
}

/** Every lack at once, each with its numbers, and what mends each. Empty: there is room. */
export function lacksOf(
  devices: number,
  { openFiles, ports, addresses }: Room,
): { readonly lacks: string[]; readonly remedies: string[] } {
  const lacks: string[] = [];
  const remedies: string[] = [];
  const wanted = filesWanted(devices);
  if (wanted > openFiles) {
    lacks.push(`each connection is an open file: ${wanted} are wanted, and this process may have ${openFiles}`);
    remedies.push(`raise the limit ("ulimit -n ${wanted}", as root)`);
  }
  if (ports !== undefined && devices > ports * addresses) {
    const from = addresses === 1 ? 'one address has' : `${addresses} addresses have`;
    lacks.push(`each connection is a local port, of which ${from} ${ports * addresses} to one broker`);
    remedies.push(
      `connect from ${Math.ceil(devices / ports)} addresses or more of this machine (--local-address A,B,…)`,
    );
  }
  return { lacks, remedies };
}

/** The most devices that there is room for; 0 or less: none. */
export function mostDevices({ openFiles, ports = Number.POSITIVE_INFINITY, addresses }: Room): number {
  return Math.min(openFiles - filesWanted(0), ports * addresses);
}

/** @throws SetupError */
export function checkRoom(devices: number, room: Room): void {
  const { lacks, remedies } = lacksOf(devices, room);
  if (lacks.length === 0) return;
  throw new SetupError(tooMany(devices, lacks), {
    hint: sentence([...remedies, 'or split the fleet over several processes or machines (--shard)']),
  });
}

export function tooMany(devices: number, lacks: readonly string[]): string {
  return `${devices} devices are too many for one process here: ${lacks.join('; ')}`;
}

export function sentence(parts: readonly string[]): string {
  const text = parts.join(', ');
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

/** Looks at this machine, for transports that hold a connection a device. @throws SetupError */
export async function checkConnectionRoom(options: Connecting, devices: number): Promise<void> {
  const room = await readRoom(options);
  if (room !== undefined) checkRoom(devices, room);
}

type Connecting = Pick<RunOptions, 'transport' | 'localAddresses'>;

/**
 * What this machine has.
 * @returns undefined for transports that hold no connection a device
 * @throws SetupError where an address is not its own
 */
export async function readRoom({ transport, localAddresses = [] }: Connecting): Promise<Room | undefined> {
  if (transport !== 'iot' && transport !== 'mqtt') return undefined;
  for (const address of localAddresses) await checkOwn(address);
  const { soft, hard } = readOpenFiles();
  const range = await readLocalPorts();
  return {
    openFiles: Math.min(soft, hard),
    ports: range && portsIn(range),
    addresses: Math.max(1, localAddresses.length),
  };
}

/** @throws SetupError where no connection could come from there */
async function checkOwn(address: string): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, address, resolve));
  } catch (error) {
    throw new SetupError(`--local-address ${address} is no address of this machine (${codeOf(error) ?? 'error'})`, {
      cause: error,
      hint: 'See which it has: "ip addr". All of 127.0.0.0/8 are, on Linux, for a broker on this machine.',
    });
  } finally {
    server.close();
  }
}
