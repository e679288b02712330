/** Compares what the credential store says with what the target holds. Changes nothing. */
import { unlessMissing } from './control-plane.ts';
import type { CredentialStore } from './credential-store.ts';
import { POLICY, THING_TYPE } from './groundwork.ts';
import { inLanes } from './lanes.ts';
import { type FleetOptions, type FleetSession, withFleet } from './session.ts';

/** One thing that is not as it should be. */
export interface Finding {
  readonly kind: FindingKind;
  /** The device, or the certificate or thing that belongs to none. */
  readonly subject: string;
}

export const FINDINGS = {
  'no-certificate': 'its certificate is gone',
  inactive: 'its certificate is not active',
  'no-policy': `its certificate has no policy ${POLICY}`,
  'no-thing': 'its thing is gone',
  'not-attached': 'its certificate is not attached to its thing',
  unfinished: 'provisioning or removing was cut off in the middle of it',
  'orphan-thing': `a thing of type ${THING_TYPE} that no device here belongs to`,
  'orphan-certificate': `a certificate with the policy ${POLICY} that no device here belongs to`,
} as const;
export type FindingKind = keyof typeof FINDINGS;

export interface Verified {
  readonly devices: number;
  /** Devices of the fleet's own authority that have never connected; AWS does not know them yet. */
  readonly waiting: number;
  /** How many attachments were looked at one by one. */
  readonly sampled: number;
  readonly findings: readonly Finding[];
  readonly interrupted: boolean;
}

export interface VerifyOptions extends FleetOptions {
  /** Devices whose attachment to their thing is looked at, a call each, evenly over the fleet. Default 200. */
  readonly sample?: number;
}

/** What the target holds, by lists: a call for 250 of each. */
interface Held {
  /** Status by certificate id. */
  readonly certificates: ReadonlyMap<string, string>;
  readonly withPolicy: ReadonlySet<string>;
  readonly things: ReadonlySet<string>;
}

export async function verifyFleet(options: VerifyOptions): Promise<Verified> {
  const { sample = 200, concurrency = 16, onProgress = () => {} } = options;
  let result = { devices: 0, waiting: 0, sampled: 0, findings: [] as Finding[] };
  const interrupted = await withFleet(options, async (session) => {
    const { store, journal } = session;
    const held = await listHeld(session);
    const { findings, waiting } = compare(store, held);
    for (const id of new Set([...journal.pending.keys(), ...journal.leaving]))
      findings.push({ kind: 'unfinished', subject: id });
    const ids = evenly([...store.ids()], sample, (id) => held.things.has(id));
    let looked = 0;
    await inLanes(ids, concurrency, async (id) => {
      if (!(await isAttached(session, id))) findings.push({ kind: 'not-attached', subject: id });
      onProgress(++looked, ids.length);
    });
    result = { devices: store.size, waiting, sampled: looked, findings };
  });
  return { ...result, interrupted };
}

async function listHeld({ sdk, client, call }: FleetSession): Promise<Held> {
  const certificates = new Map<string, string>();
  for (let marker: string | undefined, more = true; more; more = marker !== undefined) {
    const page = await call('ListCertificates', () =>
      client.send(new sdk.ListCertificatesCommand({ pageSize: 250, marker })),
    );
    for (const { certificateId, status } of page.certificates ?? []) certificates.set(certificateId!, status!);
    marker = page.nextMarker;
  }
  const withPolicy = new Set<string>();
  for (let marker: string | undefined, more = true; more; more = marker !== undefined) {
    const page = await unlessMissing(
      call('ListTargetsForPolicy', () =>
        client.send(new sdk.ListTargetsForPolicyCommand({ policyName: POLICY, pageSize: 250, marker })),
      ),
    );
    for (const arn of page?.targets ?? []) withPolicy.add(arn.slice(arn.lastIndexOf('/') + 1));
    marker = page?.nextMarker;
  }
  const things = new Set<string>();
  for (let nextToken: string | undefined, more = true; more; more = nextToken !== undefined) {
    const page = await call('ListThings', () =>
      client.send(new sdk.ListThingsCommand({ thingTypeName: THING_TYPE, maxResults: 250, nextToken })),
    );
    for (const { thingName } of page.things ?? []) things.add(thingName!);
    nextToken = page.nextToken;
  }
  return { certificates, withPolicy, things };
}

function compare(
  store: CredentialStore,
  { certificates, withPolicy, things }: Held,
): { findings: Finding[]; waiting: number } {
  const findings: Finding[] = [];
  const strayThings = new Set(things);
  const strayCertificates = new Set(withPolicy);
  let waiting = 0;
  for (const subject of store.ids()) {
    const { thingName, certificateId, authority } = store.get(subject)!;
    strayThings.delete(thingName);
    strayCertificates.delete(certificateId);
    const status = certificates.get(certificateId);
    if (status === undefined && authority !== undefined) {
      waiting++;
      continue;
    }
    if (status === undefined) findings.push({ kind: 'no-certificate', subject });
    else {
      if (status !== 'ACTIVE') findings.push({ kind: 'inactive', subject });
      if (!withPolicy.has(certificateId)) findings.push({ kind: 'no-policy', subject });
    }
    if (!things.has(thingName)) findings.push({ kind: 'no-thing', subject });
  }
  for (const subject of strayThings) findings.push({ kind: 'orphan-thing', subject });
  for (const subject of strayCertificates) findings.push({ kind: 'orphan-certificate', subject });
  return { findings, waiting };
}

async function isAttached({ sdk, client, call, store }: FleetSession, deviceId: string): Promise<boolean> {
  const { certificateArn: principal, thingName } = store.get(deviceId)!;
  const page = await unlessMissing(
    call('ListPrincipalThings', () => client.send(new sdk.ListPrincipalThingsCommand({ principal }))),
  );
  return page?.things?.includes(thingName) ?? true; // that the certificate is gone is found already
}

/** At most `most` of those that `fit`, evenly spread. */
function evenly(ids: readonly string[], most: number, fit: (id: string) => boolean): string[] {
  const fitting = ids.filter(fit);
  const step = Math.max(1, fitting.length / most);
  return Array.from({ length: Math.min(most, fitting.length) }, (_, i) => fitting[Math.floor(i * step)]!);
}

/** Findings by kind with a few examples, for people. */
export function findingsText(findings: readonly Finding[]): string[] {
  const kinds = new Map<FindingKind, string[]>();
  for (const { kind, subject } of findings) kinds.set(kind, [...(kinds.get(kind) ?? []), subject]);
  return [...kinds].map(
    ([kind, subjects]) =>
      `${subjects.length} × ${kind}: ${FINDINGS[kind]} (${subjects.slice(0, 3).join(', ')}${subjects.length > 3 ? ', …' : ''})`,
  );
}
