/** AWS's old query protocol: parameters of a form in, XML out. Older AWS CLIs and boto3 speak it to CloudWatch. */
import { randomUUID } from 'node:crypto';
import { CloudWatchError } from './errors.ts';
import type { Input } from './input.ts';

const NAMESPACE = 'http://monitoring.amazonaws.com/doc/2010-08-01/';
/** Deeper than any request of CloudWatch. */
const MAX_DEPTH = 12;

/** `A.member.1.B=c` is `{ A: [{ B: 'c' }] }`. */
export function readForm(form: string): Input {
  const root: Branch = new Map();
  for (const [name, value] of new URLSearchParams(form)) {
    const parts = name.split('.');
    if (parts.length > MAX_DEPTH)
      throw new CloudWatchError('SerializationException', `${name.slice(0, 100)} is too deep`);
    const last = parts.pop()!;
    let branch = root;
    for (const part of parts) {
      const next = branch.get(part) ?? new Map();
      if (typeof next === 'string')
        throw new CloudWatchError('SerializationException', `${name.slice(0, 100)} is twice`);
      branch.set(part, next);
      branch = next;
    }
    branch.set(last, value);
  }
  return plain(root) as Input;
}

type Branch = Map<string, Branch | string>;

function plain(branch: Branch | string): unknown {
  if (typeof branch === 'string') return branch;
  const members = branch.get('member');
  if (members instanceof Map && branch.size === 1)
    return [...members].sort(([a], [b]) => Number(a) - Number(b)).map(([, member]) => plain(member));
  return Object.fromEntries([...branch].map(([name, value]) => [name, plain(value)]));
}

export function writeReply(operation: string, output: object): string {
  return `<${operation}Response xmlns="${NAMESPACE}"><${operation}Result>${xmlOf(output)}</${operation}Result>${metadata()}</${operation}Response>`;
}

export function writeError({ code, message }: { code: string; message: string }): string {
  const error = xmlOf({ Type: 'Sender', Code: code, Message: message });
  return `<ErrorResponse xmlns="${NAMESPACE}"><Error>${error}</Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
}

function metadata(): string {
  return `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
}

function xmlOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((member) => `<member>${xmlOf(member)}</member>`).join('');
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `<${name}>${xmlOf(member)}</${name}>`)
      .join('');
  return String(value).replace(/[&<>]/g, (sign) => ESCAPES[sign]!);
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
