/**
 * The whole tracking backend:
 *
 *     device ─MQTT─▶ IoT Core ─▶ topic rule ─▶ ingest (lambda | stream | direct) ─▶ trackers
 *     simctl ─IAM──┐
 *     page ──JWT───┴▶ query API ─▶ get-positions ─▶ trackers
 *     simctl launch ─▶ generators: machines of Fargate, if they are asked for
 *     browser ─▶ CloudFront ─▶ bucket: the map page and its config.json
 */
import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { OUTPUTS, type OutputName } from '../src/stack-outputs.ts';
import { Alarms } from './alarms.ts';
import { answerMetrics } from './answer-metrics.ts';
import { TrackingDashboard } from './dashboard.ts';
import { Devices } from './devices.ts';
import { Generators } from './generators.ts';
import { Ingest } from './ingest/ingest.ts';
import { MapPage } from './map-page.ts';
import { QueryApi } from './query-api.ts';
import type { Settings } from './settings.ts';
import { Trackers } from './trackers.ts';
import { ViewerPool, viewerAuthorizer } from './viewers.ts';

export interface TrackingStackProps extends StackProps {
  readonly settings: Settings;
  /** The directory of the built map page (`builtPage`); undefined: it is put into the bucket some other way. */
  readonly page: string | undefined;
}

export class TrackingStack extends Stack {
  constructor(scope: Construct, id: string, { settings, page, ...props }: TrackingStackProps) {
    super(scope, id, { description: 'Tracking of simulated couriers (simctl)', ...props });
    const { ingest: design, ingestConcurrency: concurrency, queriesPerSecond, viewers, answersLog, retain } = settings;

    const trackers = new Trackers(this, 'Trackers', {
      prefix: settings.trackerPrefix,
      count: settings.trackers,
      retain,
    });
    const { registrationRole } = new Devices(this, 'Devices');
    const ingest = new Ingest(this, 'Ingest', { design, trackers, concurrency, answersLog, retain });
    const pool = viewers.kind === 'pool' ? new ViewerPool(this, 'Viewers', { retain }) : undefined;
    const authorizer = viewerAuthorizer(viewers, pool);
    const query = new QueryApi(this, 'Query', {
      trackers,
      queriesPerSecond,
      retain,
      ...(authorizer ? { viewers: authorizer } : {}),
    });
    const map = authorizer
      ? new MapPage(this, 'Map', {
          apiOrigin: query.api.apiEndpoint,
          api: query.viewerEndpoint,
          trackerPrefix: trackers.prefix,
          trackerCount: trackers.count,
          mapStyle: settings.mapStyle,
          ...(page === undefined ? {} : { files: page }),
        })
      : undefined;
    const answers = ingest.store && answerMetrics(ingest.store.lambda);
    const dashboard = new TrackingDashboard(this, 'Dashboard', { name: id, ingest, query, answers });
    new Alarms(this, 'Alarms', { ingest, query, answers, email: settings.alarmEmail });

    const generators = settings.generators
      ? new Generators(this, 'Generators', {
          trackers,
          queryArns: query.routeArns,
          answers: answersLog ? ingest.store?.log : undefined,
          maxVcpus: settings.generatorVcpus,
          retain,
        })
      : undefined;

    Tags.of(this).add('application', 'simctl');
    Tags.of(this).add('cost-center', settings.costCenter);
    Tags.of(this).add('ingest', design);

    this.#outputs({
      Ingest: design,
      QueryEndpoint: query.endpoint,
      TrackerPrefix: trackers.prefix,
      TrackerCount: String(trackers.count),
      MapPage: map?.address,
      IngestLogGroup: answersLog ? ingest.store?.log.logGroupName : undefined,
      IngestFunction: ingest.store?.lambda.functionName,
      QueryFunction: query.handler.lambda.functionName,
      RegistrationRole: registrationRole.roleArn,
      Dashboard: dashboard.name,
      RuleFailures: ingest.ruleFailures.queueUrl,
      StoreFailures: ingest.storeFailures?.queueUrl,
      ViewerPool: pool?.pool.userPoolId,
      ViewerClient: pool?.client.userPoolClientId,
      GeneratorQueue: generators?.queue.jobQueueArn,
      GeneratorVcpus: generators && String(settings.generatorVcpus),
      GeneratorBucket: generators?.bucket.bucketName,
      GeneratorRepository: generators?.repository.repositoryUri,
      GeneratorJobRole: generators?.jobRole.roleArn,
      GeneratorExecutionRole: generators?.executionRole.roleArn,
      GeneratorLogGroup: generators?.log.logGroupName,
    });
  }

  #outputs(values: Readonly<Record<OutputName, string | undefined>>): void {
    const scope = new Construct(this, 'Outputs');
    for (const [name, description] of Object.entries(OUTPUTS)) {
      const value = values[name as OutputName];
      // Known by their plain names, in a scope of their own: constructs have some of these names too.
      if (value !== undefined) new CfnOutput(scope, name, { value, description }).overrideLogicalId(name);
    }
  }
}
