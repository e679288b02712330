/** The trackers' answers, as the functions that store count them (infra/lambdas/embedded-metrics.ts): metrics without a call. */
import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { NAMESPACE } from './lambdas/embedded-metrics.ts';

export interface AnswerMetrics {
  /** Stored, or left out by the tracker's filter, which does not say so. */
  readonly accepted: Metric;
  /** "timestamps older than already stored not allowed": overtaken on the way. */
  readonly refusedAsOlder: Metric;
  readonly refused: Metric;
  /** The whole request failed, mostly for the quota; it comes again. */
  readonly failed: Metric;
}

export function answerMetrics({ functionName: FunctionName }: IFunction): AnswerMetrics {
  const metric = (metricName: string) =>
    new Metric({
      namespace: NAMESPACE,
      metricName,
      dimensionsMap: { FunctionName },
      statistic: Stats.SUM,
      period: Duration.minutes(1),
    });
  return {
    accepted: metric('Accepted'),
    refusedAsOlder: metric('RefusedAsOlder'),
    refused: metric('Refused'),
    failed: metric('Failed'),
  };
}
