import { textOf } from '../json.ts';
import { invalid } from './errors.ts';
import { templateName } from './names.ts';
import { type Operation, operation, optionalText, resultsRequest, seconds, text } from './operation.ts';
import type { NamedTemplate } from './provisioning-templates.ts';
import type { Registry } from './registry.ts';

/** How long a claim certificate of CreateProvisioningClaim is good (AWS IoT developer guide, "Provisioning by trusted user"). */
const CLAIM_MS = 5 * 60_000;

/** Named provisioning templates, and claims for them. */
export function templateOperations({ templates, certificates, now }: Registry): Operation[] {
  return [
    operation('POST', '/provisioning-templates', (call) => {
      const { enabled = false, type = 'FLEET_PROVISIONING' } = call.body;
      if (type !== 'FLEET_PROVISIONING') throw invalid(`A template of type ${textOf(type)} is not made here`);
      const { name, arn } = templates.create({
        name: templateName(call.body.templateName),
        description: optionalText(call, 'description', 500) ?? '',
        body: text(call, 'templateBody', 10_240),
        roleArn: text(call, 'provisioningRoleArn', 2048),
        enabled: enabled === true,
      });
      return { templateArn: arn, templateName: name, defaultVersionId: 1 };
    }),
    operation('GET', '/provisioning-templates/{templateName}', ({ params }) => {
      const template = templates.template(templateName(params.templateName));
      return {
        ...summary(template),
        templateBody: template.body,
        provisioningRoleArn: template.roleArn,
        defaultVersionId: 1,
      };
    }),
    operation('GET', '/provisioning-templates', (call) => {
      const { items, next } = templates.templates.page(resultsRequest(call));
      return { templates: items.map(summary), nextToken: next };
    }),
    operation('DELETE', '/provisioning-templates/{templateName}', ({ params }) => {
      templates.delete(templateName(params.templateName));
      return {};
    }),
    operation('POST', '/provisioning-templates/{templateName}/provisioning-claim', ({ params }) => {
      const { name } = templates.template(templateName(params.templateName));
      const expiration = now() + CLAIM_MS;
      const { created, publicKeyPem, privateKeyPem } = certificates.createClaim(name, expiration);
      return {
        certificateId: created.id,
        certificatePem: created.pem,
        keyPair: { PublicKey: publicKeyPem, PrivateKey: privateKeyPem },
        expiration: seconds(expiration),
      };
    }),
  ];
}

function summary({ name, arn, description, enabled, createdAt }: NamedTemplate) {
  const created = seconds(createdAt);
  return {
    templateName: name,
    templateArn: arn,
    description,
    enabled,
    creationDate: created,
    lastModifiedDate: created,
  };
}
