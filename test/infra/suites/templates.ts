import { App, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { checkApp } from '../../../infra/checks.ts';
import { INGEST_DESIGNS } from '../../../src/local/ingest-design.ts';
import { EVENT_SOURCE_DEFAULTS } from '../../../src/local/kinesis/event-source.ts';
import { contentSecurityPolicy } from '../../../src/local/web/page-headers.ts';
import { appWith, only, resolved, templateOf, validationReport } from '../template.ts';

/** What differs with every version of a handler or of CDK's own code, and says nothing. */
const hashless = (text: string) => text.replaceAll(/[0-9a-f]{64}(?=\.zip|")/g, '<hash>');

/** Statements of all roles, with the resources that CloudFormation would know. */
function statements(design: (typeof INGEST_DESIGNS)[number]): { Action: string | string[]; Resource: unknown }[] {
  return Object.values(templateOf(design).findResources('AWS::IAM::Policy')).flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );
}

describe.each(INGEST_DESIGNS)('the backend with ingest by %s', (design) => {
  const template = () => templateOf(design);

  it('is as it was reviewed', async () => {
    const text = hashless(`${JSON.stringify(template().toJSON(), null, 2)}\n`);
    await expect(text).toMatchFileSnapshot(`snapshots/${design}.template.snap`);
  });

  it('has nothing for cdk-nag or CloudFormation to say but what is acknowledged with a reason', () => {
    const { pluginReports } = validationReport(design) as { pluginReports: { violations: unknown[] }[] };
    expect(pluginReports.flatMap(({ violations }) => violations)).toEqual([]);
  });

  it('has ten trackers, that keep a position in 30 seconds of a device', () => {
    template().resourceCountIs('AWS::Location::Tracker', 10);
    template().allResourcesProperties('AWS::Location::Tracker', { PositionFiltering: 'TimeBased' });
    template().hasResourceProperties('AWS::Location::Tracker', { TrackerName: 'sim-iot-tracker9' });
  });

  it('has the thing type and the policy by the names under which simctl looks for them', () => {
    template().hasResourceProperties('AWS::IoT::ThingType', { ThingTypeName: 'simctl-courier' });
    template().hasResourceProperties('AWS::IoT::Policy', { PolicyName: 'simctl-device' });
  });

  it('lets functions reach these trackers and no others', () => {
    const geo = statements(design).filter(({ Action }) => String(Action).includes('geo:'));
    expect(geo.length).toBeGreaterThan(0);
    for (const { Resource } of geo) {
      const arns = resolved(Resource) as string[];
      expect(arns).toHaveLength(10);
      for (const arn of arns) expect(arn).toMatch(/^arn:aws:geo:eu-west-1:123456789012:tracker\/sim-iot-tracker\d$/);
    }
  });

  it('answers nobody who does not prove who they are', () => {
    const routes = Object.values(template().findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => [
      Properties.RouteKey,
      Properties.AuthorizationType,
    ]);
    expect(routes.toSorted()).toEqual([
      ['GET /get-device-without-tracker', 'AWS_IAM'],
      ['GET /getLocation', 'AWS_IAM'],
      ['GET /viewer/get-device-without-tracker', 'JWT'],
      ['GET /viewer/getLocation', 'JWT'],
    ]);
    template().hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: 'default',
      AccessLogSettings: Match.objectLike({ DestinationArn: Match.anyValue() }),
      DefaultRouteSettings: Match.objectLike({ ThrottlingRateLimit: 40, ThrottlingBurstLimit: 40 }),
    });
  });

  it('serves the page from a private bucket, under the policy of the stand-in plus the API’s address', () => {
    template().allResourcesProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    template().resourceCountIs('AWS::CloudFront::OriginAccessControl', 1);
    const { ResponseHeadersPolicyConfig } = only(template(), 'AWS::CloudFront::ResponseHeadersPolicy');
    const { SecurityHeadersConfig } = resolved(ResponseHeadersPolicyConfig) as never;
    const { ContentSecurityPolicy } = (SecurityHeadersConfig as Record<string, Record<string, string>>)
      .ContentSecurityPolicy!;
    const origin = /https:\/\/<QueryApi\w+>\.execute-api\.eu-west-1\.<AWS::URLSuffix>|<QueryApi\w+\.ApiEndpoint>/.exec(
      ContentSecurityPolicy!,
    );
    expect(ContentSecurityPolicy).toBe(contentSecurityPolicy({ connect: [origin![0]] }));
    expect(ContentSecurityPolicy).not.toMatch(/unsafe|\*/);
  });

  it('is tagged, and leaves nothing behind that costs', () => {
    template().allResourcesProperties('AWS::Location::Tracker', {
      Tags: Match.arrayWith([
        { Key: 'application', Value: 'simctl' },
        { Key: 'cost-center', Value: 'simctl' },
        { Key: 'ingest', Value: design },
      ]),
    });
    const kept = Object.entries(
      template().toJSON().Resources as Record<string, { Type: string; DeletionPolicy?: string }>,
    )
      .filter(([, { DeletionPolicy }]) => DeletionPolicy?.startsWith('Retain'))
      .map(([, { Type }]) => Type);
    expect(kept).toEqual([]);
  });

  it('shows the figures of the 2022 report, of each of its functions', () => {
    const { DashboardBody } = only(template(), 'AWS::CloudWatch::Dashboard');
    const body = String(resolved(DashboardBody));
    const functions = design === 'direct' ? 1 : 2;
    for (const metric of ['Invocations', 'Duration', 'Errors', 'Throttles', 'ConcurrentExecutions'])
      expect(body.match(new RegExp(`"AWS/Lambda","${metric}"`, 'g'))?.length ?? 0).toBeGreaterThanOrEqual(functions);
    expect(body).toContain('"AWS/IoT","TopicMatch","RuleName","store_positions"');
  });
});

