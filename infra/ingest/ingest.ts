/** From the topic to the trackers, in one of the three ways (src/local/ingest-design.ts draws them). */
import { Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Construct } from 'constructs';
import type { IngestDesign } from '../../src/local/ingest-design.ts';
import { DeadLetters } from '../dead-letters.ts';
import type { HandlerFunction } from '../handler-function.ts';
import type { Trackers } from '../trackers.ts';
import { IngestRule } from './rule.ts';
import { perBatch, perMessage } from './store-function.ts';

export interface IngestProps {
  readonly design: IngestDesign;
  readonly trackers: Trackers;
  readonly concurrency: number | undefined;
  readonly answersLog: boolean;
  readonly retain: boolean;
}

export class Ingest extends Construct {
  readonly design: IngestDesign;
  /** What the rule could not hand on. */
  readonly ruleFailures: DeadLetters;
  /** What the function failed with for good; absent where there is none. */
  readonly storeFailures?: DeadLetters;
  readonly store?: HandlerFunction;
  readonly stream?: Stream;

  constructor(scope: Construct, id: string, { design, trackers, concurrency, answersLog, retain }: IngestProps) {
    super(scope, id);
    this.design = design;
    this.ruleFailures = new DeadLetters(this, 'RuleFailures', { retain });
    const rule = {
      design,
      failures: this.ruleFailures,
      trackerPrefix: trackers.prefix,
      trackerCount: trackers.count,
      functionArn: '',
    };
    if (design === 'direct') {
      trackers.grantWrite(new IngestRule(this, 'Rule', rule).role);
      return;
    }

    this.storeFailures = new DeadLetters(this, 'StoreFailures', { retain });
    const storing = { trackers, failures: this.storeFailures, concurrency, answersLog, retain };
    if (design === 'stream') {
      const { store, stream } = perBatch(this, storing);
      [this.store, this.stream] = [store, stream];
      const { role } = new IngestRule(this, 'Rule', { ...rule, streamName: stream.streamName });
      stream.grant(role, 'kinesis:PutRecord');
    } else {
      this.store = perMessage(this, storing);
      const { lambda } = this.store;
      const made = new IngestRule(this, 'Rule', { ...rule, functionArn: lambda.functionArn });
      // L1 rules do not add it. The rule, and no other, may call the function.
      lambda.addPermission('Rule', {
        principal: new ServicePrincipal('iot.amazonaws.com'),
        sourceArn: made.rule.attrArn,
        sourceAccount: Stack.of(this).account,
      });
    }
    trackers.grantWrite(this.store.lambda);
  }
}
