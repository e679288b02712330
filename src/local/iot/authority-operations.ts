import type { RegisteredAuthority, Registration } from './authorities.ts';
import { invalid } from './errors.ts';
import { certificateId } from './names.ts';
import { type Call, flag, markerRequest, type Operation, operation, optionalText, seconds, text } from './operation.ts';
import { applyTemplate, parseTemplate } from './provisioning-template.ts';
import type { Registry } from './registry.ts';

/** Authorities of the account's own, and what registers devices by a template. */
export function authorityOperations(registry: Registry): Operation[] {
  const { authorities, certificates } = registry;
  const named = ({ params }: Call) => authorities.authority(certificateId(params.certificateId));
  return [
    operation('GET', '/registrationcode', () => ({ registrationCode: authorities.registrationCode })),
    operation('POST', '/cacertificate', (call) => {
      const mode = call.body.certificateMode === 'SNI_ONLY' ? 'SNI_ONLY' : 'DEFAULT';
      const { arn, id } = authorities.register({
        pem: text(call, 'caCertificate', 65_536),
        verificationPem: optionalText(call, 'verificationCertificate', 65_536),
        mode,
        active: flag(call, 'setAsActive'),
        autoRegistration: flag(call, 'allowAutoRegistration'),
        registration: registrationOf(call),
      });
      return { certificateArn: arn, certificateId: id };
    }),
    operation('GET', '/cacertificate/{certificateId}', (call) => {
      const found = named(call);
      const { registration } = found;
      return {
        certificateDescription: {
          ...summary(found),
          certificatePem: found.pem,
          ownedBy: registry.accountId,
          autoRegistrationStatus: found.autoRegistration ? 'ENABLE' : 'DISABLE',
          certificateMode: found.mode,
          validity: { notBefore: epoch(found.parsed.validFrom), notAfter: epoch(found.parsed.validTo) },
        },
        registrationConfig: registration && { templateBody: registration.templateBody, roleArn: registration.roleArn },
      };
    }),
    operation('GET', '/cacertificates', (call) => {
      const { items, next } = authorities.authorities.page(markerRequest(call));
      return { certificates: items.map(summary), nextMarker: next };
    }),
    operation('PUT', '/cacertificate/{certificateId}', (call) => {
      const { id } = named(call);
      const status = call.query.get('newStatus');
      const auto = call.query.get('newAutoRegistrationStatus');
      if (status !== null && status !== 'ACTIVE' && status !== 'INACTIVE')
        throw invalid(`The status ${status} is not known`);
      authorities.update(id, {
        ...(status === null ? {} : { status }),
        ...(auto === null ? {} : { autoRegistration: auto === 'ENABLE' }),
      });
      return {};
    }),
    operation('DELETE', '/cacertificate/{certificateId}', ({ params }) => {
      authorities.delete(certificateId(params.certificateId));
      return {};
    }),
    operation('GET', '/certificates-by-ca/{caCertificateId}', (call) => {
      const { id } = authorities.authority(certificateId(call.params.caCertificateId));
      const { items, next } = certificates.certificates.page(
        markerRequest(call),
        ({ authorityId }) => authorityId === id,
      );
      return {
        certificates: items.map((certificate) => ({
          certificateArn: certificate.arn,
          certificateId: certificate.id,
          status: certificate.status,
          creationDate: seconds(certificate.createdAt),
        })),
        nextMarker: next,
      };
    }),
    operation('POST', '/things', (call) => {
      const { parameters = {} } = call.body;
      if (
        typeof parameters !== 'object' ||
        parameters === null ||
        Object.values(parameters).some((v) => typeof v !== 'string')
      )
        throw invalid('parameters must be a map of strings');
      const template = parseTemplate(text(call, 'templateBody', 10_240));
      const { certificate, resourceArns } = applyTemplate(registry, template, parameters as Record<string, string>);
      return { certificatePem: certificate.pem, resourceArns };
    }),
  ];
}

function registrationOf({ body: { registrationConfig: config } }: Call): Registration | undefined {
  if (config === undefined || config === null) return undefined;
  const { templateBody, roleArn } = config as Record<string, unknown>;
  if (typeof templateBody !== 'string' || templateBody.length > 10_240)
    throw invalid('registrationConfig.templateBody must be a string of at most 10240 characters');
  if (typeof roleArn !== 'string' || roleArn.length < 20)
    throw invalid('registrationConfig.roleArn must be the ARN of a role');
  return { templateBody, roleArn, template: parseTemplate(templateBody) };
}

function summary({ arn, id, status, createdAt }: RegisteredAuthority) {
  return { certificateArn: arn, certificateId: id, status, creationDate: seconds(createdAt) };
}

function epoch(text: string): number {
  return seconds(Date.parse(text));
}
