/**
 * The query API: an HTTP API in front of get-positions, throttled, with an access log.
 *
 *     GET /default/getLocation, /default/get-device-without-tracker          for simctl, which signs with IAM
 *     GET /default/viewer/getLocation, /default/viewer/get-device-without-tracker   for people, with a token (JWT)
 */
import { Duration, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ROUTES, STAGE } from '../src/local/query-api.ts';
import { HandlerFunction } from './handler-function.ts';
import { newLog } from './logs.ts';
import type { Trackers } from './trackers.ts';

export interface QueryApiProps {
  readonly trackers: Trackers;
  /** Requests a second that are let through; the same number again may come at once. */
  readonly queriesPerSecond: number;
  /** Says who may come by the viewers' routes; absent: there are none. */
  readonly viewers?: IHttpRouteAuthorizer;
  readonly retain: boolean;
}

/** Where the viewers' routes begin. */
const VIEWER = 'viewer';

export class QueryApi extends Construct {
  readonly handler: HandlerFunction;
  readonly api: HttpApi;
  readonly accessLog: LogGroup;

  constructor(scope: Construct, id: string, { trackers, queriesPerSecond, viewers, retain }: QueryApiProps) {
    super(scope, id);
    this.handler = new HandlerFunction(this, 'Query', {
      handler: 'get-positions',
      description: 'Answers where devices are (simctl)',
      environment: trackers.environment,
      // API Gateway waits no longer than this.
      timeout: Duration.seconds(29),
      retain,
    });
    trackers.grantRead(this.handler.lambda);
    Validations.of(this.handler).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: 'API Gateway calls it, and waits for its answer: there is nothing to keep of a call that failed.',
    });

    this.api = new HttpApi(this, 'Api', {
      description: 'Where devices are (simctl)',
      createDefaultStage: false,
      // A token travels in a header of its own, never in a cookie: pages from anywhere may ask, and get nothing without one.
      corsPreflight: {
        allowOrigins: ['*'],
        allowMethods: [CorsHttpMethod.GET],
        allowHeaders: ['authorization'],
        maxAge: Duration.minutes(5),
      },
    });
    const integration = new HttpLambdaIntegration('Query', this.handler.lambda);
    const addRoutes = (prefix: string, authorizer: IHttpRouteAuthorizer) => {
      for (const route of ROUTES)
        this.api.addRoutes({ path: `${prefix}/${route}`, methods: [HttpMethod.GET], integration, authorizer });
    };
    addRoutes('', new HttpIamAuthorizer());
    if (viewers) addRoutes(`/${VIEWER}`, viewers);

    this.accessLog = newLog(this, 'AccessLog', { retain });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: STAGE,
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: queriesPerSecond, burstLimit: queriesPerSecond },
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLog),
        format: AccessLogFormat.custom(ACCESS_LINE),
      },
    });
  }

  /** For simctl, up to and including the stage. */
  get endpoint(): string {
    return `${this.api.apiEndpoint}/${STAGE}`;
  }

  /** simctl's routes, for whoever may sign requests to them. */
  get routeArns(): string[] {
    return ROUTES.map((route) => this.api.arnForExecuteApi(HttpMethod.GET, `/${route}`, STAGE));
  }

  /** For the map page. */
  get viewerEndpoint(): string {
    return `${this.endpoint}/${VIEWER}`;
  }
}

/** One JSON object a request; nothing of a token. */
const ACCESS_LINE = JSON.stringify({
  at: '$context.requestTimeEpoch',
  id: '$context.requestId',
  ip: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  bytes: '$context.responseLength',
  ms: '$context.responseLatency',
  integrationMs: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
  authorizerError: '$context.authorizer.error',
});
