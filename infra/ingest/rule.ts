/** The topic rule, as the stand-in runs it, with what AWS wants besides: a role for each action, and a place for failures. */
import { Stack } from 'aws-cdk-lib';
import { type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnTopicRule } from 'aws-cdk-lib/aws-iot';
import { Construct } from 'constructs';
import { INGEST_RULE, type IngestDesign, type IngestRuleOptions, ingestRule } from '../../src/local/ingest-design.ts';
import type { DeadLetters } from '../dead-letters.ts';

export interface IngestRuleProps extends IngestRuleOptions {
  readonly design: IngestDesign;
  /** Takes each message that an action failed with. */
  readonly failures: DeadLetters;
}

export class IngestRule extends Construct {
  readonly rule: CfnTopicRule;
  /** Of the rule's actions; what they act on is granted to it. */
  readonly role: IRole;

  constructor(scope: Construct, id: string, { design, failures, ...options }: IngestRuleProps) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('iot.amazonaws.com', {
        // Without it, another account's rule might use the role (the confused deputy).
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    failures.grantSendMessages(this.role);
    const { roleArn } = this.role;
    const { actions, sql, awsIotSqlVersion } = ingestRule(design, options);
    this.rule = new CfnTopicRule(this, 'Rule', {
      ruleName: INGEST_RULE,
      topicRulePayload: {
        sql,
        ...(awsIotSqlVersion === undefined ? {} : { awsIotSqlVersion }),
        description: 'From devices to their trackers (simctl)',
        ruleDisabled: false,
        actions: actions.map(({ lambda, kinesis, location }) => ({
          ...(lambda ? { lambda } : {}),
          ...(kinesis ? { kinesis: { ...kinesis, roleArn } } : {}),
          ...(location ? { location: { ...location, roleArn } } : {}),
        })),
        errorAction: { sqs: { queueUrl: failures.queueUrl, roleArn, useBase64: false } },
      },
    });
    // The rule is checked against its role when it is made.
    this.rule.node.addDependency(this.role);
  }
}
