/**
 * Makes devices real: a thing, a key of its own, a certificate and a policy for each, as the 2022 project's Python
 * script did one by one. May be killed at any point and started again: nothing is made twice, nothing is lost.
 *
 *     key made ─▶ journal ─▶ CreateThing ─▶ CreateCertificateFromCsr ─▶ journal ─▶ AttachPolicy ┐
 *                                                                     AttachThingPrincipal ┴▶ credential store
 */
import { isThingName } from '../dataset/thing-name.ts';
import { SetupError, UsageError } from '../errors.ts';
import type { Target } from '../target.ts';
import { type EcKey, newEcKey } from '../x509.ts';
import { provisionByClaims } from './claims.ts';
import { mayHaveBeenDone } from './control-plane.ts';
import { readKey, signingRequest } from './device-key.ts';
import { layGroundwork, POLICY, THING_TYPE } from './groundwork.ts';
import type { MadeCertificate } from './journal.ts';
import { inLanes } from './lanes.ts';
import { credentialMaker, forgetAuthority, registerAuthority } from './own-authority.ts';
import { finishRemoval } from './remove.ts';
import { belongsToTarget, type FleetOptions, type FleetSession, isAws, withFleet } from './session.ts';

export interface ProvisionOptions extends FleetOptions {
  readonly deviceIds: Iterable<string>;
  /**
   * By default each device is made by four calls. With an authority of the fleet's own, certificates are made here
   * without any, and AWS makes the rest when a device first connects; `roleArn` is what lets AWS do that.
   */
  readonly ownAuthority?: { readonly roleArn: string };
  /** Or each asks for its certificate over MQTT, with a claim; `roleArn` is what lets AWS register it. */
  readonly claims?: { readonly roleArn: string };
}

export interface Provisioned {
  /** Devices that have their credentials now, and had not before. */
  readonly created: number;
  readonly already: number;
  /** Of those created: begun by an earlier run that did not finish. */
  readonly resumed: number;
  /** Devices of a stand-in that has ended, whose credentials were of no use to anybody. */
  readonly discarded: number;
  readonly interrupted: boolean;
}

const CONCURRENCY = 16;
/** Certificates made between two looks at whether to stop. */
const BATCH = 100;

/**
 * @throws UsageError where an id cannot be a thing's name, SetupError where the target refuses. Either way what is
 * done stays, and the same call goes on from there.
 */
export async function provision(options: ProvisionOptions): Promise<Provisioned> {
  const { onProgress = () => {}, concurrency = CONCURRENCY } = options;
  const ids = [...new Set(options.deviceIds)];
  checkNames(ids);
  const counts = { created: 0, already: 0, resumed: 0, discarded: 0 };
  const interrupted = await withFleet(options, async (session) => {
    const { store, journal } = session;
    await finishRemoval(session);
    if (!(await belongsToTarget(session))) counts.discarded = discardStrangers(session, options.target);
    const missing = ids.filter((id) => !store.has(id));
    counts.already = ids.length - missing.length;
    for (const id of journal.pending.keys()) if (store.has(id)) journal.settled(id);
    onProgress(counts.already, ids.length);
    if (missing.length === 0) return;

    const arnPrefix = await layGroundwork(session);
    const begun = missing.filter((id) => journal.pending.has(id));
    const inDoubt = begun.filter((id) => journal.pending.get(id)?.certificate === undefined);
    if (inDoubt.length > 0)
      for (const [id, certificate] of await session.findMade(inDoubt)) journal.certified(id, certificate);
    counts.resumed = begun.length;

    const { ownAuthority, claims, target } = options;
    const onDone = () => onProgress(counts.already + ++counts.created, ids.length);
    await inLanes(ownAuthority || claims ? begun : missing, concurrency, async (id) => {
      await provisionDevice(session, id);
      onDone();
    });
    if (claims) {
      const unmade = missing.filter((id) => !store.has(id));
      await provisionByClaims(session, unmade, { target, ...claims, arnPrefix, concurrency, onDone });
    }
    if (!ownAuthority) return;
    const authority = await registerAuthority(session, target.credentialsDir, ownAuthority.roleArn);
    const make = credentialMaker(authority, arnPrefix, session.now());
    for (const id of missing) {
      if (store.has(id)) continue;
      store.append(make(id));
      onDone();
      if (counts.created % BATCH === 0) await session.pause();
    }
  });
  return { ...counts, interrupted };
}

