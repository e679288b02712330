import { policyName } from './names.ts';
import { markerRequest, type Operation, operation, pageOf, seconds, text } from './operation.ts';
import type { PolicyEntry } from './policies.ts';
import type { Registry } from './registry.ts';

/** Policies, and what they are attached to. */
export function policyOperations(registry: Registry): Operation[] {
  const { policies } = registry;
  return [
    operation('POST', '/policies/{policyName}', (call) => {
      const created = policies.create(policyName(call.params.policyName), text(call, 'policyDocument', 404_600));
      return { ...named(created), policyDocument: created.document, policyVersionId: '1' };
    }),
    operation('GET', '/policies/{policyName}', ({ params }) => {
      const policy = policies.policy(policyName(params.policyName));
      const createdAt = seconds(policy.createdAt);
      return {
        ...named(policy),
        policyDocument: policy.document,
        defaultVersionId: '1',
        creationDate: createdAt,
        lastModifiedDate: createdAt,
      };
    }),
    operation('GET', '/policies', (call) => {
      const { items, next } = policies.policies.page(markerRequest(call));
      return { policies: items.map(named), nextMarker: next };
    }),
    operation('DELETE', '/policies/{policyName}', ({ params }) => {
      policies.delete(policyName(params.policyName));
      return {};
    }),
    operation('PUT', '/target-policies/{policyName}', (call) => {
      registry.attachPolicy(policyName(call.params.policyName), text(call, 'target', 2048));
      return {};
    }),
    operation('POST', '/target-policies/{policyName}', (call) => {
      registry.detachPolicy(policyName(call.params.policyName), text(call, 'target', 2048));
      return {};
    }),
    operation('POST', '/attached-policies/{target}', (call) => {
      const attached = registry.certificateOf(call.params.target ?? '').policies;
      const { items, next } = pageOf(attached, markerRequest(call));
      return { policies: items.map((name) => named(policies.policy(name))), nextMarker: next };
    }),
    operation('POST', '/policy-targets/{policyName}', (call) => {
      const { targets } = policies.policy(policyName(call.params.policyName));
      const { items, next } = pageOf(targets, markerRequest(call));
      return { targets: items.map((id) => registry.certificates.certificate(id).arn), nextMarker: next };
    }),
  ];
}

function named({ name, arn }: PolicyEntry) {
  return { policyName: name, policyArn: arn };
}
