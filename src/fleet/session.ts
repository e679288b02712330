/** What provisioning and removing share: a client of the target's control plane, its store, its journal, an end. */
import { setImmediate } from 'node:timers/promises';
import { iotClient } from '../aws.ts';
import { type StoppableClock, systemClock } from '../clock.ts';
import type { Target } from '../target.ts';
import { controlPlane, explain, Interrupted, unlessMissing } from './control-plane.ts';
import { type CredentialStore, openCredentialStore } from './credential-store.ts';
import type { Iot } from './groundwork.ts';
import { findInDoubt } from './in-doubt.ts';
import { type Journal, type MadeCertificate, openJournal } from './journal.ts';
import { awsCallsPerSecond, type CallsPerSecond } from './rate-limits.ts';

export interface FleetOptions {
  readonly target: Target;
  /** Ends the work; what has begun stays resumable. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Devices in the works at a time. */
  readonly concurrency?: number;
  /** By default what AWS allows, and no limit for a stand-in. */
  readonly callsPerSecond?: CallsPerSecond;
  readonly clock?: StoppableClock;
  /** 0 … 1, for the spread of pauses before repeating a call. */
  readonly random?: () => number;
}

export interface FleetSession extends Iot {
  readonly store: CredentialStore;
  readonly journal: Journal;
  /** Epoch ms. */
  now(): number;
  /** Lets others run. Rejects with `Interrupted` once the work is to stop. */
  pause(): Promise<void>;
  /** The same after so long, ms. */
  sleep(ms: number): Promise<void>;
  /** Certificates made for keys whose request was never answered. */
  findMade(deviceIds: readonly string[]): Promise<Map<string, MadeCertificate>>;
}

/**
 * Runs `work` with all of it open, and closes it whatever happens.
 * @returns whether it was interrupted. @throws SetupError for what the control plane refuses.
 */
export async function withFleet(
  options: FleetOptions,
  work: (session: FleetSession) => Promise<void>,
): Promise<boolean> {
  const { target, signal, clock = systemClock(), random = Math.random } = options;
  const sdk = await import('@aws-sdk/client-iot');
  // Repeating is ours: a certificate must not be asked for twice where the first request may have been carried out.
  const client = await iotClient(target, { maxAttempts: 1 });
  const callsPerSecond = options.callsPerSecond ?? (isAws(target) ? awsCallsPerSecond : () => undefined);
  const call = controlPlane({ clock, callsPerSecond, random });
  const stop = () => clock.stop();
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  let store: CredentialStore | undefined;
  let journal: Journal | undefined;
  try {
    store = openCredentialStore(target.credentialsDir, { write: true });
    journal = openJournal(target.credentialsDir);
    const session = {
      sdk,
      client,
      call,
      store,
      journal,
      now: clock.now,
      pause: () => pause(clock),
      sleep: (ms: number) => sleep(clock, ms),
    };
    await work({
      ...session,
      findMade: (deviceIds) => findInDoubt(session, pendingOf(session.journal, deviceIds), knownCertificates(session)),
    });
    return false;
  } catch (error) {
    if (error instanceof Interrupted) return true;
    throw explain(error, target.name);
  } finally {
    signal?.removeEventListener('abort', stop);
    journal?.close();
    store?.close();
    client.destroy();
  }
}

async function pause(clock: StoppableClock): Promise<void> {
  await setImmediate();
  await sleep(clock, 0);
}

async function sleep(clock: StoppableClock, ms: number): Promise<void> {
  if (!(await clock.until(clock.now() + ms))) throw new Interrupted();
}

export function isAws(target: Target): boolean {
  return target.iotEndpoint === undefined;
}

function pendingOf({ pending }: Journal, deviceIds: readonly string[]) {
  return deviceIds.flatMap((id) => pending.get(id) ?? []);
}

function knownCertificates({ store, journal }: Pick<FleetSession, 'store' | 'journal'>): Set<string> {
  const known = new Set<string>();
  for (const id of store.ids()) known.add(store.get(id)!.certificateId);
  for (const { certificate } of journal.pending.values()) if (certificate) known.add(certificate.certificateId);
  return known;
}

/**
 * Whether the credentials are of the target as it is. A stand-in forgets when it ends: those of its predecessor would
 * make every device fail to connect.
 */
export async function belongsToTarget({ sdk, client, call, store }: FleetSession): Promise<boolean> {
  const [first] = store.ids();
  if (first === undefined) return true;
  const { certificateId, authority } = store.get(first)!;
  const known = await unlessMissing<unknown>(
    authority === undefined
      ? call('DescribeCertificate', () => client.send(new sdk.DescribeCertificateCommand({ certificateId })))
      : call('DescribeCACertificate', () =>
          client.send(new sdk.DescribeCACertificateCommand({ certificateId: authority })),
        ),
  );
  return known !== undefined;
}
