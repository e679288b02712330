/** Rules and actions as the IoT API writes them (TopicRulePayload), and what the engine runs of them. */

import type { Stream } from '../kinesis/stream.ts';
import type { LambdaFunction } from '../lambda/lambda-function.ts';
import { kinesisAction } from './actions/kinesis.ts';
import { lambdaAction } from './actions/lambda.ts';
import { type LocationActionOptions, type LocationEntry, locationAction } from './actions/location.ts';
import { republishAction } from './actions/republish.ts';
import { type SqsActionOptions, sqsAction } from './actions/sqs.ts';
import type { Action, Rule } from './engine.ts';
import { parseSql } from './sql.ts';

/** One of its members. Roles are given by AWS's clients, and not looked at: the stand-in has no IAM. */
interface ActionDefinition {
  readonly lambda?: { readonly functionArn: string };
  readonly location?: LocationActionOptions;
  readonly kinesis?: { readonly streamName: string; readonly partitionKey?: string };
  readonly sqs?: SqsActionOptions;
  readonly republish?: { readonly topic: string; readonly qos?: 0 | 1 };
}

export interface RuleDefinition {
  readonly sql: string;
  readonly description?: string;
  readonly actions: readonly ActionDefinition[];
  readonly errorAction?: ActionDefinition;
  readonly ruleDisabled?: boolean;
  readonly awsIotSqlVersion?: string;
}

/** What actions act on. What an action names and the account has not, it fails with when it runs, as on AWS. */
export interface ActionTargets {
  lambda(functionArn: string): Pick<LambdaFunction, 'enqueue'> | undefined;
  stream(name: string): Stream | undefined;
  /** @throws Error where there is no such queue. */
  send(queueUrl: string, body: string): void;
  locate(entry: LocationEntry, payload: unknown): Promise<void>;
  republish(topic: string, payload: Buffer, qos: 0 | 1): void;
}

/** The definition is one that the stand-in cannot carry out. */
export class DefinitionError extends Error {}

/** @throws SqlParseError for its SQL and templates, DefinitionError for the rest. */
export function ruleOf(name: string, definition: RuleDefinition, targets: ActionTargets): Rule {
  const { sql, actions, errorAction } = definition;
  return {
    name,
    statement: parseSql(sql),
    actions: actions.map((action) => actionOf(action, targets)),
    ...(errorAction ? { errorAction: actionOf(errorAction, targets) } : {}),
  };
}

function actionOf(definition: ActionDefinition, targets: ActionTargets): Action {
  if (typeof definition !== 'object' || definition === null) throw new DefinitionError('An action is an object');
  const named = Object.entries(definition).filter(([, value]) => value !== undefined && value !== null);
  if (named.length !== 1) throw new DefinitionError('An action has one of its members');
  const { lambda, location, kinesis, sqs, republish } = definition;
  if (lambda) {
    const arn = stated('lambda.functionArn', lambda.functionArn);
    return later('lambda', arn, () => targets.lambda(arn), lambdaAction);
  }
  if (location) {
    for (const name of ['trackerName', 'deviceId', 'latitude', 'longitude'] as const)
      stated(`location.${name}`, location[name]);
    return locationAction(location, (entry, payload) => targets.locate(entry, payload));
  }
  if (kinesis) {
    const name = stated('kinesis.streamName', kinesis.streamName);
    // Without a key AWS makes one up.
    const options = { partitionKey: stated('kinesis.partitionKey', kinesis.partitionKey ?? `\${newuuid()}`) };
    return later(
      'kinesis',
      name,
      () => targets.stream(name),
      (stream) => kinesisAction(stream, options),
    );
  }
  if (sqs) {
    // "AWS IoT doesn't support FIFO queues" (developer guide, SQS action).
    if (stated('sqs.queueUrl', sqs.queueUrl).endsWith('.fifo'))
      throw new DefinitionError('sqs.queueUrl: rules write to standard queues only');
    return sqsAction(sqs, targets.send);
  }
  if (republish) {
    stated('republish.topic', republish.topic);
    return republishAction(republish, targets.republish);
  }
  throw new DefinitionError(
    `The stand-in has no action ${named[0]![0]}: it knows lambda, location, kinesis, sqs and republish`,
  );
}

function stated(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new DefinitionError(`${name} must be a string`);
  return value;
}

/** An action on something that may come and go while the rule stays. */
function later<T>(name: string, resource: string, find: () => T | undefined, make: (target: T) => Action): Action {
  let made: { target: T; action: Action } | undefined;
  return {
    name,
    run(triggered) {
      const target = find();
      if (target === undefined) throw new Error(`there is no ${resource}`);
      if (made?.target !== target) made = { target, action: make(target) };
      return made.action.run(triggered);
    },
  };
}
