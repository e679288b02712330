import { generateKeyPair, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { certificateIdOf, fromPem, newEcKey, toPem } from '../../x509.ts';
import { type Authority, CsrError } from '../certificate-authority.ts';
import type { Shelves } from '../data-dir/shelf.ts';
import { Catalogue, type Form } from './catalogue.ts';
import { IotError, invalid, notFound } from './errors.ts';

export type CertificateStatus = 'ACTIVE' | 'INACTIVE' | 'REVOKED' | 'PENDING_ACTIVATION';

export interface Certificate {
  readonly id: string;
  readonly arn: string;
  readonly pem: string;
  /** SNI_ONLY: registered without an authority. */
  readonly mode: 'DEFAULT' | 'SNI_ONLY';
  /** The account's own authority that signed it. */
  readonly authorityId: string | undefined;
  readonly createdAt: number;
  /** Epoch ms. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** The provisioning template whose claim it is; it may do nothing but register devices by it. */
  readonly claimOf: string | undefined;
  modifiedAt: number;
  status: CertificateStatus;
  /** Names of what it is attached to. */
  readonly things: Set<string>;
  readonly policies: Set<string>;
}

interface Origin {
  readonly authorityId?: string;
  readonly claimOf?: string;
}

interface Surroundings {
  readonly arn: (resource: string) => string;
  readonly authority: Authority;
  readonly now: () => number;
  readonly shelves: Shelves;
}

interface CertificateRecord extends Omit<Certificate, 'things' | 'policies'> {
  readonly things: readonly string[];
  readonly policies: readonly string[];
}

const FORM: Form<Certificate> = {
  nameOf: ({ id }) => id,
  write: ({ things, policies, ...certificate }): CertificateRecord => ({
    ...certificate,
    things: [...things],
    policies: [...policies],
  }),
  read: ({ things, policies, ...certificate }: CertificateRecord) => ({
    ...certificate,
    things: new Set(things),
    policies: new Set(policies),
  }),
};

/** Device certificates: made here, or registered. */
export function createCertificates({ arn, authority, now, shelves }: Surroundings) {
  const certificates = new Catalogue<Certificate>(shelves('certificate'), FORM);
  // Kept apart: a claim is listed nowhere, and gone when it expires.
  const claims = new Map<string, Certificate>();

  function certificate(id: string): Certificate {
    const found = certificates.get(id);
    if (!found) throw notFound('Certificate', id);
    return found;
  }

  function add(pem: string, status: CertificateStatus, mode: Certificate['mode'], origin: Origin = {}): Certificate {
    const added = describe(pem, status, mode, origin);
    certificates.add(added);
    return added;
  }

  function describe(pem: string, status: CertificateStatus, mode: Certificate['mode'], origin: Origin): Certificate {
    const bytes = fromPem('CERTIFICATE', pem);
    const facts = new X509Certificate(bytes);
    const id = certificateIdOf(bytes);
    return {
      id,
      arn: arn(`cert/${id}`),
      pem,
      mode,
      authorityId: origin.authorityId,
      claimOf: origin.claimOf,
      status,
      createdAt: now(),
      modifiedAt: now(),
      notBefore: Date.parse(facts.validFrom),
      notAfter: Date.parse(facts.validTo),
      things: new Set(),
      policies: new Set(),
    };
  }

  return {
    certificates,
    claims: claims as ReadonlyMap<string, Certificate>,
    certificate,

    createFromCsr(csrPem: string, active: boolean): Certificate {
      try {
        return add(authority.issueFromCsr(csrPem), active ? 'ACTIVE' : 'INACTIVE', 'DEFAULT');
      } catch (error) {
        if (error instanceof CsrError) throw invalid(`The certificate signing request is not valid: ${error.message}`);
        throw error;
      }
    },

    /** With a new RSA key of 2048 bits, as AWS IoT makes them. */
    async createWithKeys(active: boolean) {
      const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
      const spki = pair.publicKey.export({ type: 'spki', format: 'der' });
      return {
        created: add(authority.issue(spki, 'AWS IoT Certificate'), active ? 'ACTIVE' : 'INACTIVE', 'DEFAULT'),
        publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }) as string,
        privateKey: pair.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string,
      };
    },

    registerWithoutAuthority(pem: string, status: CertificateStatus): Certificate {
      let id: string;
      try {
        const bytes = fromPem('CERTIFICATE', pem);
        new X509Certificate(bytes);
        id = certificateIdOf(bytes);
      } catch (error) {
        throw new IotError(
          'CertificateValidationException',
          `The certificate is not valid: ${(error as Error).message}`,
        );
      }
      const existing = certificates.get(id);
      if (existing)
        throw new IotError('ResourceAlreadyExistsException', 'The certificate is already provisioned or registered', {
          resourceId: id,
          resourceArn: existing.arn,
        });
      return add(pem, status, 'SNI_ONLY');
    },

    /** One that a registered authority signed, as it first connects. */
    registerJustInTime(certificate: X509Certificate, authorityId: string): Certificate {
      return add(toPem('CERTIFICATE', certificate.raw), 'PENDING_ACTIVATION', 'DEFAULT', { authorityId });
    },

    /** A certificate that may register devices by a template, until `notAfter` (epoch ms). */
    createClaim(templateName: string, notAfter: number) {
      const { spki, privateKeyPem } = newEcKey();
      const publicKeyPem = toPem('PUBLIC KEY', spki);
      const pem = authority.issue(spki, `claim for ${templateName}`, notAfter);
      const created = describe(pem, 'ACTIVE', 'DEFAULT', { claimOf: templateName });
      for (const [id, claim] of claims) if (claim.notAfter < now()) claims.delete(id);
      claims.set(created.id, created);
      return { created, publicKeyPem, privateKeyPem };
    },

    setStatus(id: string, status: CertificateStatus): void {
      const found = certificate(id);
      found.status = status;
      found.modifiedAt = now();
      certificates.changed(id);
    },

    /** With `force`, policies may still be attached, things may not (DeleteCertificate in the service model). */
    checkDeletable(id: string, force: boolean): Certificate {
      const found = certificate(id);
      if (found.status === 'ACTIVE')
        throw new IotError(
          'CertificateStateException',
          'Certificate must be deactivated (not ACTIVE) before deletion.',
        );
      if (found.things.size > 0)
        throw new IotError('DeleteConflictException', `Things must be detached before deletion (arn: ${found.arn})`);
      if (found.policies.size > 0 && !force)
        throw new IotError(
          'DeleteConflictException',
          `Certificate policies must be detached before deletion (arn: ${found.arn})`,
        );
      return found;
    },
  };
}

export type Certificates = ReturnType<typeof createCertificates>;
