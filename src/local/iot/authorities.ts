import { createHash, X509Certificate } from 'node:crypto';
import { certificateIdOf, fromPem } from '../../x509.ts';
import type { Shelves } from '../data-dir/shelf.ts';
import { Catalogue, type Form } from './catalogue.ts';
import { IotError, notFound } from './errors.ts';
import { type ProvisioningTemplate, parseTemplate } from './provisioning-template.ts';

/** A certificate authority of the account's own, whose devices may register themselves. */
export interface RegisteredAuthority {
  readonly id: string;
  readonly arn: string;
  readonly pem: string;
  readonly parsed: X509Certificate;
  readonly mode: 'DEFAULT' | 'SNI_ONLY';
  readonly createdAt: number;
  readonly registration: Registration | undefined;
  status: 'ACTIVE' | 'INACTIVE';
  autoRegistration: boolean;
}

/** What happens to a device that connects for the first time. */
export interface Registration {
  readonly templateBody: string;
  readonly roleArn: string | undefined;
  readonly template: ProvisioningTemplate;
}

export interface AuthorityRequest {
  readonly pem: string;
  /** Signed by the authority, with the registration code as its common name; not wanted in SNI_ONLY mode. */
  readonly verificationPem: string | undefined;
  readonly mode: RegisteredAuthority['mode'];
  readonly active: boolean;
  readonly autoRegistration: boolean;
  readonly registration: Registration | undefined;
}

type AuthorityRecord = Omit<RegisteredAuthority, 'parsed' | 'registration'> & {
  readonly registration?: Omit<Registration, 'template'>;
};

const FORM: Form<RegisteredAuthority> = {
  nameOf: ({ id }) => id,
  write: ({ parsed: _, registration, ...authority }) => ({
    ...authority,
    registration: registration && { templateBody: registration.templateBody, roleArn: registration.roleArn },
  }),
  read: ({ registration, ...authority }: AuthorityRecord) => ({
    ...authority,
    parsed: parse(authority.pem, 'CA certificate'),
    registration: registration && { ...registration, template: parseTemplate(registration.templateBody) },
  }),
};

export interface AuthoritiesOptions {
  readonly arn: (resource: string) => string;
  /** Epoch ms. */
  readonly now: () => number;
  /** Makes the account's registration code. */
  readonly secret: string;
  readonly shelves: Shelves;
}

export function createAuthorities({ arn, now, secret, shelves }: AuthoritiesOptions) {
  const authorities = new Catalogue<RegisteredAuthority>(shelves('CA certificate'), FORM);
  const registrationCode = createHash('sha256').update(`registration code of ${secret}`).digest('hex');

  function authority(id: string): RegisteredAuthority {
    const found = authorities.get(id);
    if (!found) throw notFound('CA certificate', id);
    return found;
  }

  return {
    authorities,
    authority,
    registrationCode,

    register({
      pem,
      verificationPem,
      mode,
      active,
      autoRegistration,
      registration,
    }: AuthorityRequest): RegisteredAuthority {
      const parsed = parse(pem, 'CA certificate');
      if (!parsed.ca)
        throw new IotError('CertificateValidationException', 'The CA certificate is not one of an authority');
      if (mode === 'DEFAULT') checkVerification(parsed, verificationPem, registrationCode);
      const id = certificateIdOf(parsed.raw);
      const existing = authorities.get(id);
      if (existing)
        throw new IotError('ResourceAlreadyExistsException', 'The CA certificate is already registered', {
          resourceId: id,
          resourceArn: existing.arn,
        });
      const status = active ? ('ACTIVE' as const) : ('INACTIVE' as const);
      const added = {
        id,
        arn: arn(`cacert/${id}`),
        pem,
        parsed,
        mode,
        createdAt: now(),
        registration,
        status,
        autoRegistration,
      };
      authorities.add(added);
      return added;
    },

    update(id: string, change: Partial<Pick<RegisteredAuthority, 'status' | 'autoRegistration'>>): void {
      Object.assign(authority(id), change);
      authorities.changed(id);
    },

    delete(id: string): void {
      if (authority(id).status === 'ACTIVE')
        throw new IotError(
          'CertificateStateException',
          'CA certificate must be deactivated (not ACTIVE) before deletion.',
        );
      authorities.delete(id);
    },

    /** The active authority that signed the certificate. */
    issuerOf(certificate: X509Certificate): RegisteredAuthority | undefined {
      for (const candidate of authorities.values()) {
        const { status, parsed } = candidate;
        if (status === 'ACTIVE' && certificate.checkIssued(parsed) && certificate.verify(parsed.publicKey))
          return candidate;
      }
      return undefined;
    },
  };
}

export type Authorities = ReturnType<typeof createAuthorities>;

function parse(pem: string, what: string): X509Certificate {
  try {
    return new X509Certificate(fromPem('CERTIFICATE', pem));
  } catch (error) {
    throw new IotError('CertificateValidationException', `The ${what} is not valid: ${(error as Error).message}`);
  }
}

function checkVerification(authority: X509Certificate, verificationPem: string | undefined, code: string): void {
  if (verificationPem === undefined)
    throw new IotError('CertificateValidationException', 'The verification certificate is missing');
  const verification = parse(verificationPem, 'verification certificate');
  if (!verification.checkIssued(authority) || !verification.verify(authority.publicKey))
    throw new IotError(
      'CertificateValidationException',
      'The verification certificate is not signed by the CA certificate',
    );
  if (!verification.subject.split('\n').includes(`CN=${code}`))
    throw new IotError('RegistrationCodeValidationException', 'The common name is not the registration code');
}
