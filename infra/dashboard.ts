/**
 * What the 2022 report looked at in CloudWatch (its figures 12 and 13: a function's invocations, duration, errors,
 * throttles and concurrency), and what it had no figures for: the rule before the function, and the answers after it.
 */
import { Duration } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  Metric,
  PeriodOverride,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { INGEST_RULE } from '../src/local/ingest-design.ts';
import type { AnswerMetrics } from './answer-metrics.ts';
import type { Ingest } from './ingest/ingest.ts';
import type { QueryApi } from './query-api.ts';

export interface TrackingDashboardProps {
  readonly name: string;
  readonly ingest: Ingest;
  readonly query: QueryApi;
  readonly answers: AnswerMetrics | undefined;
}

const period = Duration.minutes(1);
const WIDTH = 6;

export class TrackingDashboard extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, { name, ingest, query, answers }: TrackingDashboardProps) {
    super(scope, id);
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: name,
      periodOverride: PeriodOverride.INHERIT,
      defaultInterval: Duration.hours(1),
    });
    this.name = name;
    const { store } = ingest;
    dashboard.addWidgets(title(`Ingest by ${ingest.design}`));
    dashboard.addWidgets(...ruleGraphs(ingest));
    if (answers) dashboard.addWidgets(graph('Answers of the trackers', Object.values(answers)), lettersGraph(ingest));
    else dashboard.addWidgets(lettersGraph(ingest));
    if (store) {
      dashboard.addWidgets(title('The function that stores (figures 12 and 13 of the 2022 report)'));
      dashboard.addWidgets(...functionGraphs(store.lambda));
    }
    dashboard.addWidgets(title('Queries'));
    dashboard.addWidgets(...functionGraphs(query.handler.lambda));
    dashboard.addWidgets(...apiGraphs(query));
  }
}

function title(text: string): IWidget {
  return new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 });
}

function graph(title: string, left: IMetric[], right: IMetric[] = []): GraphWidget {
  return new GraphWidget({ title, left, right, width: WIDTH, height: WIDTH, leftYAxis: { min: 0 } });
}

function functionGraphs(lambda: IFunction): IWidget[] {
  const duration = (statistic: string, label: string) => lambda.metricDuration({ period, statistic, label });
  const [invocations, errors] = [lambda.metricInvocations({ period }), lambda.metricErrors({ period })];
  const success = new MathExpression({
    expression: '100 * (1 - errors / MAX([errors, invocations]))',
    usingMetrics: { errors, invocations },
    label: 'Success rate (%)',
    period,
  });
  return [
    graph('Invocations', [invocations]),
    graph('Duration', [
      duration(Stats.MINIMUM, 'least'),
      duration(Stats.AVERAGE, 'mean'),
      duration(Stats.percentile(99), '99th percentile'),
      duration(Stats.MAXIMUM, 'most'),
    ]),
    graph('Errors and success rate', [errors], [success]),
    graph('Throttles and concurrency', [
      lambda.metricThrottles({ period }),
      lambda.metric('ConcurrentExecutions', { period, statistic: Stats.MAXIMUM }),
    ]),
  ];
}

/** Of the rule, by what it does with a message (AWS IoT metrics: RuleName, ActionType). */
function ruleGraphs({ design, stream, store }: Ingest): IWidget[] {
  const ofRule = (metricName: string, more: Record<string, string> = {}) =>
    new Metric({
      namespace: 'AWS/IoT',
      metricName,
      dimensionsMap: { RuleName: INGEST_RULE, ...more },
      statistic: Stats.SUM,
      period,
    });
  const ActionType = { lambda: 'Lambda', stream: 'Kinesis', direct: 'Location' }[design];
  const lag = stream
    ? [
        stream.metricGetRecordsIteratorAgeMilliseconds({ period, statistic: Stats.MAXIMUM }),
        stream.metric('WriteProvisionedThroughputExceeded', { period, statistic: Stats.SUM }),
      ]
    : store
      ? [store.lambda.metric('AsyncEventAge', { period, statistic: Stats.MAXIMUM, label: 'Age of an event (ms)' })]
      : [];
  return [
    graph('Messages that match the rule', [ofRule('TopicMatch'), ofRule('RuleMessageThrottled'), ofRule('ParseError')]),
    graph('The rule’s action', [ofRule('Success', { ActionType }), ofRule('Failure', { ActionType })]),
    ...(lag.length > 0 ? [graph('How far behind', lag)] : []),
  ];
}

function lettersGraph({ ruleFailures, storeFailures }: Ingest): IWidget {
  const waiting = (queue: typeof ruleFailures, label: string) =>
    queue.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM, label });
  return graph('Dead letters', [
    waiting(ruleFailures, 'of the rule'),
    ...(storeFailures ? [waiting(storeFailures, 'of the function')] : []),
  ]);
}

function apiGraphs({ api }: QueryApi): IWidget[] {
  return [
    graph('Requests', [api.metricCount({ period })]),
    graph('Refused and failed', [api.metricClientError({ period }), api.metricServerError({ period })]),
    graph('Latency', [
      api.metricLatency({ period, statistic: Stats.percentile(50), label: 'median' }),
      api.metricLatency({ period, statistic: Stats.percentile(99), label: '99th percentile' }),
    ]),
  ];
}
