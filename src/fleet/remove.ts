/** Takes away exactly what provisioning made. May be killed at any point and started again. */
import { TEMPLATE } from './claims.ts';
import { Interrupted, nameOf, unlessMissing } from './control-plane.ts';
import type { DeviceCredentials } from './credential-store.ts';
import { POLICY, THING_TYPE } from './groundwork.ts';
import { inLanes } from './lanes.ts';
import {
  deleteAuthority,
  forgetAuthority,
  readAuthority,
  registeredByAuthority,
  retireAuthority,
} from './own-authority.ts';
import { type FleetOptions, type FleetSession, withFleet } from './session.ts';

export interface Removed {
  readonly removed: number;
  /** What a person should know: what stayed, and why. */
  readonly notes: readonly string[];
  readonly interrupted: boolean;
}

const CONCURRENCY = 16;

/** @throws SetupError where the target refuses; what is removed stays removed, and the same call goes on from there. */
export async function removeFleet(options: FleetOptions): Promise<Removed> {
  const { onProgress = () => {}, concurrency = CONCURRENCY } = options;
  const notes: string[] = [];
  let removed = 0;
  const interrupted = await withFleet(options, async (session) => {
    const { store, journal } = session;
    const { credentialsDir } = options.target;
    const authority = readAuthority(credentialsDir);
    if (authority) await retireAuthority(session, authority.certificateId);
    const begun = await begunDevices(session);
    const total = store.size + begun.length;
    const progress = () => onProgress(removed, total);
    progress();
    await inLanes(begun, concurrency, async (device) => {
      notes.push(...(await removeDevice(session, device)));
      journal.settled(device.deviceId);
      removed++;
      progress();
    });
    // Writing the store anew costs as much as there is in it, so it is done a few times only.
    const batch = Math.max(1000, Math.ceil(total / 10));
    const ids = [...store.ids()];
    const unregistered = await neverConnected(session, ids);
    for (let from = 0; from < ids.length; from += batch) {
      notes.push(
        ...(await removeStored(session, ids.slice(from, from + batch), {
          concurrency,
          unregistered,
          onRemoved() {
            removed++;
            progress();
          },
        })),
      );
    }
    if (authority) {
      await deleteAuthority(session, authority.certificateId);
      forgetAuthority(credentialsDir);
    }
    notes.push(...(await removeGroundwork(session, options.target.stack?.name)));
  });
  return { removed, notes, interrupted };
}

/** Ends what a removal that was cut off had begun. */
export async function finishRemoval(session: FleetSession): Promise<void> {
  const leaving = [...session.journal.leaving];
  await removeStored(session, leaving, {
    concurrency: CONCURRENCY,
    unregistered: await neverConnected(session, leaving),
  });
}

interface StoredOptions {
  readonly concurrency: number;
  /** Devices of which AWS knows nothing. */
  readonly unregistered: ReadonlySet<string>;
  readonly onRemoved?: () => void;
}

async function removeStored(
  session: FleetSession,
  deviceIds: readonly string[],
  { concurrency, unregistered, onRemoved = () => {} }: StoredOptions,
): Promise<string[]> {
  const { store, journal } = session;
  if (deviceIds.length === 0) return [];
  const notes: string[] = [];
  const gone: string[] = [];
  try {
    await inLanes(deviceIds, concurrency, async (id) => {
      const device = store.get(id);
      if (device && (!unregistered.has(id) || journal.leaving.has(id))) {
        journal.removing(id);
        notes.push(...(await removeDevice(session, device)));
      }
      gone.push(id);
      onRemoved();
    });
  } finally {
    store.remove(gone);
    journal.removed(gone);
  }
  return notes;
}

/** Devices of the fleet's own authority that AWS has never seen: there is nothing of them to remove. */
async function neverConnected(session: FleetSession, deviceIds: readonly string[]): Promise<Set<string>> {
  const made = deviceIds.flatMap((deviceId) => {
    const { certificateId, authority } = session.store.get(deviceId) ?? {};
    return certificateId === undefined || authority === undefined ? [] : [{ deviceId, certificateId, authority }];
  });
  const registered = new Set<string>();
  for (const authority of new Set(made.map((device) => device.authority)))
    for (const id of await registeredByAuthority(session, authority)) registered.add(id);
  return new Set(made.filter(({ certificateId }) => !registered.has(certificateId)).map(({ deviceId }) => deviceId));
}

