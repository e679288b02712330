/** What the services of the account measure of themselves, in the names that AWS gives to it. */
import type { Gauge, Metrics } from './cloudwatch/metrics.ts';
import type { Action, Rule } from './rules/engine.ts';

/** Message broker and rules engine (AWS IoT developer guide, "AWS IoT metrics"). */
export function iotMetrics(metrics: Metrics) {
  const count = (metric: string, dimensions: Record<string, string>) =>
    metrics.gauge('AWS/IoT', metric, dimensions, 'Count');
  const published = count('PublishIn.Success', { Protocol: 'MQTT' });
  const byRule = remembered((rule) => count('TopicMatch', { RuleName: rule }));
  const done = {
    Success: new Map<string, (action: string) => Gauge>(),
    Failure: new Map<string, (action: string) => Gauge>(),
  };
  return {
    onPublish: () => published(1),
    onMatch: ({ name }: Rule) => byRule(name)(1),
    onAction({ name: rule }: Rule, { name }: Action, succeeded: boolean) {
      const metric = succeeded ? 'Success' : 'Failure';
      let byAction = done[metric].get(rule);
      if (!byAction) {
        byAction = remembered((action) =>
          count(metric, { RuleName: rule, ActionType: ACTION_TYPES[action] ?? action }),
        );
        done[metric].set(rule, byAction);
      }
      byAction(name)(1);
    },
  };
}

/** As the rules engine's metrics name its actions. */
const ACTION_TYPES: Readonly<Record<string, string>> = {
  lambda: 'Lambda',
  location: 'Location',
  kinesis: 'Kinesis',
  sqs: 'Sqs',
  republish: 'Republish',
};

/** A stream, and what reads it for a function (Kinesis developer guide, "Monitoring the service with CloudWatch"). */
export function streamMetrics(metrics: Metrics, stream: string, functionName: string) {
  const gauge = (metric: string, unit: string) => metrics.gauge('AWS/Kinesis', metric, { StreamName: stream }, unit);
  const records = gauge('IncomingRecords', 'Count');
  const incoming = gauge('IncomingBytes', 'Bytes');
  const exceeded = gauge('WriteProvisionedThroughputExceeded', 'Count');
  const age = gauge('GetRecords.IteratorAgeMilliseconds', 'Milliseconds');
  return {
    onPut(bytes: number, taken: boolean) {
      exceeded(taken ? 0 : 1);
      if (!taken) return;
      records(1);
      incoming(bytes);
    },
    onBatch(ageMs: number) {
      age(ageMs);
      metrics.ofFunction(functionName, 'IteratorAge', ageMs);
    },
  };
}

function remembered(make: (name: string) => Gauge): (name: string) => Gauge {
  const made = new Map<string, Gauge>();
  return (name) => {
    let gauge = made.get(name);
    if (!gauge) {
      gauge = make(name);
      made.set(name, gauge);
    }
    return gauge;
  };
}
