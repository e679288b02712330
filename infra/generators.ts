/**
 * Machines that send, where one is not enough: `simctl launch` submits array jobs of AWS Batch to this queue.
 *
 *     simctl launch ─▶ bucket: fleets/ID ─▶ ┐
 *                   ─▶ queue ─▶ Fargate: simctl run --shards N ─▶ bucket: launches/ID ─▶ simctl launch
 *
 * Nothing here costs while nobody launches, but for the image and what is in the bucket.
 */
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { FargateComputeEnvironment, JobQueue } from 'aws-cdk-lib/aws-batch';
import {
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { FLEETS, LAUNCHES } from '../src/launch/places.ts';
import { acknowledgeGenerators } from './acknowledged.ts';
import { newLog } from './logs.ts';
import { newBucket } from './private-bucket.ts';
import type { Trackers } from './trackers.ts';

export interface GeneratorsProps {
  readonly trackers: Trackers;
  /** Routes of the query API, which the machines ask as viewers. */
  readonly queryArns: readonly string[];
  /** Where the function that stores prints the trackers' answers, if it does. */
  readonly answers: ILogGroup | undefined;
  /** Of all machines together. */
  readonly maxVcpus: number;
  readonly retain: boolean;
}

export class Generators extends Construct {
  readonly queue: JobQueue;
  readonly bucket: IBucket;
  readonly repository: Repository;
  readonly jobRole: Role;
  readonly executionRole: Role;
  readonly log: LogGroup;

  constructor(scope: Construct, id: string, { trackers, queryArns, answers, maxVcpus, retain }: GeneratorsProps) {
    super(scope, id);
    this.bucket = newBucket(this, 'Results', {
      retain,
      lifecycleRules: [
        // A launch takes them away itself; where it was killed, devices' keys lie there no longer than a day.
        { prefix: `${FLEETS}/`, expiration: Duration.days(1) },
        { prefix: `${LAUNCHES}/`, expiration: Duration.days(30) },
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    this.repository = new Repository(this, 'Image', {
      imageScanOnPush: true,
      lifecycleRules: [{ maxImageCount: 5 }],
      removalPolicy: RemovalPolicy.DESTROY,
      emptyOnDelete: true,
    });
    this.log = newLog(this, 'Log', { retain });
    this.executionRole = this.#executionRole();
    this.jobRole = this.#jobRole(trackers, queryArns);
    answers?.grant(this.jobRole, 'logs:FilterLogEvents');
    const network = this.#network();
    this.queue = this.#queue(network, maxVcpus);
    const { bucket, jobRole, executionRole } = this;
    acknowledgeGenerators({ network, bucket, jobRole, executionRole });
  }

  /** Public subnets and addresses: a NAT gateway would cost by the hour and by every byte, and nothing listens here. */
  #network(): IVpc {
    // The interface of CDK's own class wants a cast under exactOptionalPropertyTypes.
    return new Vpc(this, 'Network', {
      ipAddresses: IpAddresses.cidr('10.74.0.0/16'),
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: true }],
      // What goes to the bucket does not go by way of the internet, and costs nothing.
      gatewayEndpoints: { bucket: { service: GatewayVpcEndpointAwsService.S3 } },
    }) as IVpc;
  }

  #queue(vpc: IVpc, maxvCpus: number): JobQueue {
    const outwards = new SecurityGroup(this, 'Outwards', {
      vpc,
      description: 'Machines that send: nobody reaches them (simctl)',
      allowAllOutbound: true,
    });
    const computeEnvironment = new FargateComputeEnvironment(this, 'Machines', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      securityGroups: [outwards],
      maxvCpus,
    });
    return new JobQueue(this, 'Queue', { computeEnvironments: [{ computeEnvironment, order: 1 }] });
  }

  /** Before simctl begins, and for what it prints. */
  #executionRole(): Role {
    const role = newTaskRole(this, 'Execution', 'Fetches the image of simctl, and writes what it prints');
    this.repository.grantPull(role);
    this.log.grantWrite(role);
    return role;
  }

  /** What `simctl run` itself asks for. Devices need no more than their certificates. */
  #jobRole(trackers: Trackers, queryArns: readonly string[]): Role {
    const stack = Stack.of(this);
    const self = stack.formatArn({
      service: 'cloudformation',
      resource: 'stack',
      resourceName: `${stack.stackName}/*`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    const { bucketArn } = this.bucket;
    const role = newTaskRole(this, 'Job', 'What simctl may do on a machine that was launched', [
      new PolicyStatement({ actions: ['s3:GetObject'], resources: [`${bucketArn}/${FLEETS}/*`] }),
      // Without it, an object that is not there would be one that may not be seen.
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [bucketArn],
        conditions: { StringLike: { 's3:prefix': [`${FLEETS}/*`] } },
      }),
      new PolicyStatement({
        actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
        resources: [`${bucketArn}/${LAUNCHES}/*`],
      }),
      new PolicyStatement({ actions: ['cloudformation:DescribeStacks'], resources: [self] }),
      new PolicyStatement({ actions: ['execute-api:Invoke'], resources: [...queryArns] }),
      // Neither knows resources (Service Authorization Reference).
      new PolicyStatement({ actions: ['iot:DescribeEndpoint', 'cloudwatch:GetMetricData'], resources: ['*'] }),
    ]);
    trackers.grantWrite(role);
    return role;
  }
}

function newTaskRole(scope: Construct, id: string, description: string, statements: PolicyStatement[] = []): Role {
  return new Role(scope, id, {
    description,
    assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
    ...(statements.length === 0 ? {} : { inlinePolicies: { simctl: new PolicyDocument({ statements }) } }),
  });
}
