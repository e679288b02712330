import { Match, Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkApp } from '../../../infra/checks.ts';
import { FLEETS, LAUNCHES } from '../../../src/launch/places.ts';
import { appWith, resolved, templateOf } from '../template.ts';

describe('machines to send from', () => {
  let template: Template;
  beforeAll(() => {
    const { app, stack } = appWith({ generators: true, generatorVcpus: 40 });
    checkApp(app);
    // It throws where cdk-nag has something to say that is not acknowledged.
    app.synth();
    template = Template.fromStack(stack);
  }, 120_000);

  const ours = () =>
    Object.entries(template.toJSON().Resources as Record<string, { Type: string }>).filter(([name]) =>
      name.startsWith('Generators'),
    );

  it('are as they were reviewed', async () => {
    const text = `${JSON.stringify(Object.fromEntries(ours()), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('snapshots/generators.template.snap');
  });

  it('are not there unless they are asked for, and do not say so', () => {
    templateOf('lambda').resourceCountIs('AWS::Batch::JobQueue', 0);
    expect(Object.keys(templateOf('lambda').findOutputs('Generator*'))).toEqual([]);
    expect(Object.keys(templateOf('lambda').toJSON().Outputs).filter((name) => name.startsWith('Generator'))).toEqual(
      [],
    );
  });

  it('are of Fargate, so many at most, without a gateway that costs by the hour', () => {
    template.hasResourceProperties('AWS::Batch::ComputeEnvironment', {
      ComputeResources: Match.objectLike({ Type: 'FARGATE', MaxvCpus: 40 }),
    });
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' });
  });

  it('are reached by nobody', () => {
    const groups = Object.values(template.findResources('AWS::EC2::SecurityGroup'));
    expect(groups).toHaveLength(1);
    expect(groups[0]!.Properties.SecurityGroupIngress).toBeUndefined();
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });

  it('leave what they have in an encrypted bucket of the account alone, over TLS, for some days', () => {
    const [[, bucket]] = ours().filter(([, { Type }]) => Type === 'AWS::S3::Bucket') as unknown as [
      [string, { Properties: { LifecycleConfiguration: { Rules: { Prefix?: string; ExpirationInDays?: number }[] } } }],
    ];
    expect(bucket.Properties).toMatchObject({
      BucketEncryption: { ServerSideEncryptionConfiguration: [expect.anything()] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    const days = bucket.Properties.LifecycleConfiguration.Rules.map(({ Prefix, ExpirationInDays }) => [
      Prefix,
      ExpirationInDays,
    ]);
    expect(days).toEqual(
      expect.arrayContaining([
        [`${FLEETS}/`, 1],
        [`${LAUNCHES}/`, 30],
      ]),
    );
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      }),
    });
  });

  it('may read the fleet and the answers, write results, ask as a viewer and write to the trackers, and nothing else', () => {
    const [, role] = ours().find(([name]) => /^GeneratorsJob[0-9A-F]{8}$/.test(name)) as unknown as [
      string,
      { Properties: { Policies: { PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] } }[] } },
    ];
    const inline = role.Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const [, more] = ours().find(([name]) => name.startsWith('GeneratorsJobDefaultPolicy')) as unknown as [
      string,
      { Properties: { PolicyDocument: { Statement: typeof inline } } },
    ];
    const statements = [...inline, ...more.Properties.PolicyDocument.Statement];
    const allowed = statements.flatMap(({ Action, Resource }) =>
      [Action].flat().map((action) => [action, [resolved(Resource)].flat()] as [string, string[]]),
    );
    expect(allowed.map(([action]) => action).sort()).toEqual([
      'cloudformation:DescribeStacks',
      'cloudwatch:GetMetricData',
      'execute-api:Invoke',
      'geo:BatchUpdateDevicePosition',
      'iot:DescribeEndpoint',
      'logs:FilterLogEvents',
      's3:AbortMultipartUpload',
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
    ]);
    const of = new Map(allowed);
    expect(of.get('s3:GetObject')).toEqual([expect.stringMatching(/^<GeneratorsResults\w+\.Arn>\/fleets\/\*$/)]);
    expect(of.get('s3:PutObject')).toEqual([expect.stringMatching(/^<GeneratorsResults\w+\.Arn>\/launches\/\*$/)]);
    expect(of.get('geo:BatchUpdateDevicePosition')).toHaveLength(10);
    expect(of.get('execute-api:Invoke')!.every((arn) => /\/default\/GET\/get[-\w]+$/.test(arn))).toBe(true);
    // What knows no resources.
    const anywhere = allowed.filter(([, resources]) => resources.includes('*')).map(([action]) => action);
    expect(anywhere.sort()).toEqual(['cloudwatch:GetMetricData', 'iot:DescribeEndpoint']);
  });

  it('say where they are in the outputs that simctl launch reads', () => {
    const outputs = Object.keys(template.toJSON().Outputs).filter((name) => name.startsWith('Generator'));
    expect(outputs.sort()).toEqual([
      'GeneratorBucket',
      'GeneratorExecutionRole',
      'GeneratorJobRole',
      'GeneratorLogGroup',
      'GeneratorQueue',
      'GeneratorRepository',
      'GeneratorVcpus',
    ]);
  });

  it('leave nothing behind', () => {
    const kept = ours().filter(([, of]) =>
      String((of as { DeletionPolicy?: string }).DeletionPolicy).startsWith('Retain'),
    );
    expect(kept.map(([name]) => name)).toEqual([]);
  });
});
