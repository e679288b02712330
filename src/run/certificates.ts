import type { Reporter } from '../dashboard/reporter.ts';
import { SetupError } from '../errors.ts';
import { openCredentialStore } from '../fleet/credential-store.ts';
import { provision } from '../fleet/provision.ts';
import type { TransportName } from '../transports/index.ts';
import type { Backend } from './backend.ts';

/**
 * Sees that every device has its certificate. The embedded stand-in is provisioned here; elsewhere devices cost money
 * and stay, so that is the person's own decision ("simctl provision").
 */
export async function readyDevices(
  transport: TransportName,
  { target, embedded }: Pick<Backend, 'target' | 'embedded'>,
  deviceIds: readonly string[],
  reporter: Reporter,
  signal: AbortSignal,
): Promise<void> {
  if (transport !== 'iot') return;
  if (embedded) {
    reporter.step('provision', `Making ${deviceIds.length} things, each with its own key and certificate`);
    await provision({
      target,
      deviceIds,
      signal,
      onProgress: (done: number, total: number) => reporter.progress(done, total),
    });
    return;
  }
  const store = await openCredentialStore(target.credentialsDir);
  try {
    const missing = deviceIds.filter((id) => !store.has(id));
    if (missing.length > 0) {
      throw new SetupError(
        `${missing.length} of ${deviceIds.length} devices have no certificate for ${target.name}, first ${missing[0]}`,
        {
          hint: 'Provision them with "simctl provision" and the same --target and --dataset or --probes.',
        },
      );
    }
  } finally {
    await store.close();
  }
}
