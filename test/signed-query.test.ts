import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { querySigner } from '../src/signed-query.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** As the reference "Create a signed AWS API request" has it, step by step. */
function signature(url: string, headers: Record<string, string>, secret: string): string {
  const [, date, region, service, signed] =
    /Credential=[^/]+\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+),/.exec(headers.authorization!)!;
  const { host, pathname, searchParams } = new URL(url);
  const encoded = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
  const all: Record<string, string> = { ...headers, host };
  const lines = signed!.split(';').map((name) => `${name}:${all[name]}\n`);
  const request = ['GET', pathname, query, lines.join(''), signed, sha256('')].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(request)].join('\n');
  const key = [date!, region!, service!, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return createHmac('sha256', key).update(text).digest('hex');
}

describe('a signed query', () => {
  it('carries the signature that the API works out for itself', async () => {
    const sign = await querySigner('eu-west-1', {
      accessKeyId: 'AKID',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
    await fc.assert(
      fc.asyncProperty(
        fc.stringMatching(/^[-._\p{L}\p{N}]{1,20}$/u),
        fc.base64String(),
        async (deviceid, nexttoken) => {
          const query = new URLSearchParams({ type: 'history', deviceid, nexttoken });
          const url = `https://abc.execute-api.eu-west-1.amazonaws.com/default/getLocation?${query}`;
          const headers = await sign(url);
          expect(headers.authorization).toMatch(
            /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/execute-api\/aws4_request/,
          );
          expect(headers['x-amz-security-token']).toBe('token');
          expect(headers.authorization).toContain(`Signature=${signature(url, headers, 'secret')}`);
          expect(headers).not.toHaveProperty('host');
        },
      ),
      { numRuns: 50 },
    );
  });
});
