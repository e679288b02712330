import type { X509Certificate } from 'node:crypto';
import { IotError } from './errors.ts';
import { applyTemplate } from './provisioning-template.ts';
import type { Registry } from './registry.ts';

/**
 * Registers a certificate that nobody has seen before, where one of the account's own authorities signed it and lets
 * its devices register: the first connection is then over, and the next one succeeds (developer guide, just-in-time
 * provisioning). @returns what came of it; undefined where no such authority signed it.
 */
export function registerJustInTime(registry: Registry, certificate: X509Certificate): string | undefined {
  const issuer = registry.authorities.issuerOf(certificate);
  if (!issuer?.autoRegistration) return undefined;
  const { id } = registry.certificates.registerJustInTime(certificate, issuer.id);
  if (!issuer.registration) return 'its certificate is registered now, and waits to be activated';
  try {
    applyTemplate(registry, issuer.registration.template, {
      ...subjectParameters(certificate),
      'AWS::IoT::Certificate::Id': id,
    });
    return 'it is registered now, and may connect again';
  } catch (error) {
    if (error instanceof IotError)
      return `its certificate is registered now, but its template failed: ${error.message}`;
    throw error;
  }
}

const SUBJECT_PARAMETERS = {
  C: 'Country',
  O: 'Organization',
  OU: 'OrganizationalUnit',
  dnQualifier: 'DistinguishedNameQualifier',
  ST: 'StateName',
  CN: 'CommonName',
  serialNumber: 'SerialNumber',
};

/** What a template may refer to, from the certificate's own subject. */
function subjectParameters(certificate: X509Certificate): Record<string, string> {
  const subject = certificate.toLegacyObject().subject as unknown as Record<string, string | undefined>;
  return Object.fromEntries(
    Object.entries(SUBJECT_PARAMETERS).flatMap(([short, long]) =>
      typeof subject[short] === 'string' ? [[`AWS::IoT::Certificate::${long}`, subject[short]]] : [],
    ),
  );
}
