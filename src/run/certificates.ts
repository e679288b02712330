import type { Reporter } from '../dashboard/reporter.ts';
import { SetupError } from '../errors.ts';
import type { Backend } from './backend.ts';
import type { RunOptions } from './options.ts';

type Access = Pick<RunOptions, 'transport' | 'auth'>;

/** Whether a device shows a certificate of its own: not where the account's keys sign for all. */
export function needsCertificates({ transport, auth }: Access): boolean {
  return transport === 'iot' && auth !== 'sigv4';
}

/**
 * Sees that every device has its certificate. The embedded stand-in is provisioned here; elsewhere devices cost money
 * and stay, so that is the person's own decision ("simctl provision").
 */
export async function readyDevices(
  access: Access,
  { target, embedded }: Pick<Backend, 'target' | 'embedded'>,
  deviceIds: readonly string[],
  reporter: Reporter,
  signal: AbortSignal,
): Promise<void> {
  if (!needsCertificates(access)) return;
  if (embedded) {
    reporter.step('provision', `Making ${deviceIds.length} things, each with its own key and certificate`);
    const { provision } = await import('../fleet/provision.ts');
    await provision({
      target,
      deviceIds,
      signal,
      onProgress: (done: number, total: number) => reporter.progress(done, total),
    });
    return;
  }
  const { openCredentialStore } = await import('../fleet/credential-store.ts');
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
