/**
 * Fleet provisioning by claim: with a short-lived certificate that may do nothing else, each device asks over MQTT for
 * its own, as devices from a factory do. No registry call a device; the key still never leaves this machine.
 */
import { readFileSync } from 'node:fs';
import { messageOf, SetupError } from '../errors.ts';
import type { Target } from '../target.ts';
import { newEcKey } from '../x509.ts';
import { nameOf } from './control-plane.ts';
import { signingRequest } from './device-key.ts';
import { POLICY, THING_TYPE } from './groundwork.ts';
import { inLanes } from './lanes.ts';
import type { FleetSession } from './session.ts';

export const TEMPLATE = 'simctl-fleet';

/** What AWS makes of a device that hands in its token; `DeviceId` is its name. */
export const CLAIM_TEMPLATE = JSON.stringify({
  Parameters: { DeviceId: { Type: 'String' }, 'AWS::IoT::Certificate::Id': { Type: 'String' } },
  Resources: {
    thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: { Ref: 'DeviceId' }, ThingTypeName: THING_TYPE } },
    certificate: {
      Type: 'AWS::IoT::Certificate',
      Properties: { CertificateId: { Ref: 'AWS::IoT::Certificate::Id' }, Status: 'Active' },
    },
    policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: POLICY } },
  },
});

export interface ClaimOptions {
  readonly target: Target;
  readonly roleArn: string;
  readonly arnPrefix: string;
  readonly concurrency: number;
  readonly onDone: () => void;
}

/** Devices that share a connection, one after the other; with the next, a new claim is asked for. */
const PER_CONNECTION = 100;
const CSR_TOPIC = '$aws/certificates/create-from-csr/json';
const PROVISION_TOPIC = `$aws/provisioning-templates/${TEMPLATE}/provision/json`;

/** Each device's key is in the journal before it is certified, its certificate before it is registered. */
export async function provisionByClaims(
  session: FleetSession,
  deviceIds: readonly string[],
  options: ClaimOptions,
): Promise<void> {
  const { call, journal, store, now } = session;
  const { target, arnPrefix, concurrency, onDone } = options;
  await ensureTemplate(session, options.roleArn);
  const ca = target.caFile === undefined ? undefined : readFileSync(target.caFile);
  const share = Math.min(PER_CONNECTION, Math.ceil(deviceIds.length / concurrency));
  const groups = Array.from({ length: Math.ceil(deviceIds.length / share) }, (_, i) =>
    deviceIds.slice(i * share, (i + 1) * share),
  );

  await inLanes(groups, concurrency, async (group) => {
    const claim = await newClaim(session);
    const line = await call('Connect', () => openLine(target, claim, ca));
    try {
      for (const deviceId of group) {
        const key = newEcKey();
        journal.keyMade({ deviceId, at: now(), privateKeyPem: key.privateKeyPem });
        const made = await call(
          'CreateCertificateFromCsr',
          () => line.ask(CSR_TOPIC, { certificateSigningRequest: signingRequest(deviceId, key) }),
          { repeatable: false },
        );
        const { certificateId, certificatePem, certificateOwnershipToken } = made as Record<string, string>;
        const certificate = {
          certificateId: certificateId!,
          certificateArn: `${arnPrefix}cert/${certificateId}`,
          certificatePem: certificatePem!,
        };
        journal.certified(deviceId, certificate);
        await call('RegisterThing', () =>
          line.ask(PROVISION_TOPIC, { certificateOwnershipToken, parameters: { DeviceId: deviceId } }),
        );
        store.append({ deviceId, thingName: deviceId, ...certificate, privateKeyPem: key.privateKeyPem });
        journal.settled(deviceId);
        onDone();
      }
    } finally {
      await line.close();
    }
  });
}

async function ensureTemplate({ sdk, client, call }: FleetSession, provisioningRoleArn: string): Promise<void> {
  const request = { templateName: TEMPLATE, templateBody: CLAIM_TEMPLATE, provisioningRoleArn, enabled: true };
  await call('CreateProvisioningTemplate', () => client.send(new sdk.CreateProvisioningTemplateCommand(request))).catch(
    (error) => {
      if (nameOf(error) !== 'ResourceAlreadyExistsException') throw error;
    },
  );
}

interface Claim {
  readonly cert: string;
  readonly key: string;
  readonly name: string;
}

/** A certificate for five minutes. */
async function newClaim({ sdk, client, call }: FleetSession): Promise<Claim> {
  const answer = await call('CreateProvisioningClaim', () =>
    client.send(new sdk.CreateProvisioningClaimCommand({ templateName: TEMPLATE })),
  );
  return { cert: answer.certificatePem!, key: answer.keyPair!.PrivateKey!, name: answer.certificateId!.slice(0, 16) };
}

/** One connection with a claim. */
interface Line {
  /** One question at a time: answers carry nothing that tells whose they are. Rejects with the name that AWS gives. */
  ask(topic: string, body: unknown): Promise<unknown>;
  close(): Promise<void>;
}

const ANSWER_MS = 30_000;

async function openLine(
  { mqttHost, mqttPort }: Target,
  { cert, key, name }: Claim,
  ca: Buffer | undefined,
): Promise<Line> {
  const { connectAsync } = await import('mqtt');
  const client = await connectAsync(
    `mqtts://${mqttHost}:${mqttPort}`,
    {
      cert,
      key,
      ...(ca === undefined ? {} : { ca }),
      clientId: `simctl-claim-${name}`,
      protocolVersion: 4,
      reconnectPeriod: 0,
    },
    false,
  ).catch((error) => {
    throw new SetupError(`cannot connect with a claim: ${messageOf(error)}`, { cause: error });
  });
  client.on('error', () => {}); // its close is what counts
  await client.subscribeAsync(
    [CSR_TOPIC, PROVISION_TOPIC].flatMap((topic) => [`${topic}/accepted`, `${topic}/rejected`]),
    { qos: 1 },
  );
  return {
    ask(topic, body) {
      return new Promise<unknown>((resolve, reject) => {
        if (!client.connected) return reject(failure('ECONNRESET', 'the broker has ended the connection'));
        const settle = (end: () => void) => {
          clearTimeout(timer);
          client.off('message', onMessage);
          client.off('close', onClose);
          end();
        };
        const onClose = () => settle(() => reject(failure('ECONNRESET', 'the broker ended the connection')));
        const onMessage = (from: string, payload: Buffer) => {
          if (!from.startsWith(`${topic}/`)) return;
          const value = JSON.parse(payload.toString());
          settle(() => (from.endsWith('/accepted') ? resolve(value) : reject(rejection(value))));
        };
        const timer = setTimeout(() => settle(() => reject(failure('ETIMEDOUT', 'no answer came'))), ANSWER_MS);
        client.on('message', onMessage);
        client.once('close', onClose);
        // Its own promise would never settle where the broker closes.
        client.publish(topic, JSON.stringify(body), { qos: 1 });
      });
    },
    close: () => client.endAsync(true),
  };
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Shaped as the SDK's errors are, so that throttling is met in the same way. */
function rejection({ statusCode, errorCode, errorMessage }: Record<string, unknown>): Error {
  const error = new Error(String(errorMessage));
  error.name = `${String(errorCode).replace(/Exception$/, '')}Exception`;
  return Object.assign(error, { $metadata: { httpStatusCode: Number(statusCode) } });
}
