/** When somebody should look: what is lost, late or refused, by one topic that may send mail. */
import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { AnswerMetrics } from './answer-metrics.ts';
import type { Ingest } from './ingest/ingest.ts';
import type { QueryApi } from './query-api.ts';

export interface AlarmsProps {
  readonly ingest: Ingest;
  readonly query: QueryApi;
  readonly answers: AnswerMetrics | undefined;
  readonly email: string | undefined;
}

const period = Duration.minutes(1);

export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { ingest, query, answers, email }: AlarmsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: 'Tracking backend (simctl)', enforceSSL: true });
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
    const { ruleFailures, storeFailures, store, stream } = ingest;
    const visible = { period, statistic: Stats.MAXIMUM };

    this.#alarm('RuleFailed', ruleFailures.metricApproximateNumberOfMessagesVisible(visible), {
      above: 0,
      description: 'The topic rule could not hand on a message; it is in the queue of rule failures.',
    });
    if (store && storeFailures) {
      this.#alarm('NotStored', storeFailures.metricApproximateNumberOfMessagesVisible(visible), {
        above: 0,
        description: 'Positions were given up after all attempts; they are in the queue of store failures.',
      });
      this.#alarm('StoreErrors', store.lambda.metricErrors({ period, statistic: Stats.SUM }), {
        above: 0,
        description: 'The function that stores positions failed.',
      });
      this.#alarm('StoreThrottled', store.lambda.metricThrottles({ period, statistic: Stats.SUM }), {
        above: 0,
        minutes: 3,
        description: 'More functions were wanted than the account or the reserved concurrency allows.',
      });
    }
    if (answers) {
      this.#alarm('OutOfOrder', answers.refusedAsOlder, {
        above: 0,
        description: 'A tracker refused updates that later ones had overtaken (section 4.4 of the 2022 report).',
      });
      this.#alarm('WritesFail', answers.failed, {
        above: 0,
        description: 'Writes failed: mostly beyond 50 BatchUpdateDevicePosition requests a second and account.',
      });
    }
    if (stream) {
      this.#alarm('Behind', stream.metricGetRecordsIteratorAgeMilliseconds({ period, statistic: Stats.MAXIMUM }), {
        above: 60_000,
        minutes: 3,
        description: 'Positions wait in the stream for more than a minute.',
      });
    }
    this.#alarm('QueriesFail', query.api.metricServerError({ period, statistic: Stats.SUM }), {
      above: 0,
      minutes: 3,
      description: 'The query API answers with 5xx.',
    });
  }

  #alarm(
    id: string,
    metric: IMetric,
    { above, minutes = 1, description }: { above: number; minutes?: number; description: string },
  ) {
    const alarm = new Alarm(this, id, {
      metric,
      threshold: above,
      evaluationPeriods: minutes,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: description,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
  }
}
