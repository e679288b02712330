import type { Target } from '../target.ts';
import { openCredentialStore } from './credential-store.ts';

/** A device that has its credentials. */
export interface FleetDevice {
  readonly deviceId: string;
  readonly certificateId: string;
}

/** The devices provisioned for a target, in the order they were made. */
export function listFleet({ credentialsDir }: Target): FleetDevice[] {
  const store = openCredentialStore(credentialsDir);
  try {
    return Array.from(store.ids(), (deviceId) => ({ deviceId, certificateId: store.get(deviceId)!.certificateId }));
  } finally {
    store.close();
  }
}

/** Which of `deviceIds` are still to be provisioned. Makes no call. */
export function missingDevices({ credentialsDir }: Target, deviceIds: Iterable<string>): string[] {
  const store = openCredentialStore(credentialsDir);
  try {
    return [...new Set(deviceIds)].filter((id) => !store.has(id));
  } finally {
    store.close();
  }
}
