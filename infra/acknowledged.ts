/** Findings of cdk-nag that stay, each with its reason. Those of one construct alone are beside it. */
import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';

export function acknowledgePage({ logs, distribution }: Readonly<Record<'logs' | 'distribution', IConstruct>>): void {
  Validations.of(logs).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'It is where the access logs go; a log of the log would never end.',
  });
  Validations.of(distribution).acknowledge(
    { id: 'AwsSolutions-CFR1', reason: 'Viewers are wherever the people are who run simulations.' },
    {
      id: 'AwsSolutions-CFR2',
      reason: 'Static files, without a form or a query; the API beside them is throttled, and wants a token.',
    },
    {
      id: 'AwsSolutions-CFR4',
      reason: 'CloudFront takes another least TLS version only with a domain name of one’s own.',
    },
  );
}

/** CDK makes one function a stack that puts files into buckets, at each deployment; what it is, is not chosen here. */
export function acknowledgeDeployer(page: Construct, bucket: IConstruct): void {
  const stack = Stack.of(page);
  const deployer = stack.node.children.find(({ node }) => node.id.startsWith('Custom::CDKBucketDeployment'));
  if (!deployer) throw new Error('CDK names the function of its bucket deployments otherwise by now');
  const because = (why: string) => ({ reason: `It is CDK’s own, and runs only while the stack is deployed. ${why}` });
  const files = stack.getLogicalId(bucket.node.defaultChild as CfnElement);
  const assets = 'arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*';
  const basics = 'arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
  Validations.of(deployer).acknowledge(
    { id: `AwsSolutions-IAM4[Policy::${basics}]`, ...because('It writes its log by this policy.') },
    ...['s3:GetObject*', 's3:GetBucket*', 's3:List*', 's3:DeleteObject*', 's3:Abort*'].map((action) => ({
      id: `AwsSolutions-IAM5[Action::${action}]`,
      ...because('It reads the assets of the deployment and keeps the page’s bucket like them.'),
    })),
    { id: `AwsSolutions-IAM5[Resource::${assets}]`, ...because('It reads the assets of the deployment.') },
    { id: `AwsSolutions-IAM5[Resource::<${files}.Arn>/*]`, ...because('It writes the files of the page’s bucket.') },
    { id: 'AwsSolutions-IAM5[Resource::*]', ...because('It invalidates what CloudFront holds of the page.') },
    { id: 'AwsSolutions-L1', ...because('CDK chooses its runtime.') },
    { id: 'Serverless-LambdaLatestVersion', ...because('CDK chooses its runtime.') },
    { id: 'Serverless-LambdaDLQ', ...because('CloudFormation waits for it, and rolls back where it fails.') },
    { id: 'Serverless-LambdaTracing', ...because('There is no request to trace.') },
  );
}

interface GeneratorParts {
  readonly network: IConstruct;
  readonly bucket: IConstruct;
  readonly jobRole: IConstruct;
  readonly executionRole: IConstruct;
}

export function acknowledgeGenerators({ network, bucket, jobRole, executionRole }: GeneratorParts): void {
  const stack = Stack.of(bucket);
  const files = stack.getLogicalId(bucket.node.defaultChild as CfnElement);
  const allow = (resource: string, reason: string) => ({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
  Validations.of(network).acknowledge({
    id: 'AwsSolutions-VPC7',
    reason:
      'Machines are there for minutes, listen to nothing, and note every update they send; a flow log would be paid by the record.',
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'Results of simulations for some days, and what one run needs; who may come is the account’s, and machines write below one prefix.',
  });
  Validations.of(executionRole).acknowledge(
    allow('*', 'ecr:GetAuthorizationToken knows no resource; all else is of this repository and this log.'),
  );
  Validations.of(jobRole).acknowledge(
    allow('*', 'iot:DescribeEndpoint and cloudwatch:GetMetricData know no resource, and tell nothing but numbers.'),
    allow(`<${files}.Arn>/fleets/*`, 'A launch names its files by its id, which is not known before.'),
    allow(`<${files}.Arn>/launches/*`, 'A launch names its results by its id, which is not known before.'),
    allow(
      `arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/${stack.stackName}/*`,
      'The stack’s own outputs; a stack’s ARN ends in an id of AWS’s.',
    ),
  );
}
