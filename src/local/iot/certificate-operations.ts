import { textOf } from '../json.ts';
import type { Certificate, CertificateStatus } from './certificates.ts';
import { invalid } from './errors.ts';
import { certificateId } from './names.ts';
import { type Call, flag, markerRequest, type Operation, operation, seconds, text } from './operation.ts';
import type { Registry } from './registry.ts';

/** Certificates: made from a request, made with keys, registered, changed, deleted. */
export function certificateOperations(registry: Registry): Operation[] {
  const { certificates } = registry;
  return [
    operation('POST', '/certificates', (call) => {
      const created = certificates.createFromCsr(
        text(call, 'certificateSigningRequest', 4096),
        flag(call, 'setAsActive'),
      );
      return { ...named(created), certificatePem: created.pem };
    }),
    operation('POST', '/keys-and-certificate', async (call) => {
      const { created, publicKey, privateKey } = await certificates.createWithKeys(flag(call, 'setAsActive'));
      const keyPair = { PublicKey: publicKey, PrivateKey: privateKey };
      return { ...named(created), certificatePem: created.pem, keyPair };
    }),
    operation('POST', '/certificate/register-no-ca', (call) => {
      const { status = 'INACTIVE' } = call.body;
      return named(certificates.registerWithoutAuthority(text(call, 'certificatePem', 65_536), settable(status)));
    }),
    operation('GET', '/certificates/{certificateId}', ({ params }) => ({
      certificateDescription: description(
        certificates.certificate(certificateId(params.certificateId)),
        registry.accountId,
      ),
    })),
    operation('GET', '/certificates', (call) => {
      const { items, next } = certificates.certificates.page(markerRequest(call));
      return { certificates: items.map(summary), nextMarker: next };
    }),
    operation('PUT', '/certificates/{certificateId}', ({ params, query }) => {
      registry.setCertificateStatus(certificateId(params.certificateId), settable(query.get('newStatus')));
      return {};
    }),
    operation('DELETE', '/certificates/{certificateId}', (call: Call) => {
      registry.deleteCertificate(certificateId(call.params.certificateId), flag(call, 'forceDelete'));
      return {};
    }),
  ];
}

/** The states that a request may set; transfers and the deprecated REGISTER_INACTIVE are no affair of a fleet's. */
const SETTABLE: readonly unknown[] = [
  'ACTIVE',
  'INACTIVE',
  'REVOKED',
  'PENDING_ACTIVATION',
] satisfies CertificateStatus[];

function settable(status: unknown): CertificateStatus {
  if (!SETTABLE.includes(status))
    throw invalid(`A certificate cannot be set to ${textOf(status)}; it can be ${SETTABLE.join(', ')}`);
  return status as CertificateStatus;
}

function named({ arn, id }: Certificate) {
  return { certificateArn: arn, certificateId: id };
}

function summary(certificate: Certificate) {
  const { status, mode, createdAt } = certificate;
  return { ...named(certificate), status, certificateMode: mode, creationDate: seconds(createdAt) };
}

function description(certificate: Certificate, accountId: string) {
  const { pem, modifiedAt, notBefore, notAfter } = certificate;
  return {
    ...summary(certificate),
    certificatePem: pem,
    caCertificateId: certificate.authorityId,
    ownedBy: accountId,
    lastModifiedDate: seconds(modifiedAt),
    validity: { notBefore: seconds(notBefore), notAfter: seconds(notAfter) },
  };
}
