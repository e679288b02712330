/**
 * URLs signed with Signature Version 4 in their query, as clients without a certificate open MQTT over WebSocket
 * (developer guide, "Protocols, port mappings, and authentication").
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { getCanonicalQuery } from '@smithy/signature-v4';

export interface PresignedRequest {
  readonly method: string;
  /** As it was sent: path and query, still encoded. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Signers {
  /** Secret access keys by access key id. */
  readonly accessKeys: ReadonlyMap<string, string>;
  readonly region: string;
  readonly service: string;
  /** Epoch ms. */
  readonly now: number;
}

/** Who signed it, or why that is not believed, in AWS's words. */
export type Signer = { readonly accessKeyId: string } | { readonly refused: string };

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** Clocks may differ by as much; it is also how long a URL without X-Amz-Expires is good. */
const SKEW_MS = 5 * 60_000;
const MAX_EXPIRES_S = 7 * 86_400;

export function signerOf(request: PresignedRequest, { accessKeys, region, service, now }: Signers): Signer {
  const mark = request.url.indexOf('?');
  const query = parametersOf(mark < 0 ? '' : request.url.slice(mark + 1));
  if (query === undefined) return refused('The query string is malformed.');
  const {
    'X-Amz-Algorithm': algorithm,
    'X-Amz-Credential': credential,
    'X-Amz-Date': date,
    'X-Amz-Signature': signature,
    'X-Amz-SignedHeaders': names,
    'X-Amz-Expires': expires,
    'X-Amz-Security-Token': token,
  } = query;
  if (!algorithm || !credential || !date || !signature || !names) return refused('Missing Authentication Token');
  if (algorithm !== ALGORITHM) return refused(`Unsupported AWS 'algorithm': '${algorithm.slice(0, 50)}'`);

  const [accessKeyId = '', day, ...scope] = credential.split('/');
  const secret = accessKeys.get(accessKeyId);
  // No key here is a temporary one, so that no token belongs to any.
  if (secret === undefined || token !== undefined)
    return refused('The security token included in the request is invalid.');
  if (scope[0] !== region) return refused(`Credential should be scoped to a valid region, not '${scope[0]}'.`);
  if (scope[1] !== service) return refused(`Credential should be scoped to correct service: '${service}'.`);
  if (scope.length !== 3 || scope[2] !== 'aws4_request' || day !== date.slice(0, 8))
    return refused('Credential should be a scope of the date, region, service and aws4_request.');

  const fault = timeFault(date, expires, now);
  if (fault !== undefined) return refused(fault);

  const headers = canonicalHeaders(names, request.headers);
  const canonical =
    headers &&
    [
      request.method,
      mark < 0 ? request.url : request.url.slice(0, mark),
      getCanonicalQuery({ protocol: '', hostname: '', path: '', method: '', headers: {}, query }),
      headers,
      names,
      createHash('sha256').digest('hex'),
    ].join('\n');
  const expected = canonical && signatureOf(canonical, { date, scope: [day, ...scope].join('/'), secret });
  return expected !== undefined && equal(expected, signature) ? { accessKeyId } : refused(MISMATCH);
}

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

function refused(why: string): Signer {
  return { refused: why };
}

/** Decoded; undefined where one is not well encoded, or comes twice. A plus is a plus here. */
function parametersOf(text: string): Record<string, string> | undefined {
  const parameters: Record<string, string> = Object.create(null);
  for (const part of text.split('&')) {
    if (part === '') continue;
    const [name, ...value] = part.split('=');
    try {
      const key = decodeURIComponent(name!);
      if (key in parameters) return undefined;
      parameters[key] = decodeURIComponent(value.join('='));
    } catch {
      return undefined;
    }
  }
  return parameters;
}

function timeFault(date: string, expires: string | undefined, now: number): string | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(at)) return `Date must be in ISO-8601 'basic format'. Got '${date.slice(0, 50)}'.`;
  const seconds = expires === undefined ? SKEW_MS / 1000 : Number(expires);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_EXPIRES_S)
    return `X-Amz-Expires must be a whole number of seconds from 1 to ${MAX_EXPIRES_S}`;
  const spoken = basic(now);
  if (at > now + SKEW_MS)
    return `Signature not yet current: ${date} is still later than ${basic(now + SKEW_MS)} (${spoken} + 5 min.)`;
  if (now <= at + seconds * 1000) return undefined;
  return `Signature expired: ${date} is now earlier than ${basic(now - seconds * 1000)} (${spoken} - ${seconds / 60} min.)`;
}

function basic(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** Undefined where the host is not among them, or one is missing. */
function canonicalHeaders(names: string, headers: IncomingHttpHeaders): string | undefined {
  const signed = names.split(';');
  if (!signed.includes('host')) return undefined;
  const lines: string[] = [];
  for (const name of signed) {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (typeof value !== 'string') return undefined;
    lines.push(`${name}:${value.trim().replace(/\s+/g, ' ')}\n`);
  }
  return lines.join('');
}

function signatureOf(canonical: string, { date, scope, secret }: { date: string; scope: string; secret: string }) {
  const toSign = [ALGORITHM, date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
}

function equal(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