type Begun = Pick<DeviceCredentials, 'deviceId' | 'thingName'> & Partial<DeviceCredentials>;

/** Devices that provisioning was in the middle of when it ended. */
async function begunDevices({ journal, findMade }: FleetSession): Promise<Begun[]> {
  const inDoubt = [...journal.pending.values()].filter(({ certificate }) => certificate === undefined);
  if (inDoubt.length > 0)
    for (const [id, certificate] of await findMade(inDoubt.map(({ deviceId }) => deviceId)))
      journal.certified(id, certificate);
  return [...journal.pending.values()].map(({ deviceId, certificate }) => ({
    deviceId,
    thingName: deviceId,
    ...certificate,
  }));
}

/** AWS detaches in the background: until it has, these say that something is still attached. */
const STILL_ATTACHED = { passing: ['InvalidRequestException', 'DeleteConflictException'] };

/** @returns what could not be removed, and why. */
async function removeDevice(
  session: FleetSession,
  { thingName, certificateId, certificateArn }: Begun,
): Promise<string[]> {
  const { sdk, client, call } = session;
  if (certificateId !== undefined && certificateArn !== undefined) {
    const principal = certificateArn;
    await Promise.all([
      unlessMissing(
        call('DetachPolicy', () => client.send(new sdk.DetachPolicyCommand({ policyName: POLICY, target: principal }))),
      ),
      unlessMissing(
        call('DetachThingPrincipal', () => client.send(new sdk.DetachThingPrincipalCommand({ thingName, principal }))),
      ),
      unlessMissing(
        call('UpdateCertificate', () =>
          client.send(new sdk.UpdateCertificateCommand({ certificateId, newStatus: 'INACTIVE' })),
        ),
      ),
    ]);
    await unlessMissing(
      call('DeleteCertificate', () => client.send(new sdk.DeleteCertificateCommand({ certificateId })), STILL_ATTACHED),
    );
  }
  try {
    await unlessMissing(
      call('DeleteThing', () => client.send(new sdk.DeleteThingCommand({ thingName })), STILL_ATTACHED),
    );
  } catch (error) {
    if (nameOf(error) !== 'InvalidRequestException') throw error;
    return [`the thing ${thingName} stays: it has a certificate that simctl did not make here`];
  }
  return [];
}

/** Policy and thing type, unless another fleet of the account still uses them. */
async function removeGroundwork(session: FleetSession, stack: string | undefined): Promise<string[]> {
  const { sdk, client, call } = session;
  if (stack !== undefined) {
    await removeTemplate(session);
    return [`the policy ${POLICY} and the thing type ${THING_TYPE} stay: the stack ${stack} has made them`];
  }
  const notes: string[] = [];
  const targets = await unlessMissing(
    call('ListTargetsForPolicy', () =>
      client.send(new sdk.ListTargetsForPolicyCommand({ policyName: POLICY, pageSize: 1 })),
    ),
  );
  if (targets?.targets?.length) notes.push(`the policy ${POLICY} stays: other certificates use it`);
  else if (targets)
    await unlessMissing(call('DeletePolicy', () => client.send(new sdk.DeletePolicyCommand({ policyName: POLICY }))));

  const thingTypeName = THING_TYPE;
  const { things } = await call('ListThings', () =>
    client.send(new sdk.ListThingsCommand({ thingTypeName, maxResults: 1 })),
  );
  if (things?.length) return [...notes, `the thing type ${THING_TYPE} stays: there are other things of it`];
  await removeTemplate(session);
  const type = await unlessMissing(
    call('DeprecateThingType', () => client.send(new sdk.DeprecateThingTypeCommand({ thingTypeName }))),
  );
  if (type === undefined) return notes;
  try {
    await unlessMissing(call('DeleteThingType', () => client.send(new sdk.DeleteThingTypeCommand({ thingTypeName }))));
  } catch (error) {
    if (error instanceof Interrupted || nameOf(error) !== 'InvalidRequestException') throw error;
    // AWS wants five minutes between deprecating and deleting.
    notes.push(`the thing type ${THING_TYPE} is deprecated; AWS deletes it after five minutes: remove again then`);
  }
  return notes;
}

async function removeTemplate({ sdk, client, call }: FleetSession): Promise<void> {
  await unlessMissing(
    call('DeleteProvisioningTemplate', () =>
      client.send(new sdk.DeleteProvisioningTemplateCommand({ templateName: TEMPLATE })),
    ),
  );
}
