/**
 * A certificate authority of the fleet's own: it signs devices' certificates here, thousands a second, without a call
 * to AWS for any of them. AWS is told of the authority once, and makes thing, certificate and policy of a device when
 * it first connects (just-in-time provisioning).
 */
import { createPrivateKey } from 'node:crypto';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, SetupError } from '../errors.ts';
import {
  certificateIdOf,
  createCertificate,
  fromPem,
  type Issuer,
  keyIdentifierOf,
  nameOf,
  newEcKey,
  toPem,
} from '../x509.ts';
import { replaceLines } from './appended-lines.ts';
import { nameOf as errorName, unlessMissing } from './control-plane.ts';
import type { DeviceCredentials } from './credential-store.ts';
import { readKey } from './device-key.ts';
import { POLICY, THING_TYPE } from './groundwork.ts';
import type { FleetSession } from './session.ts';

export interface OwnAuthority {
  readonly certificateId: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** As AWS IoT's own: no date within the life of a simulation. */
const NOT_AFTER = Date.UTC(2049, 11, 31, 23, 59, 59);
const SKEW_MS = 5 * 60_000;

function fileOf(credentialsDir: string): string {
  return join(credentialsDir, 'authority.json');
}

/** The authority kept beside the credentials, if there is one. @throws SetupError where the file holds something else. */
export function readAuthority(credentialsDir: string): OwnAuthority | undefined {
  const file = fileOf(credentialsDir);
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new SetupError(`cannot read the fleet's own authority from ${file}`, { cause: error });
  }
}

export function forgetAuthority(credentialsDir: string): void {
  rmSync(fileOf(credentialsDir), { force: true });
}

/** Makes one and keeps it, before anybody is told of it. */
function newAuthority(credentialsDir: string, now: number): OwnAuthority {
  const key = newEcKey();
  const keyIdentifier = keyIdentifierOf(key.spki);
  const name = nameOf(`simctl fleet authority ${keyIdentifier.toString('hex').slice(0, 8)}`);
  const certificate = createCertificate({
    issuer: { name, key: key.privateKey, keyIdentifier },
    subject: name,
    spki: key.spki,
    notBefore: now - SKEW_MS,
    notAfter: NOT_AFTER,
    role: 'authority',
  });
  const authority = {
    certificateId: certificateIdOf(certificate),
    certificatePem: toPem('CERTIFICATE', certificate),
    privateKeyPem: key.privateKeyPem,
  };
  replaceLines(fileOf(credentialsDir), [JSON.stringify(authority)]);
  chmodSync(fileOf(credentialsDir), 0o600);
  return authority;
}

/** What AWS makes of a device at its first connection. The certificate's common name is the device. */
export const REGISTRATION_TEMPLATE = JSON.stringify({
  Parameters: {
    'AWS::IoT::Certificate::CommonName': { Type: 'String' },
    'AWS::IoT::Certificate::Id': { Type: 'String' },
  },
  Resources: {
    thing: {
      Type: 'AWS::IoT::Thing',
      Properties: { ThingName: { Ref: 'AWS::IoT::Certificate::CommonName' }, ThingTypeName: THING_TYPE },
    },
    certificate: {
      Type: 'AWS::IoT::Certificate',
      Properties: { CertificateId: { Ref: 'AWS::IoT::Certificate::Id' }, Status: 'ACTIVE' },
    },
    policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: POLICY } },
  },
});

