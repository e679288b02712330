import type { Shelves } from '../data-dir/shelf.ts';
import { Catalogue, type Form } from './catalogue.ts';
import { IotError, notFound } from './errors.ts';
import { type ProvisioningTemplate, parseTemplate } from './provisioning-template.ts';

/** A template under a name, by which devices with a claim certificate register themselves. */
export interface NamedTemplate {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly body: string;
  readonly parsed: ProvisioningTemplate;
  readonly roleArn: string;
  readonly enabled: boolean;
  readonly createdAt: number;
}

export type NamedTemplateRequest = Pick<NamedTemplate, 'name' | 'description' | 'body' | 'roleArn' | 'enabled'>;

const FORM: Form<NamedTemplate> = {
  nameOf: ({ name }) => name,
  write: ({ parsed: _, ...template }) => template,
  read: (template: Omit<NamedTemplate, 'parsed'>) => ({ ...template, parsed: parseTemplate(template.body) }),
};

export interface TemplatesOptions {
  readonly arn: (resource: string) => string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly shelves: Shelves;
}

export function createTemplates({ arn, now, shelves }: TemplatesOptions) {
  const templates = new Catalogue<NamedTemplate>(shelves('provisioning template'), FORM);

  function template(name: string): NamedTemplate {
    const found = templates.get(name);
    if (!found) throw notFound('Provisioning template', name);
    return found;
  }

  return {
    templates,
    template,
    create(request: NamedTemplateRequest): NamedTemplate {
      const { name, body } = request;
      const existing = templates.get(name);
      if (existing)
        throw new IotError('ResourceAlreadyExistsException', `Provisioning template ${name} already exists`, {
          resourceId: name,
          resourceArn: existing.arn,
        });
      const created = {
        ...request,
        arn: arn(`provisioningtemplate/${name}`),
        parsed: parseTemplate(body),
        createdAt: now(),
      };
      templates.add(created);
      return created;
    },
    delete(name: string): void {
      template(name);
      templates.delete(name);
    },
  };
}

export type Templates = ReturnType<typeof createTemplates>;
