/** Addresses: taking them, and what to call them. */
import type { AddressInfo, Server } from 'node:net';
import { codeOf, messageOf, SetupError } from '../errors.ts';

/** Runs `listen`. @throws SetupError where the address cannot be had, which names the port and the flag to change it. */
export async function atPort<T>(flag: string, host: string, port: number, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE')
      throw new SetupError(`port ${port} of ${host} is in use`, {
        hint: `Choose another one with ${flag} (0: any that is free), or stop whoever listens there.`,
        cause: error,
      });
    throw new SetupError(`cannot listen on port ${port} of ${host}: ${messageOf(error)}`, {
      hint: `Choose another port with ${flag}, or another address with --host.`,
      cause: error,
    });
  }
}

/** @param backlog how many connections may wait to be taken, within the system's own bound @returns the port it listens on */
export async function listen(server: Server, host: string, port: number, backlog: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

/** The URL of an address that is listened on: what listens everywhere is called on loopback. */
export function endpointOf(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
