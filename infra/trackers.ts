/** The trackers of Amazon Location, and what may be done with them. */
import { ArnFormat, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnTracker } from 'aws-cdk-lib/aws-location';
import { Construct } from 'constructs';

export interface TrackersProps {
  readonly prefix: string;
  readonly count: number;
  readonly retain: boolean;
}

const READS = ['geo:GetDevicePosition', 'geo:GetDevicePositionHistory', 'geo:ListDevicePositions'];

export class Trackers extends Construct {
  readonly prefix: string;
  readonly count: number;

  constructor(scope: Construct, id: string, { prefix, count, retain }: TrackersProps) {
    super(scope, id);
    this.prefix = prefix;
    this.count = count;
    for (let i = 0; i < count; i++) {
      const tracker = new CfnTracker(this, `Tracker${i}`, {
        trackerName: `${prefix}${i}`,
        description: 'Positions of simulated couriers (simctl)',
        // 30 s of sample time, as the 2022 project had it; whoever deploys sees the filter in a run's report.
        positionFiltering: 'TimeBased',
      });
      tracker.applyRemovalPolicy(retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
      Tags.of(tracker).add('tracker', String(i));
    }
  }

  /** What a function that writes or reads needs to find them (infra/lambdas/trackers.ts). */
  get environment(): Record<string, string> {
    return { TRACKER_PREFIX: this.prefix, TRACKER_COUNT: String(this.count) };
  }

  /** One for each tracker, rather than a wildcard that another project's trackers might match. */
  get arns(): string[] {
    return Array.from({ length: this.count }, (_, i) =>
      Stack.of(this).formatArn({
        service: 'geo',
        resource: 'tracker',
        resourceName: `${this.prefix}${i}`,
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      }),
    );
  }

  grantWrite(grantee: IGrantable): void {
    this.#grant(grantee, ['geo:BatchUpdateDevicePosition']);
  }

  grantRead(grantee: IGrantable): void {
    this.#grant(grantee, READS);
  }

  #grant({ grantPrincipal }: IGrantable, actions: string[]): void {
    grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: this.arns }));
  }
}
