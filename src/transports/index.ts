import type { Clock } from '../clock.ts';
import { UsageError } from '../errors.ts';
import type { ClientName, TransportSettings } from './settings.ts';
import type { Transport } from './transport.ts';

export type { ClientName, TransportSettings };

type Factory = (settings: TransportSettings, clock: Clock) => Promise<Transport>;

/** All transports. Each is loaded when it is asked for: the AWS SDK alone takes a quarter of a second. */
export const transports = {
  iot: async (settings, clock) => (await import('./iot.ts')).iotTransport(settings, clock),
  mqtt: async (settings, clock) => (await import('./mqtt.ts')).mqttTransport(settings, clock),
  tracker: async (settings, clock) => (await import('./tracker.ts')).trackerTransport(settings, clock),
  memory: async (_settings, clock) => (await import('./memory.ts')).memoryTransport(clock),
} satisfies Record<string, Factory>;

export type TransportName = keyof typeof transports;

/**
 * Opens the transport of that name for one worker.
 * @throws UsageError or SetupError where it cannot be had at all; what concerns one device waits for its `connect`.
 */
export async function createTransport(name: string, settings: TransportSettings, clock: Clock): Promise<Transport> {
  if (!Object.hasOwn(transports, name)) {
    throw new UsageError(`there is no transport "${name}"`, {
      hint: `The transports are ${Object.keys(transports).join(', ')}.`,
    });
  }
  return transports[name as TransportName](settings, clock);
}