/** Makes the authority where there is none yet, and tells the target of it. */
export async function registerAuthority(
  session: FleetSession,
  credentialsDir: string,
  roleArn: string,
): Promise<OwnAuthority> {
  const { sdk, client, call, now } = session;
  const authority = readAuthority(credentialsDir) ?? newAuthority(credentialsDir, now());
  const { certificateId } = authority;
  const known = await unlessMissing(
    call('DescribeCACertificate', () => client.send(new sdk.DescribeCACertificateCommand({ certificateId }))),
  );
  if (known) {
    // A removal that was cut off may have retired it.
    const request = { certificateId, newStatus: 'ACTIVE', newAutoRegistrationStatus: 'ENABLE' } as const;
    if (
      known.certificateDescription?.status !== 'ACTIVE' ||
      known.certificateDescription.autoRegistrationStatus !== 'ENABLE'
    )
      await call('UpdateCACertificate', () => client.send(new sdk.UpdateCACertificateCommand(request)));
    return authority;
  }
  const { registrationCode } = await call('GetRegistrationCode', () =>
    client.send(new sdk.GetRegistrationCodeCommand({})),
  );
  const proof = newEcKey();
  const verification = createCertificate({
    issuer: issuerOf(authority),
    subject: nameOf(registrationCode!),
    spki: proof.spki,
    notBefore: now() - SKEW_MS,
    notAfter: NOT_AFTER,
    role: 'device',
  });
  const request = new sdk.RegisterCACertificateCommand({
    caCertificate: authority.certificatePem,
    verificationCertificate: toPem('CERTIFICATE', verification),
    setAsActive: true,
    allowAutoRegistration: true,
    registrationConfig: { templateBody: REGISTRATION_TEMPLATE, roleArn },
  });
  await call('RegisterCACertificate', () => client.send(request)).catch((error) => {
    if (errorName(error) !== 'ResourceAlreadyExistsException') throw error;
  });
  return authority;
}

function issuerOf({ certificatePem, privateKeyPem }: OwnAuthority): Issuer {
  const { spki } = readKey(privateKeyPem);
  const keyIdentifier = keyIdentifierOf(spki);
  const name = nameOf(`simctl fleet authority ${keyIdentifier.toString('hex').slice(0, 8)}`);
  if (!fromPem('CERTIFICATE', certificatePem).includes(name))
    throw new SetupError('the authority and its key do not belong together');
  return { name, key: createPrivateKey(privateKeyPem), keyIdentifier };
}

/** A maker of device credentials signed by the authority; `arnPrefix` is the account's. */
export function credentialMaker(
  authority: OwnAuthority,
  arnPrefix: string,
  now: number,
): (deviceId: string) => DeviceCredentials {
  const issuer = issuerOf(authority);
  return (deviceId) => {
    const { spki, privateKeyPem } = newEcKey();
    const certificate = createCertificate({
      issuer,
      subject: nameOf(deviceId),
      spki,
      notBefore: now - SKEW_MS,
      notAfter: NOT_AFTER,
      role: 'device',
    });
    const certificateId = certificateIdOf(certificate);
    return {
      deviceId,
      thingName: deviceId,
      certificateId,
      certificateArn: `${arnPrefix}cert/${certificateId}`,
      certificatePem: toPem('CERTIFICATE', certificate),
      privateKeyPem,
      authority: authority.certificateId,
    };
  };
}

/** Ids of the devices' certificates that AWS knows by now. */
export async function registeredByAuthority(
  { sdk, client, call }: FleetSession,
  caCertificateId: string,
): Promise<Set<string>> {
  const ids = new Set<string>();
  let marker: string | undefined;
  do {
    const page = await unlessMissing(
      call('ListCertificatesByCA', () =>
        client.send(new sdk.ListCertificatesByCACommand({ caCertificateId, pageSize: 250, marker })),
      ),
    );
    for (const { certificateId } of page?.certificates ?? []) if (certificateId) ids.add(certificateId);
    marker = page?.nextMarker;
  } while (marker !== undefined);
  return ids;
}

/** From here on no device of the authority registers any more. */
export async function retireAuthority({ sdk, client, call }: FleetSession, certificateId: string): Promise<void> {
  await unlessMissing(
    call('UpdateCACertificate', () =>
      client.send(
        new sdk.UpdateCACertificateCommand({
          certificateId,
          newStatus: 'INACTIVE',
          newAutoRegistrationStatus: 'DISABLE',
        }),
      ),
    ),
  );
}

export async function deleteAuthority({ sdk, client, call }: FleetSession, certificateId: string): Promise<void> {
  await unlessMissing(
    call('DeleteCACertificate', () => client.send(new sdk.DeleteCACertificateCommand({ certificateId }))),
  );
}
