import * as iot from '@aws-sdk/client-iot';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlPlane, refusal } from '../../support/control-plane.ts';

const plane = controlPlane();
const { send } = plane;

describe('the endpoint', () => {
  it('is a bare host', async () => {
    expect(await send(new iot.DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }))).toMatchObject({
      endpointAddress: 'localhost',
    });
    await expect(send(new iot.DescribeEndpointCommand({ endpointType: 'iot:Jobs' }))).rejects.toMatchObject(
      refusal('InvalidRequestException', 400),
    );
  });
});

describe('bad requests', () => {
  it.each([
    ['a body that is no JSON', 'POST', '/things/t', 'x{', 400],
    ['a body that is no object', 'POST', '/things/t', '[]', 400],
    ['no principal', 'PUT', '/things/t/principals', '', 400],
    ['a name like an inherited member', 'GET', '/things/__proto__', '', 404],
    ['a path of no operation', 'GET', '/nothing/here', '', 404],
    ['a method of no operation', 'PATCH', '/certificates', '', 404],
    ['a path that climbs', 'GET', '/things/..%2F..%2Fetc%2Fpasswd', '', 400],
  ])('are answered: %s', async (_, method, path, body, status) => {
    const answer = await fetch(plane.server.endpoint + path, { method, ...(body === '' ? {} : { body }) });
    expect(answer.status).toBe(status);
  });

  it('never bring an answer of 500, whatever the body', async () => {
    const paths = [
      '/things/t',
      '/thing-types/t',
      '/certificates',
      '/certificate/register-no-ca',
      '/policies/p',
      '/target-policies/p',
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.json(), async (path, body) => {
        const answer = await fetch(plane.server.endpoint + path, { method: 'POST', body });
        expect([200, 400, 404, 409]).toContain(answer.status);
      }),
      { numRuns: 200, examples: [['/things/t', '{"thingTypeName":[{"toString":null}]}']] },
    );
  });
});
