import * as iot from '@aws-sdk/client-iot';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../src/local/certificate-authority.ts';
import { applyTemplate, parseTemplate } from '../../src/local/iot/provisioning-template.ts';
import { newCsr, OWN_TOPIC_ONLY } from '../support/devices.ts';
import { ARN, startIot } from '../support/stand-in-iot.ts';

let server: Awaited<ReturnType<typeof startIot>>;
beforeEach(async () => {
  server = await startIot();
  return () => server.close();
});
const send: iot.IoTClient['send'] = ((command: never) => server.client.send(command)) as never;
const roleArn = 'arn:aws:iam::123456789012:role/registration';
const own = await createAuthority({ now: () => Date.now() });
const stranger = await createAuthority({ now: () => Date.now() });

const template = (resources: unknown, parameters: unknown = {}) =>
  JSON.stringify({ Parameters: parameters, Resources: resources });
const GOOD = template({
  certificate: { Type: 'AWS::IoT::Certificate', Properties: { CertificateId: { Ref: 'AWS::IoT::Certificate::Id' } } },
});

async function register(more: Partial<iot.RegisterCACertificateRequest> = {}, signer = own) {
  const { registrationCode } = await send(new iot.GetRegistrationCodeCommand({}));
  return send(
    new iot.RegisterCACertificateCommand({
      caCertificate: own.caPem,
      verificationCertificate: signer.issueFromCsr(newCsr(registrationCode!).csr),
      setAsActive: true,
      allowAutoRegistration: true,
      registrationConfig: { templateBody: GOOD, roleArn },
      ...more,
    }),
  );
}

describe('authorities of the account', () => {
  it('are registered, described, listed, retired and deleted', async () => {
    const { certificateId, certificateArn } = await register();
    expect(certificateArn).toBe(`${ARN}cacert/${certificateId}`);
    expect(await send(new iot.DescribeCACertificateCommand({ certificateId: certificateId! }))).toMatchObject({
      certificateDescription: { status: 'ACTIVE', autoRegistrationStatus: 'ENABLE', certificatePem: own.caPem },
      registrationConfig: { templateBody: GOOD, roleArn },
    });
    expect((await send(new iot.ListCACertificatesCommand({}))).certificates).toHaveLength(1);
    await expect(send(new iot.DeleteCACertificateCommand({ certificateId: certificateId! }))).rejects.toMatchObject({
      name: 'CertificateStateException',
    });
    await send(
      new iot.UpdateCACertificateCommand({
        certificateId: certificateId!,
        newStatus: 'INACTIVE',
        newAutoRegistrationStatus: 'DISABLE',
      }),
    );
    await send(new iot.DeleteCACertificateCommand({ certificateId: certificateId! }));
    expect((await send(new iot.ListCACertificatesCommand({}))).certificates).toEqual([]);
  });

  it.each([
    [
      'twice',
      async () => {
        await register();
        return register();
      },
      'ResourceAlreadyExistsException',
    ],
    ['without proof', () => register({ verificationCertificate: undefined }), 'CertificateValidationException'],
    ["with another's proof", () => register({}, stranger), 'CertificateValidationException'],
    [
      'with an old code',
      () => register({ verificationCertificate: own.issueFromCsr(newCsr('0'.repeat(64)).csr) }),
      'RegistrationCodeValidationException',
    ],
    [
      'with a certificate of no authority',
      () => register({ caCertificate: own.issueFromCsr(newCsr('x').csr) }),
      'CertificateValidationException',
    ],
    [
      'with a template that is none',
      () => register({ registrationConfig: { templateBody: '{}', roleArn } }),
      'InvalidRequestException',
    ],
    ['without a role', () => register({ registrationConfig: { templateBody: GOOD } }), 'InvalidRequestException'],
  ] as const)('are not registered %s', async (_, attempt, name) => {
    await expect(attempt()).rejects.toMatchObject({ name });
  });

  it('need no proof where devices are told apart by SNI', async () => {
    await expect(register({ certificateMode: 'SNI_ONLY', verificationCertificate: undefined })).resolves.toBeDefined();
  });
});

describe('RegisterThing', () => {
  const full = template(
    {
      thing: {
        Type: 'AWS::IoT::Thing',
        Properties: {
          ThingName: { 'Fn::Join': ['-', ['courier', { Ref: 'Serial' }]] },
          AttributePayload: { city: { Ref: 'City' } },
        },
      },
      policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'own-topic' } },
      certificate: { Type: 'AWS::IoT::Certificate', Properties: { CertificateSigningRequest: { Ref: 'Csr' } } },
    },
    { Serial: { Type: 'String' }, City: { Type: 'String', Default: 'honolulu' }, Csr: { Type: 'String' } },
  );

  it('makes thing, certificate and policy of a template', async () => {
    await send(new iot.CreatePolicyCommand({ policyName: 'own-topic', policyDocument: OWN_TOPIC_ONLY }));
    const { certificatePem, resourceArns } = await send(
      new iot.RegisterThingCommand({ templateBody: full, parameters: { Serial: '7', Csr: newCsr('courier-7').csr } }),
    );
    expect(certificatePem).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(resourceArns).toEqual({
      thing: `${ARN}thing/courier-7`,
      policy: `${ARN}policy/own-topic`,
      certificate: expect.stringContaining(':cert/'),
    });
    expect((await send(new iot.DescribeThingCommand({ thingName: 'courier-7' }))).attributes).toEqual({
      city: 'honolulu',
    });
    const { certificateDescription } = await send(
      new iot.DescribeCertificateCommand({ certificateId: resourceArns!.certificate!.split('/')[1]! }),
    );
    expect(certificateDescription!.status).toBe('ACTIVE');
    expect((await send(new iot.ListThingPrincipalsCommand({ thingName: 'courier-7' }))).principals).toEqual([
      resourceArns!.certificate,
    ]);
  });

  it.each([
    ['a parameter without a value', full, { Serial: '7' }, 'InvalidRequestException'],
    ['a policy that is not there', full, { Serial: '7', Csr: newCsr('x').csr }, 'ResourceNotFoundException'],
    [
      'a kind of resource that is not made',
      template({ a: { Type: 'AWS::S3::Bucket' } }),
      {},
      'InvalidRequestException',
    ],
    ['no JSON', '{', {}, 'InvalidRequestException'],
  ])('refuses %s, and leaves nothing that could connect', async (_, templateBody, parameters, name) => {
    await expect(send(new iot.RegisterThingCommand({ templateBody, parameters }))).rejects.toMatchObject({ name });
    const { certificates } = await send(new iot.ListCertificatesCommand({}));
    expect(certificates!.filter(({ status }) => status === 'ACTIVE')).toEqual([]);
  });
});

describe('applyTemplate', () => {
  it('leaves a thing that is there already as it is', () => {
    const { registry } = server;
    const { id } = registry.certificates.createFromCsr(newCsr('x').csr, false);
    registry.things.create({ name: 't', typeName: undefined, attributes: { a: '1' }, billingGroupName: undefined });
    const parsed = parseTemplate(
      template({
        t: { Type: 'AWS::IoT::Thing', Properties: { ThingName: 't', AttributePayload: { a: '2' } } },
        c: { Type: 'AWS::IoT::Certificate', Properties: { CertificateId: id, Status: 'Inactive' } },
      }),
    );
    expect(applyTemplate(registry, parsed, {}).thingName).toBe('t');
    expect(registry.things.thing('t').attributes).toEqual({ a: '1' });
    expect(registry.certificates.certificate(id).status).toBe('INACTIVE');
  });
});
