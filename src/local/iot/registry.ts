/** The stand-in's IoT registry: things, certificates, policies, and what is attached to what. In memory; shelves may keep them. */
import type { Authority } from '../certificate-authority.ts';
import { NO_SHELVES, type Shelves } from '../data-dir/shelf.ts';
import { type Policy, parsePolicy } from '../policy.ts';
import { type Authorities, createAuthorities } from './authorities.ts';
import { type Certificate, type CertificateStatus, type Certificates, createCertificates } from './certificates.ts';
import { IotError, invalid } from './errors.ts';
import * as names from './names.ts';
import { createPolicies, type PolicyBook } from './policies.ts';
import { createTemplates, type Templates } from './provisioning-templates.ts';
import { createThings, type Thing, type Things } from './things.ts';

export interface RegistryOptions {
  readonly region: string;
  readonly accountId: string;
  readonly authority: Authority;
  /** Epoch ms. */
  readonly now: () => number;
  readonly shelves?: Shelves;
}

export interface Registry {
  readonly region: string;
  readonly accountId: string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly things: Things;
  readonly certificates: Certificates;
  readonly policies: PolicyBook;
  readonly authorities: Authorities;
  readonly templates: Templates;
  /** Told of each certificate that may not connect any more. */
  readonly onBarred: Set<(certificateId: string) => void>;
  /** Grows with every change that can alter what a device may do; decisions made under an older one are void. */
  readonly revision: number;

  attachPolicy(policyName: string, target: string): void;
  detachPolicy(policyName: string, target: string): void;
  attachThing(thingName: string, principal: string): void;
  detachThing(thingName: string, principal: string): void;
  setCertificateStatus(certificateId: string, status: CertificateStatus): void;
  deleteCertificate(certificateId: string, force: boolean): void;
  /** The certificate that an ARN names. @throws IotError where it names none, or something else. */
  certificateOf(arn: string): Certificate;

  /** The certificate, where it is ACTIVE and within its dates: who may connect at all. */
  activeCertificate(certificateId: string): Certificate | undefined;
  policiesOf(certificate: Certificate): Policy[];
  /** The thing that a connection stands for: attached to the certificate and named as the client id. */
  thingOf(certificate: Certificate, clientId: string): Thing | undefined;
}

/** AWS IoT quota "Maximum number of policies that can be attached to a certificate". */
const MAX_POLICIES = 10;

export function createRegistry(options: RegistryOptions): Registry {
  const { region, accountId, authority, now, shelves = NO_SHELVES } = options;
  const arn = (resource: string) => `arn:aws:iot:${region}:${accountId}:${resource}`;
  const things = createThings({ arn, now, shelves });
  const certificates = createCertificates({ arn, authority, now, shelves });
  const policies = createPolicies({ arn, now, shelves });
  const templates = createTemplates({ arn, now, shelves });
  const authorities = createAuthorities({ arn, now, secret: accountId, shelves });
  // Of each attachment the certificate's side is written down.
  for (const { id, things: attached, policies: granted } of certificates.certificates.values()) {
    for (const name of attached) things.things.get(name)?.principals.add(id);
    for (const name of granted) policies.policies.get(name)?.targets.add(id);
  }
  const onBarred = new Set<(certificateId: string) => void>();
  let revision = 0;

  function certificateOf(principal: string): Certificate {
    const prefix = arn('cert/');
    if (!principal.startsWith(prefix))
      throw invalid(`'${principal.slice(0, 300)}' is not the ARN of a certificate here`);
    return certificates.certificate(names.certificateId(principal.slice(prefix.length)));
  }

  return {
    region,
    accountId,
    now,
    things,
    certificates,
    policies,
    authorities,
    templates,
    certificateOf,
    onBarred,
    get revision() {
      return revision;
    },

    attachPolicy(policyName, target) {
      const policy = policies.policy(policyName);
      const certificate = certificateOf(target);
      if (!certificate.policies.has(policyName) && certificate.policies.size >= MAX_POLICIES)
        throw new IotError('LimitExceededException', `A certificate has at most ${MAX_POLICIES} policies`);
      certificate.policies.add(policyName);
      policy.targets.add(certificate.id);
      certificates.certificates.changed(certificate.id);
      revision++;
    },

    detachPolicy(policyName, target) {
      const policy = policies.policy(policyName);
      const certificate = certificateOf(target);
      certificate.policies.delete(policyName);
      policy.targets.delete(certificate.id);
      certificates.certificates.changed(certificate.id);
      revision++;
    },

    attachThing(thingName, principal) {
      const thing = things.thing(thingName);
      const certificate = certificateOf(principal);
      thing.principals.add(certificate.id);
      certificate.things.add(thingName);
      certificates.certificates.changed(certificate.id);
      revision++;
    },

    detachThing(thingName, principal) {
      const thing = things.thing(thingName);
      const certificate = certificateOf(principal);
      thing.principals.delete(certificate.id);
      certificate.things.delete(thingName);
      certificates.certificates.changed(certificate.id);
      revision++;
    },

    setCertificateStatus(certificateId, status) {
      certificates.setStatus(certificateId, status);
      revision++;
      if (status !== 'ACTIVE') for (const told of onBarred) told(certificateId);
    },

    deleteCertificate(certificateId, force) {
      const { id, policies: attached } = certificates.checkDeletable(certificateId, force);
      for (const name of attached) policies.policy(name).targets.delete(id);
      certificates.certificates.delete(id);
      revision++;
    },

    activeCertificate(certificateId) {
      const certificate = certificates.certificates.get(certificateId) ?? certificates.claims.get(certificateId);
      if (certificate?.status !== 'ACTIVE') return undefined;
      const at = now();
      return at >= certificate.notBefore && at <= certificate.notAfter ? certificate : undefined;
    },

    policiesOf: ({ policies: attached, claimOf }) => [
      ...Array.from(attached, (name) => policies.policy(name).parsed),
      ...(claimOf === undefined ? [] : [claimPolicy(arn, claimOf)]),
    ],

    thingOf: (certificate, clientId) => (certificate.things.has(clientId) ? things.things.get(clientId) : undefined),
  };
}

/** What a claim may do: ask for a certificate and register a device by the one template. */
function claimPolicy(arn: (resource: string) => string, templateName: string): Policy {
  const topics = ['$aws/certificates/*', `$aws/provisioning-templates/${templateName}/provision/*`];
  const resources = topics.flatMap((topic) => [arn(`topic/${topic}`), arn(`topicfilter/${topic}`)]);
  const Action = ['iot:Publish', 'iot:Receive', 'iot:Subscribe'];
  const Statement = [
    { Effect: 'Allow', Action: 'iot:Connect', Resource: arn('client/*') },
    { Effect: 'Allow', Action, Resource: resources },
  ];
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }));
}