describe('ingest by lambda', () => {
  it('gives the rule, and nothing else, leave to call the function, and keeps what it fails with', () => {
    const permissions = Object.values(templateOf('lambda').findResources('AWS::Lambda::Permission'));
    const iot = permissions.filter(({ Properties }) => Properties.Principal === 'iot.amazonaws.com');
    expect(iot.map(({ Properties }) => resolved(Properties))).toMatchObject([
      { SourceArn: expect.stringMatching(/^<IngestRule\w+\.Arn>$/), SourceAccount: '123456789012' },
    ]);
    templateOf('lambda').hasResourceProperties('AWS::Lambda::Function', {
      DeadLetterConfig: { TargetArn: Match.anyValue() },
      LoggingConfig: Match.objectLike({ LogFormat: 'JSON' }),
      Environment: { Variables: Match.objectLike({ TRACKER_PREFIX: 'sim-iot-tracker', TRACKER_COUNT: '10' }) },
    });
  });
});

describe('ingest by stream', () => {
  it('reads batches as the stand-in does', () => {
    const { batchSize, windowMs, retries, bisect, parallelization } = EVENT_SOURCE_DEFAULTS;
    templateOf('stream').hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: batchSize,
      MaximumBatchingWindowInSeconds: windowMs / 1000,
      MaximumRetryAttempts: retries,
      BisectBatchOnFunctionError: bisect,
      ParallelizationFactor: parallelization,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
    });
  });
});

describe('ingest by the rule’s own action', () => {
  it('has no function that stores', () => {
    expect(JSON.stringify(templateOf('direct').toJSON())).not.toMatch(/store-positions|store-batches/);
    templateOf('direct').resourceCountIs('AWS::Kinesis::Stream', 0);
  });
});

describe('what can be chosen', () => {
  it('bounds how many functions store at once, takes somebody else’s tokens, sends mail, and keeps what there is', async () => {
    const { Template } = await import('aws-cdk-lib/assertions');
    const { stack } = appWith({
      trackers: 3,
      trackerPrefix: 't',
      ingestConcurrency: 1,
      viewers: { kind: 'jwt', issuer: 'https://issuer.example', audience: ['map'] },
      alarmEmail: 'ops@example.org',
      retain: true,
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Location::Tracker', 3);
    template.resourceCountIs('AWS::Cognito::UserPool', 0);
    template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 1 });
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      JwtConfiguration: { Issuer: 'https://issuer.example', Audience: ['map'] },
    });
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@example.org' });
    template.allResources('AWS::Location::Tracker', { DeletionPolicy: 'Retain' });
  });

  it('prints the trackers’ answers, and says where, or neither', async () => {
    const { Template } = await import('aws-cdk-lib/assertions');
    for (const ingest of ['lambda', 'stream'] as const) {
      templateOf(ingest).hasOutput('IngestLogGroup', {});
      const silent = Template.fromStack(appWith({ ingest, answersLog: false }).stack);
      expect(silent.findOutputs('IngestLogGroup')).toEqual({});
      silent.hasResourceProperties('AWS::Lambda::Function', {
        Environment: { Variables: { ANSWERS_LOG: 'off', TRACKER_COUNT: '10' } },
      });
    }
  });

  it('has no page and no routes for viewers where there are none', async () => {
    const { Template } = await import('aws-cdk-lib/assertions');
    const template = Template.fromStack(appWith({ viewers: { kind: 'none' } }).stack);
    template.resourceCountIs('AWS::CloudFront::Distribution', 0);
    template.resourceCountIs('AWS::ApiGatewayV2::Route', 2);
  });
});

describe('the check', () => {
  it('does not let pass what nobody has acknowledged', () => {
    const app = new App();
    new Queue(new Stack(app, 'Careless'), 'Queue');
    checkApp(app);
    expect(() => app.synth()).toThrow(/AwsSolutions-SQS4/);
  });
});
