import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INGEST_DESIGNS } from '../../../src/local/ingest-design.ts';
import { decide, type Policy, parsePolicy } from '../../../src/local/policy.ts';
import { TOPIC_ROOT } from '../../../src/wire.ts';
import { only, resolved, templateOf } from '../template.ts';

const ARN = 'arn:aws:iot:eu-west-1:123456789012:';

/** As the stand-in's broker asks, of the document in the template. */
let known: Policy[][] | undefined;
function policies(): Policy[][] {
  known ??= INGEST_DESIGNS.map((design) => {
    const { PolicyDocument } = only(templateOf(design), 'AWS::IoT::Policy');
    return [parsePolicy(JSON.stringify(resolved(PolicyDocument)))];
  });
  return known;
}

function allowed(thing: string, action: string, resource: string, attached = true): boolean {
  const variables: Record<string, string> = {
    'iot:Connection.Thing.ThingName': thing,
    'iot:Connection.Thing.IsAttached': String(attached),
  };
  const decisions = policies().map((policy) =>
    decide(policy, { action, resource: ARN + resource, variables: (name) => variables[name] }),
  );
  // One policy, however positions are stored.
  expect(new Set(decisions).size).toBe(1);
  return decisions[0] === 'allowed';
}

/** Thing names (API reference), with those in front that might be taken for something else. */
const id = fc.oneof(
  fc.constantFrom('SLE-7115', 'SLE-711', 'SLE-71155', 'a:b', '_', '-'),
  fc.stringMatching(/^[a-zA-Z0-9:_-]{1,128}$/),
);
/** What a client may write where its id belongs. */
const anything = fc.oneof(id, fc.constantFrom('*', '?', '#', '+', `\${iot:ClientId}`, ''), fc.string());

describe('the policy in the template', () => {
  it('lets a device connect as itself, once its certificate is attached to its thing', () => {
    fc.assert(
      fc.property(id, anything, (thing, clientId) => {
        expect(allowed(thing, 'iot:Connect', `client/${clientId}`)).toBe(clientId === thing);
        expect(allowed(thing, 'iot:Connect', `client/${clientId}`, false)).toBe(false);
      }),
    );
  });

  it('lets it publish to its own topic, and to none beside, above or below it', () => {
    fc.assert(
      fc.property(id, anything, anything, (thing, other, tail) => {
        const to = (topic: string) => allowed(thing, 'iot:Publish', `topic/${topic}`);
        expect(to(`${TOPIC_ROOT}/${thing}`)).toBe(true);
        expect(to(`${TOPIC_ROOT}/${other}`)).toBe(other === thing);
        expect(to(`${TOPIC_ROOT}/${thing}/${tail}`)).toBe(false);
        expect(to(`${tail}/${TOPIC_ROOT}/${thing}`)).toBe(false);
        expect(to(TOPIC_ROOT)).toBe(false);
        // Straight to the rule, which takes the device's name from the rest of the topic.
        expect(to(`$aws/rules/store_positions/${TOPIC_ROOT}/${thing}`)).toBe(true);
        expect(to(`$aws/rules/store_positions/${TOPIC_ROOT}/${other}`)).toBe(other === thing);
        expect(to(`$aws/rules/store_positions/${thing}`)).toBe(false);
        expect(to(`$aws/rules/another/${TOPIC_ROOT}/${thing}`)).toBe(false);
      }),
    );
  });

  it('lets it read nothing, and do nothing else', () => {
    const others = ['Subscribe', 'Receive', 'RetainPublish', 'UpdateThingShadow', 'GetThingShadow', 'AttachPolicy'];
    fc.assert(
      fc.property(
        id,
        fc.constantFrom(...others),
        fc.constantFrom('topic', 'topicfilter', 'thing', 'client'),
        (thing, action, kind) => {
          for (const resource of [`${kind}/${thing}`, `${kind}/${TOPIC_ROOT}/${thing}`, `${kind}/*`])
            expect(allowed(thing, `iot:${action}`, resource)).toBe(false);
        },
      ),
    );
  });

  it('is known to AWS IoT as a policy: no longer than 2,048 characters', () => {
    for (const design of INGEST_DESIGNS) {
      const { PolicyDocument } = only(templateOf(design), 'AWS::IoT::Policy');
      expect(JSON.stringify(resolved(PolicyDocument)).replace(/\s/g, '').length).toBeLessThanOrEqual(2048);
    }
  });
});
