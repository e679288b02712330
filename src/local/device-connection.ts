/** One device on the line: who it is by its certificate, and what its policies let it do. */
import type { Certificate } from './iot/certificates.ts';
import type { Registry } from './iot/registry.ts';
import type { Thing } from './iot/things.ts';
import { decide, type Policy, parsePolicy, type Variables } from './policy.ts';

export type DeviceAction = 'iot:Connect' | 'iot:Publish' | 'iot:RetainPublish' | 'iot:Subscribe' | 'iot:Receive';

/** Whom a connection belongs to, by the door that it came through. */
export type Principal =
  | { readonly kind: 'certificate'; readonly id: string }
  /** Signed with the account's own keys: no policy of AWS IoT's holds it, and IAM's, if there were any, would allow all. */
  | { readonly kind: 'access key'; readonly id: string }
  | { readonly kind: 'nobody'; readonly id: ''; readonly reason: string };

export interface DeviceConnection {
  readonly clientId: string;
  readonly principal: Principal;
  /** `resource` is what follows the account in an ARN, such as `topic/a/b`. Asked again and again for each message: cached. */
  may(action: DeviceAction, resource: string): boolean;
}

/** Enough for a device and its few topics; a client that tries more is answered a little slower. */
const MAX_CACHED = 256;

const EVERYTHING = parsePolicy(
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }] }),
);

export function deviceConnection(
  registry: Registry,
  { clientId, principal, sourceIp }: { clientId: string; principal: Principal; sourceIp: string | undefined },
): DeviceConnection {
  const prefix = `arn:aws:iot:${registry.region}:${registry.accountId}:`;
  const decisions = new Map<string, boolean>();
  let revision = -1;
  let policies: Policy[] | undefined;
  let variables: Variables = () => undefined;

  function refresh(): void {
    decisions.clear();
    revision = registry.revision;
    const certificate = principal.kind === 'certificate' ? registry.activeCertificate(principal.id) : undefined;
    if (principal.kind === 'access key') policies = [EVERYTHING];
    else policies = certificate && registry.policiesOf(certificate);
    const thing = certificate && registry.thingOf(certificate, clientId);
    variables = variablesOf({ clientId, certificate, sourceIp, thing });
  }

  return {
    clientId,
    principal,
    may(action, resource) {
      if (revision !== registry.revision) refresh();
      const key = `${action} ${resource}`;
      let allowed = decisions.get(key);
      if (allowed === undefined) {
        allowed =
          policies !== undefined && decide(policies, { action, resource: prefix + resource, variables }) === 'allowed';
        if (decisions.size >= MAX_CACHED) decisions.clear();
        decisions.set(key, allowed);
      }
      return allowed;
    },
  };
}

interface Identity {
  readonly clientId: string;
  readonly certificate: Certificate | undefined;
  readonly thing: Thing | undefined;
  readonly sourceIp: string | undefined;
}

const ATTRIBUTE = /^iot:Connection\.Thing\.Attributes\[([^\]]+)\]$/;

/** The policy variables of AWS IoT Core: basic, thing and a part of the certificate's. */
function variablesOf({ clientId, certificate, thing, sourceIp }: Identity): Variables {
  const known = new Map<string, string | undefined>([
    ['iot:ClientId', clientId],
    ['aws:SourceIp', sourceIp],
    ['iot:Connection.Thing.ThingName', thing?.name],
    ['iot:Connection.Thing.ThingTypeName', thing?.typeName],
    ['iot:Connection.Thing.IsAttached', String(thing !== undefined)],
    ['iot:CertificateId', certificate?.id],
  ]);
  return (name) => {
    if (known.has(name)) return known.get(name);
    const attribute = ATTRIBUTE.exec(name)?.[1];
    return attribute === undefined || thing === undefined || !Object.hasOwn(thing.attributes, attribute)
      ? undefined
      : thing.attributes[attribute];
  };
}
