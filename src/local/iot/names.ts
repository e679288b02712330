/** What the service model says about names: its patterns and lengths. */
import { textOf } from '../json.ts';
import { invalid } from './errors.ts';

function checker(what: string, pattern: RegExp, max: number): (value: unknown) => string {
  return (value) => {
    if (typeof value !== 'string' || value.length === 0 || value.length > max || !pattern.test(value)) {
      const given = `'${textOf(value).slice(0, 200)}'`;
      throw invalid(
        `Value ${given} at '${what}' failed to satisfy constraint: 1 to ${max} characters of ${pattern.source}`,
      );
    }
    return value;
  };
}

export const thingName = checker('thingName', /^[a-zA-Z0-9:_-]+$/, 128);
export const thingTypeName = checker('thingTypeName', /^[a-zA-Z0-9:_-]+$/, 128);
export const billingGroupName = checker('billingGroupName', /^[a-zA-Z0-9:_-]+$/, 128);
export const policyName = checker('policyName', /^[\w+=,.@-]+$/, 128);
export const templateName = checker('templateName', /^[0-9A-Za-z_-]+$/, 36);
const hexId = checker('certificateId', /^(0x)?[a-fA-F0-9]{64}$/, 66);

export function certificateId(value: unknown): string {
  return hexId(value).replace(/^0x/, '').toLowerCase();
}

const ATTRIBUTE_NAME = checker('attribute name', /^[a-zA-Z0-9_.,@/:#-]+$/, 128);
const ATTRIBUTE_VALUE = /^[a-zA-Z0-9_.,@/:#=[\]-]{0,800}$/;

/** The attributes of a thing. An empty value stands for removal where they are merged. */
export function attributes(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('attributes must be a map of strings');
  for (const [name, text] of Object.entries(value)) {
    ATTRIBUTE_NAME(name);
    if (typeof text !== 'string' || !ATTRIBUTE_VALUE.test(text))
      throw invalid(`The value of attribute ${name} is not valid`);
  }
  return value as Record<string, string>;
}

/** A page size within the model's bounds; the largest where none is asked for. */
export function pageSize(text: string | null): number {
  if (text === null) return 250;
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > 250) throw invalid(`A page holds 1 to 250 entries, not ${text}`);
  return size;
}
