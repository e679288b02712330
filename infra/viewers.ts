/** Who may look at the map: a user pool of the stack's own, or the bearers of somebody else's tokens. */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer, HttpUserPoolAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { FeaturePlan, Mfa, UserPool, type UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { Viewers } from './settings.ts';

/** A pool, whose users administrators make; nobody signs up alone. */
export class ViewerPool extends Construct {
  readonly pool: UserPool;
  readonly client: UserPoolClient;

  constructor(scope: Construct, id: string, { retain }: { readonly retain: boolean }) {
    super(scope, id);
    this.pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      featurePlan: FeaturePlan.ESSENTIALS,
      removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.client = this.pool.addClient('Page', {
      authFlows: { userPassword: true, userSrp: true },
      disableOAuth: true,
      generateSecret: false,
      preventUserExistenceErrors: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
    });
    Validations.of(this.pool).acknowledge(
      {
        id: 'AwsSolutions-COG2',
        reason:
          'The pool lets a few invited people look at simulated positions; a second factor is offered, not forced.',
      },
      {
        id: 'AwsSolutions-COG3',
        reason: 'Threat protection is billed by the user, and there is nothing but simulated positions to protect.',
      },
      {
        id: 'AwsSolutions-COG8',
        reason: 'As COG3: the Plus plan is for threat protection.',
      },
    );
  }
}

/** @returns undefined where there are no viewers. */
export function viewerAuthorizer(viewers: Viewers, pool: ViewerPool | undefined): IHttpRouteAuthorizer | undefined {
  if (viewers.kind === 'jwt')
    return new HttpJwtAuthorizer('Viewers', viewers.issuer, { jwtAudience: [...viewers.audience] });
  return pool && new HttpUserPoolAuthorizer('Viewers', pool.pool, { userPoolClients: [pool.client] });
}