/**
 * The role by which AWS registers devices, where it does that itself.
 * @throws UsageError where AWS would need a role for it and none is given.
 */
export function registrationRole(target: Target, roleArn: string | undefined): { readonly roleArn: string } {
  if (roleArn !== undefined) return { roleArn };
  if (target.stack) return { roleArn: target.stack.registrationRole };
  if (!isAws(target)) return { roleArn: 'arn:aws:iam::000000000000:role/stand-in' };
  throw new UsageError(
    '--own-authority and --claims need --role-arn on AWS: the role by which AWS IoT registers devices',
    {
      hint: 'Name the stack of infra/ with --stack, which has one; or make a role that iot.amazonaws.com may assume, with the managed policy AWSIoTThingsRegistration.',
    },
  );
}

/** @throws SetupError on AWS, where what seems lost may only be another account's. */
function discardStrangers({ store, journal }: FleetSession, target: Target): number {
  const { credentialsDir } = target;
  const { size } = store;
  if (isAws(target)) {
    throw new SetupError(`${credentialsDir} holds ${size} devices that ${target.name} does not know`, {
      hint: 'Are these the credentials of the right account? If the devices were removed by other means, move the directory away.',
    });
  }
  store.remove([...store.ids()]);
  journal.forget();
  forgetAuthority(credentialsDir);
  return size;
}

/** A thing's name is narrower than a tracker's device id (CreateThing, DeviceId). */
function checkNames(ids: readonly string[]): void {
  const odd = ids.find((id) => !isThingName(id));
  if (odd === undefined) return;
  throw new UsageError(`the device id ${JSON.stringify(odd)} cannot be the name of an IoT thing`, {
    hint: 'Things are named with 1 to 128 letters A to Z, digits, and : _ -',
  });
}

async function provisionDevice(session: FleetSession, deviceId: string): Promise<void> {
  const { sdk, client, call, store, journal, now } = session;
  const begun = journal.pending.get(deviceId);
  const key = begun ? readKey(begun.privateKeyPem) : newEcKey();
  if (!begun) journal.keyMade({ deviceId, at: now(), privateKeyPem: key.privateKeyPem });
  const thingName = deviceId;
  await call('CreateThing', () => client.send(new sdk.CreateThingCommand({ thingName, thingTypeName: THING_TYPE })));
  const certificate = begun?.certificate ?? (await certify(session, deviceId, key));
  // One that was made for a claim waits to be activated.
  if (begun?.certificate) await activate(session, certificate.certificateId);
  const principal = certificate.certificateArn;
  await Promise.all([
    call('AttachPolicy', () => client.send(new sdk.AttachPolicyCommand({ policyName: POLICY, target: principal }))),
    call('AttachThingPrincipal', () => client.send(new sdk.AttachThingPrincipalCommand({ thingName, principal }))),
  ]);
  store.append({ deviceId, thingName, ...certificate, privateKeyPem: key.privateKeyPem });
  journal.settled(deviceId);
}

async function activate({ sdk, client, call }: FleetSession, certificateId: string): Promise<void> {
  await call('UpdateCertificate', () =>
    client.send(new sdk.UpdateCertificateCommand({ certificateId, newStatus: 'ACTIVE' })),
  );
}

/** The one call that must not simply be made again: each time it makes another certificate. */
async function certify(session: FleetSession, deviceId: string, key: EcKey): Promise<MadeCertificate> {
  const { sdk, client, call, journal, findMade } = session;
  const certificateSigningRequest = signingRequest(deviceId, key);
  for (let attempt = 1; ; attempt++) {
    try {
      const made = await call(
        'CreateCertificateFromCsr',
        () => client.send(new sdk.CreateCertificateFromCsrCommand({ certificateSigningRequest, setAsActive: true })),
        { repeatable: false },
      );
      const certificate = {
        certificateId: made.certificateId!,
        certificateArn: made.certificateArn!,
        certificatePem: made.certificatePem!,
      };
      journal.certified(deviceId, certificate);
      return certificate;
    } catch (error) {
      if (!mayHaveBeenDone(error) || attempt === 3) throw error;
      const found = (await findMade([deviceId])).get(deviceId);
      if (found) {
        journal.certified(deviceId, found);
        return found;
      }
    }
  }
}
