/**
 * Fleet provisioning over MQTT (developer guide, "Device provisioning MQTT API"): a device that holds a claim asks for
 * a certificate, then hands its ownership token in and is made by a template.
 */
import { randomBytes } from 'node:crypto';
import { IotError, invalid } from './iot/errors.ts';
import { applyTemplate } from './iot/provisioning-template.ts';
import type { Registry } from './iot/registry.ts';
import { parseJson, textOf } from './json.ts';

/** What goes back to the device that asked, on `<topic>/accepted` or `<topic>/rejected`. */
export interface ClaimReply {
  readonly topic: string;
  readonly payload: string;
}

export interface ClaimTopics {
  /** Undefined where the topic is none of these. Never rejects. */
  answer(topic: string, payload: Buffer): Promise<ClaimReply> | undefined;
}

/** Ownership tokens are good for an hour. */
const TOKEN_MS = 3_600_000;
const PROVISION = /^\$aws\/provisioning-templates\/([0-9A-Za-z_-]{1,36})\/provision\/json$/;

export function claimTopics(registry: Registry): ClaimTopics {
  const tokens = new Map<string, { certificateId: string; until: number }>();
  const { certificates, now } = registry;

  function tokenFor(certificateId: string): string {
    for (const [token, { until }] of tokens) {
      if (until > now()) break; // the oldest are first
      tokens.delete(token);
    }
    const token = randomBytes(48).toString('base64url');
    tokens.set(token, { certificateId, until: now() + TOKEN_MS });
    return token;
  }

  function fromCsr({ certificateSigningRequest: csr }: Body) {
    if (typeof csr !== 'string') throw invalid('certificateSigningRequest must be a string');
    const { id, pem } = certificates.createFromCsr(csr, false);
    registry.setCertificateStatus(id, 'PENDING_ACTIVATION');
    return { certificateOwnershipToken: tokenFor(id), certificateId: id, certificatePem: pem };
  }

  async function withKeys() {
    const { created, privateKey } = await certificates.createWithKeys(false);
    registry.setCertificateStatus(created.id, 'PENDING_ACTIVATION');
    return {
      certificateId: created.id,
      certificatePem: created.pem,
      privateKey,
      certificateOwnershipToken: tokenFor(created.id),
    };
  }

  function provision(name: string, { certificateOwnershipToken: token, parameters = {} }: Body) {
    const { parsed, enabled } = registry.templates.template(name);
    if (!enabled) throw invalid(`The template ${name} is not enabled`);
    const owned = tokens.get(textOf(token));
    if (!owned || owned.until <= now())
      throw new IotError('UnauthorizedException', 'Invalid certificate ownership token');
    if (
      typeof parameters !== 'object' ||
      parameters === null ||
      Object.values(parameters).some((value) => typeof value !== 'string')
    )
      throw invalid('parameters must be a map of strings');
    const given = { ...(parameters as Record<string, string>), 'AWS::IoT::Certificate::Id': owned.certificateId };
    const { thingName } = applyTemplate(registry, parsed, given);
    tokens.delete(textOf(token));
    return { deviceConfiguration: {}, thingName };
  }

  function handlerOf(topic: string): ((body: Body) => unknown) | undefined {
    if (topic === '$aws/certificates/create-from-csr/json') return fromCsr;
    if (topic === '$aws/certificates/create/json') return withKeys;
    const name = PROVISION.exec(topic)?.[1];
    return name === undefined ? undefined : (body) => provision(name, body);
  }

  return {
    answer(topic, payload) {
      const handler = handlerOf(topic);
      if (!handler) return undefined;
      return reply(topic, async () => handler(bodyOf(payload)));
    },
  };
}

type Body = Readonly<Record<string, unknown>>;

function bodyOf(payload: Buffer): Body {
  if (payload.length === 0) return {};
  let body: unknown;
  try {
    body = parseJson(payload);
  } catch {
    throw invalid('The payload is not JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalid('The payload must be a JSON object');
  return body as Body;
}

async function reply(topic: string, answer: () => Promise<unknown>): Promise<ClaimReply> {
  try {
    return { topic: `${topic}/accepted`, payload: JSON.stringify(await answer()) };
  } catch (error) {
    const { status, name, message } =
      error instanceof IotError
        ? error
        : { status: 500, name: 'InternalFailureException', message: 'internal failure' };
    const errorCode = name.replace(/Exception$/, '');
    return {
      topic: `${topic}/rejected`,
      payload: JSON.stringify({ statusCode: status, errorCode, errorMessage: message }),
    };
  }
}
