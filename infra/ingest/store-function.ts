/** The functions that store positions: one message an invocation, or a stream's batches in order. */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { KinesisEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { EVENT_SOURCE_DEFAULTS } from '../../src/local/kinesis/event-source.ts';
import type { DeadLetters } from '../dead-letters.ts';
import { HandlerFunction } from '../handler-function.ts';
import type { Trackers } from '../trackers.ts';

export interface StoreProps {
  readonly trackers: Trackers;
  /** Takes what failed for good. */
  readonly failures: DeadLetters;
  /** Functions at once, at most; undefined: as many as the account allows. */
  readonly concurrency: number | undefined;
  /** Whether it prints the trackers' answers. */
  readonly answersLog: boolean;
  readonly retain: boolean;
}

/** Room for a throttled tracker: the SDK asks three times, with pauses, before it gives up. */
const TIMEOUT = Duration.seconds(30);

function environmentOf({ trackers, answersLog }: Pick<StoreProps, 'trackers' | 'answersLog'>): Record<string, string> {
  return { ...trackers.environment, ...(answersLog ? {} : { ANSWERS_LOG: 'off' }) };
}

/** Called by the rule asynchronously: a message that fails comes again after one and after two minutes, and out of order. */
export function perMessage(
  scope: Construct,
  { trackers, failures, concurrency, answersLog, retain }: StoreProps,
): HandlerFunction {
  const store = new HandlerFunction(scope, 'Store', {
    handler: 'store-positions',
    description: 'Writes each position to its tracker (simctl)',
    environment: environmentOf({ trackers, answersLog }),
    timeout: TIMEOUT,
    retain,
    more: {
      deadLetterQueue: failures,
      retryAttempts: 2,
      ...(concurrency === undefined ? {} : { reservedConcurrentExecutions: concurrency }),
    },
  });
  Validations.of(store).acknowledge({
    id: 'Serverless-LambdaAsyncFailureDestination',
    reason: 'What fails for good goes to its dead-letter queue, as in the stand-in.',
  });
  return store;
}

/** One shard's batches come one after the other, and a failed one comes again before the next. */
export function perBatch(
  scope: Construct,
  { trackers, failures, concurrency, answersLog, retain }: StoreProps,
): { store: HandlerFunction; stream: Stream } {
  const stream = new Stream(scope, 'Positions', {
    streamMode: StreamMode.ON_DEMAND,
    retentionPeriod: Duration.hours(24),
    encryption: StreamEncryption.MANAGED,
    removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  const store = new HandlerFunction(scope, 'Store', {
    handler: 'store-batches',
    description: 'Writes the positions of a batch, ten at a time, to their trackers (simctl)',
    environment: environmentOf({ trackers, answersLog }),
    timeout: TIMEOUT,
    retain,
    more: concurrency === undefined ? {} : { reservedConcurrentExecutions: concurrency },
  });
  const { batchSize, windowMs, parallelization, retries, bisect } = EVENT_SOURCE_DEFAULTS;
  store.lambda.addEventSource(
    new KinesisEventSource(stream, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize,
      maxBatchingWindow: Duration.millis(windowMs),
      parallelizationFactor: parallelization,
      retryAttempts: retries,
      bisectBatchOnError: bisect,
      // So that Lambda comes again from the first that failed, not with the whole batch.
      reportBatchItemFailures: true,
      onFailure: new SqsDlq(failures),
    }),
  );
  Validations.of(store).acknowledge({
    id: 'Serverless-LambdaDLQ',
    reason: 'Nothing calls it asynchronously: what fails for good goes from the event source mapping to the queue.',
  });
  return { store, stream };
}
