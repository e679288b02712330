import * as iot from '@aws-sdk/client-iot';
import { describe, expect, it } from 'vitest';
import { controlPlane, refusal } from '../../support/control-plane.ts';
import { OWN_TOPIC_ONLY } from '../../support/devices.ts';
import { ARN } from '../../support/stand-in-iot.ts';

const plane = controlPlane();
const { send, thing, certificate, policy } = plane;

describe('policies', () => {
  it('are created once, read, listed and deleted', async () => {
    const created = await policy('own-topic');
    expect(created).toMatchObject({
      policyArn: `${ARN}policy/own-topic`,
      policyVersionId: '1',
      policyDocument: OWN_TOPIC_ONLY,
    });
    await expect(policy('own-topic')).rejects.toMatchObject({
      ...refusal('ResourceAlreadyExistsException', 409),
      resourceArn: created.policyArn,
    });
    expect(await send(new iot.GetPolicyCommand({ policyName: 'own-topic' }))).toMatchObject({
      policyDocument: OWN_TOPIC_ONLY,
      defaultVersionId: '1',
    });
    expect((await send(new iot.ListPoliciesCommand({}))).policies).toEqual([
      { policyName: 'own-topic', policyArn: created.policyArn },
    ]);
    await send(new iot.DeletePolicyCommand({ policyName: 'own-topic' }));
    await expect(send(new iot.GetPolicyCommand({ policyName: 'own-topic' }))).rejects.toMatchObject(
      refusal('ResourceNotFoundException', 404),
    );
  });

  it.each([
    ['no JSON', '{', /not JSON/],
    ['another service', '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}', /s3/],
    [
      'more than 2048 characters',
      JSON.stringify({ Version: '2012-10-17', Id: 'x'.repeat(2048), Statement: [] }),
      /2048/,
    ],
  ])('refuse a document: %s', async (_, document, message) => {
    await expect(policy('bad', document)).rejects.toMatchObject(refusal('MalformedPolicyException', 400, message));
  });

  it('are attached and detached, seen from both ends', async () => {
    await policy('a');
    await policy('b');
    const { certificateArn: target } = await certificate();
    for (const policyName of ['a', 'b', 'b']) await send(new iot.AttachPolicyCommand({ policyName, target: target! }));
    const attached = async () =>
      (await send(new iot.ListAttachedPoliciesCommand({ target: target! }))).policies!.map(
        ({ policyName }) => policyName,
      );
    expect(await attached()).toEqual(['a', 'b']);
    expect((await send(new iot.ListTargetsForPolicyCommand({ policyName: 'a' }))).targets).toEqual([target]);
    await expect(send(new iot.DeletePolicyCommand({ policyName: 'a' }))).rejects.toMatchObject(
      refusal('DeleteConflictException', 409, /attached to one or more principals/),
    );
    await send(new iot.DetachPolicyCommand({ policyName: 'a', target: target! }));
    expect(await attached()).toEqual(['b']);
  });

  it('refuse what they cannot be attached to, and an eleventh', async () => {
    await policy('p');
    const { certificateArn: target } = await certificate();
    await expect(
      send(new iot.AttachPolicyCommand({ policyName: 'p', target: `${ARN}thinggroup/g` })),
    ).rejects.toMatchObject(refusal('InvalidRequestException', 400));
    await expect(
      send(new iot.AttachPolicyCommand({ policyName: 'p', target: `${ARN}cert/${'0'.repeat(64)}` })),
    ).rejects.toMatchObject(refusal('ResourceNotFoundException', 404));
    await expect(send(new iot.AttachPolicyCommand({ policyName: 'q', target: target! }))).rejects.toMatchObject(
      refusal('ResourceNotFoundException', 404),
    );
    for (let i = 0; i < 10; i++) {
      await policy(`p${i}`);
      await send(new iot.AttachPolicyCommand({ policyName: `p${i}`, target: target! }));
    }
    await expect(send(new iot.AttachPolicyCommand({ policyName: 'p', target: target! }))).rejects.toMatchObject(
      refusal('LimitExceededException', 410),
    );
  });
});

describe('principals of things', () => {
  it('are attached and detached, seen from both ends', async () => {
    await thing('t');
    const { certificateArn: principal } = await certificate();
    const attach = new iot.AttachThingPrincipalCommand({ thingName: 't', principal: principal! });
    await send(attach);
    await send(attach);
    expect((await send(new iot.ListThingPrincipalsCommand({ thingName: 't' }))).principals).toEqual([principal]);
    expect((await send(new iot.ListPrincipalThingsCommand({ principal: principal! }))).things).toEqual(['t']);
    await send(new iot.DetachThingPrincipalCommand({ thingName: 't', principal: principal! }));
    expect((await send(new iot.ListThingPrincipalsCommand({ thingName: 't' }))).principals).toEqual([]);
    expect((await send(new iot.ListPrincipalThingsCommand({ principal: principal! }))).things).toEqual([]);
    await expect(
      send(new iot.AttachThingPrincipalCommand({ thingName: 'nobody', principal: principal! })),
    ).rejects.toMatchObject(refusal('ResourceNotFoundException', 404));
  });
});
