/**
 * Provisioning templates: what AWS IoT makes of a device when it registers one (just in time, by claim, or by
 * RegisterThing): a thing, a certificate with a status, a policy, and what is attached to what.
 */
import { textOf } from '../json.ts';
import type { Certificate, CertificateStatus } from './certificates.ts';
import { IotError, invalid } from './errors.ts';
import * as names from './names.ts';
import type { Registry } from './registry.ts';

type Properties = Readonly<Record<string, unknown>>;

export interface ProvisioningTemplate {
  /** Logical names of the resources, by type. */
  readonly resources: readonly {
    readonly name: string;
    readonly type: ResourceType;
    readonly properties: Properties;
  }[];
  readonly defaults: ReadonlyMap<string, string | undefined>;
}

const TYPES = ['AWS::IoT::Thing', 'AWS::IoT::Certificate', 'AWS::IoT::Policy'] as const;
type ResourceType = (typeof TYPES)[number];

/** @throws IotError where the body is no template, or names a kind of resource that is not made here. */
export function parseTemplate(body: string): ProvisioningTemplate {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch (error) {
    throw invalid(`The template is not JSON: ${(error as Error).message}`);
  }
  const { Parameters = {}, Resources } = object(document, 'The template');
  const resources = Object.entries(object(Resources, 'Resources')).map(([name, resource]) => {
    const { Type, Properties: properties = {} } = object(resource, name);
    if (!TYPES.includes(Type as ResourceType))
      throw invalid(`The resource ${name} has the unknown type ${textOf(Type)}`);
    return { name, type: Type as ResourceType, properties: object(properties, name) };
  });
  const defaults = new Map(
    Object.entries(object(Parameters, 'Parameters')).map(([name, parameter]) => {
      const { Default } = object(parameter, name);
      return [name, typeof Default === 'string' ? Default : undefined];
    }),
  );
  if (!resources.some(({ type }) => type === 'AWS::IoT::Certificate'))
    throw invalid('The template makes no certificate');
  return { resources, defaults };
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${what} must be an object`);
  return value as Record<string, unknown>;
}

export interface Registered {
  readonly certificate: Certificate;
  readonly thingName: string | undefined;
  /** ARNs by the resources' logical names. */
  readonly resourceArns: Readonly<Record<string, string>>;
}

/**
 * Makes what the template says, with these values for its parameters.
 * @throws IotError where a parameter has no value, or something that it needs is not there.
 */
export function applyTemplate(
  registry: Registry,
  { resources, defaults }: ProvisioningTemplate,
  parameters: Readonly<Record<string, string>>,
): Registered {
  const resolve = (value: unknown): string => {
    if (typeof value === 'string') return value;
    const { Ref: reference, 'Fn::Join': join } = object(value, 'A value of the template');
    if (Array.isArray(join) && Array.isArray(join[1])) return join[1].map(resolve).join(textOf(join[0]));
    const found = Object.hasOwn(parameters, textOf(reference))
      ? parameters[textOf(reference)]
      : defaults.get(textOf(reference));
    if (found === undefined) throw invalid(`The template's parameter ${textOf(reference)} has no value`);
    return found;
  };
  const optional = (value: unknown) => (value === undefined ? undefined : resolve(value));

  let certificate: Certificate | undefined;
  let thingName: string | undefined;
  let status: CertificateStatus = 'ACTIVE';
  const policies: string[] = [];
  const resourceArns: Record<string, string> = {};
  // The certificate is first, so that the others have something to be attached to.
  const order = [...resources].sort((a, b) => rank(a.type) - rank(b.type));
  for (const { name, type, properties } of order) {
    if (type === 'AWS::IoT::Certificate') {
      certificate = certificateOf(registry, properties, resolve);
      resourceArns[name] = certificate.arn;
      status = statusOf(optional(properties.Status));
    } else if (type === 'AWS::IoT::Thing') {
      const { things } = registry.things;
      const attributes = Object.entries(object(properties.AttributePayload ?? {}, 'AttributePayload'));
      thingName = names.thingName(resolve(properties.ThingName));
      // A thing that is there already is left as it is (OverrideSettings: DO_NOTHING, the default).
      const thing =
        things.get(thingName) ??
        registry.things.create({
          name: thingName,
          typeName: optional(properties.ThingTypeName),
          attributes: names.attributes(Object.fromEntries(attributes.map(([key, value]) => [key, resolve(value)]))),
          billingGroupName: optional(properties.BillingGroup),
        });
      resourceArns[name] = thing.arn;
    } else {
      const policyName = names.policyName(resolve(properties.PolicyName));
      policies.push(policyName);
      resourceArns[name] = registry.policies.policy(policyName).arn;
    }
  }
  if (!certificate) throw new IotError('InternalFailureException', 'a template without a certificate was accepted');
  if (thingName !== undefined) registry.attachThing(thingName, certificate.arn);
  for (const policyName of policies) registry.attachPolicy(policyName, certificate.arn);
  // Last, so that a template that fails leaves nothing that could connect.
  registry.setCertificateStatus(certificate.id, status);
  return { certificate, thingName, resourceArns };
}

function statusOf(text = 'ACTIVE'): CertificateStatus {
  const status = text.toUpperCase();
  if (status !== 'ACTIVE' && status !== 'INACTIVE') throw invalid(`A template cannot set a certificate to ${text}`);
  return status;
}

function rank(type: ResourceType): number {
  return type === 'AWS::IoT::Certificate' ? 0 : 1;
}

function certificateOf(
  { certificates }: Registry,
  properties: Properties,
  resolve: (value: unknown) => string,
): Certificate {
  const { CertificateId: id, CertificateSigningRequest: csr, CertificatePem: pem } = properties;
  if (id !== undefined) return certificates.certificate(names.certificateId(resolve(id)));
  if (csr !== undefined) return certificates.createFromCsr(resolve(csr), false);
  if (pem !== undefined) return certificates.registerWithoutAuthority(resolve(pem), 'INACTIVE');
  throw invalid('A certificate of the template needs CertificateId, CertificateSigningRequest or CertificatePem');
}
