import type { Shelves } from '../data-dir/shelf.ts';
import { MalformedPolicy, type Policy, parsePolicy } from '../policy.ts';
import { Catalogue, type Form } from './catalogue.ts';
import { IotError, notFound } from './errors.ts';

export interface PolicyEntry {
  readonly name: string;
  readonly arn: string;
  readonly document: string;
  readonly parsed: Policy;
  readonly createdAt: number;
  /** Ids of the certificates that it is attached to. */
  readonly targets: Set<string>;
}

/** AWS IoT quota "Maximum policy document size", counted without white space. */
const MAX_DOCUMENT_CHARS = 2048;

/** Without its targets, which know what is attached to them. */
const FORM: Form<PolicyEntry> = {
  nameOf: ({ name }) => name,
  write: ({ parsed: _, targets: __, ...policy }) => policy,
  read: (policy: Omit<PolicyEntry, 'parsed' | 'targets'>) => ({
    ...policy,
    parsed: parse(policy.document),
    targets: new Set(),
  }),
};

export interface PoliciesOptions {
  readonly arn: (resource: string) => string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly shelves: Shelves;
}

export function createPolicies({ arn, now, shelves }: PoliciesOptions) {
  const policies = new Catalogue<PolicyEntry>(shelves('policy'), FORM);

  function policy(name: string): PolicyEntry {
    const found = policies.get(name);
    if (!found) throw notFound('Policy', name);
    return found;
  }

  return {
    policies,
    policy,

    create(name: string, document: string): PolicyEntry {
      const existing = policies.get(name);
      if (existing)
        throw new IotError(
          'ResourceAlreadyExistsException',
          `Policy cannot be created - name already exists (name=${name})`,
          {
            resourceId: name,
            resourceArn: existing.arn,
          },
        );
      const created = {
        name,
        arn: arn(`policy/${name}`),
        document,
        parsed: parse(document),
        createdAt: now(),
        targets: new Set<string>(),
      };
      policies.add(created);
      return created;
    },

    delete(name: string): void {
      if (policy(name).targets.size > 0)
        throw new IotError(
          'DeleteConflictException',
          `The policy cannot be deleted as the policy is attached to one or more principals (name=${name})`,
        );
      policies.delete(name);
    },
  };
}

export type PolicyBook = ReturnType<typeof createPolicies>;

function parse(document: string): Policy {
  const chars = document.replace(/\s/g, '').length;
  if (chars > MAX_DOCUMENT_CHARS)
    throw new IotError(
      'MalformedPolicyException',
      `A policy document has at most ${MAX_DOCUMENT_CHARS} characters, not ${chars}`,
    );
  try {
    return parsePolicy(document);
  } catch (error) {
    if (error instanceof MalformedPolicy) throw new IotError('MalformedPolicyException', error.message);
    throw error;
  }
}
