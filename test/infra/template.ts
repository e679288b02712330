/** Templates of the backend for tests, made once a file: without bundling, and whether or not the page has been built. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { checkApp } from '../../infra/checks.ts';
import { DEFAULTS, type Settings } from '../../infra/settings.ts';
import { TrackingStack } from '../../infra/tracking-stack.ts';
import type { IngestDesign } from '../../src/local/ingest-design.ts';

/** What is there only once a handler has been bundled is left out. */
const UNBUNDLED = { 'aws:cdk:bundling-stacks': [] };

export function appWith(settings: Partial<Settings>): { app: App; stack: TrackingStack } {
  const app = new App({ context: UNBUNDLED });
  return {
    app,
    stack: new TrackingStack(app, 'simctl', { settings: { ...DEFAULTS, ...settings }, page: undefined }),
  };
}

const made = new Map<IngestDesign, { template: Template; directory: string }>();

/** Its template, once it has passed all checks. @throws what they find. */
export function templateOf(ingest: IngestDesign): Template {
  return assemblyOf(ingest).template;
}

/** What the checks wrote down. */
export function validationReport(ingest: IngestDesign): unknown {
  return JSON.parse(readFileSync(join(assemblyOf(ingest).directory, 'validation-report.json'), 'utf8'));
}

function assemblyOf(ingest: IngestDesign) {
  const known = made.get(ingest);
  if (known) return known;
  const { app, stack } = appWith({ ingest });
  checkApp(app);
  const { directory } = app.synth();
  const assembly = { directory, template: Template.fromStack(stack) };
  made.set(ingest, assembly);
  return assembly;
}

/** The properties of the one resource of a type. */
export function only(template: Template, type: string): Record<string, unknown> {
  const found = Object.values(template.findResources(type));
  if (found.length !== 1) throw new Error(`there are ${found.length} ${type}`);
  return found[0]!.Properties as Record<string, unknown>;
}

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '123456789012',
};

/** A value as CloudFormation would make it; what only a deployment knows becomes a name of its own. */
export function resolved(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(resolved);
  const { Ref, 'Fn::Join': join, 'Fn::GetAtt': attribute } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return PSEUDO[Ref] ?? `<${Ref}>`;
  if (Array.isArray(join)) return (resolved(join[1]) as string[]).join(String(join[0]));
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(inner)]));
}
