/**
 * What all devices share: their thing type, and the one policy by which a device reaches its own topic and nothing else.
 * Things and certificates are made by `simctl provision`, which finds both by their names.
 */
import { Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPolicy, CfnThingType } from 'aws-cdk-lib/aws-iot';
import { Construct } from 'constructs';
import { devicePolicy, POLICY, THING_TYPE, THING_TYPE_DESCRIPTION } from '../src/fleet/groundwork.ts';

export class Devices extends Construct {
  /** By which AWS IoT registers devices that show a certificate of the user's own authority, or a claim. */
  readonly registrationRole: Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { partition, region, account } = Stack.of(this);
    const iot = `arn:${partition}:iot:${region}:${account}:`;

    // Deleting it takes CloudFormation five minutes: AWS wants as long from a type's deprecation to its deletion.
    new CfnThingType(this, 'ThingType', {
      thingTypeName: THING_TYPE,
      thingTypeProperties: { thingTypeDescription: THING_TYPE_DESCRIPTION },
    });
    new CfnPolicy(this, 'Policy', { policyName: POLICY, policyDocument: devicePolicy(iot) });

    this.registrationRole = new Role(this, 'Registration', {
      assumedBy: new ServicePrincipal('iot.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
      description: 'AWS IoT registers simulated couriers when they first connect',
      inlinePolicies: { registration: registration(iot) },
    });
    const any =
      'Devices and their certificates have no names before they are registered, which is what the role is for.';
    Validations.of(this.registrationRole).acknowledge(
      ...['thing', 'cert', 'cacert'].map((what) => ({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iot:<AWS::Region>:<AWS::AccountId>:${what}/*]`,
        reason: any,
      })),
    );
  }
}

/** The part of the managed policy AWSIoTThingsRegistration that simctl's templates use. */
function registration(iot: string): PolicyDocument {
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['iot:CreateThing', 'iot:DescribeThing', 'iot:AttachThingPrincipal', 'iot:ListThingPrincipals'],
        resources: [`${iot}thing/*`],
      }),
      new PolicyStatement({
        actions: [
          'iot:DescribeCertificate',
          'iot:UpdateCertificate',
          'iot:RegisterCertificate',
          'iot:AttachThingPrincipal',
        ],
        resources: [`${iot}cert/*`, `${iot}cacert/*`],
      }),
      new PolicyStatement({ actions: ['iot:DescribeThingType'], resources: [`${iot}thingtype/${THING_TYPE}`] }),
      // Both take the certificate, which has no name until then, as the target.
      new PolicyStatement({
        actions: ['iot:AttachPolicy', 'iot:AttachPrincipalPolicy', 'iot:GetPolicy'],
        resources: [`${iot}policy/${POLICY}`, `${iot}cert/*`],
      }),
    ],
  });
}
