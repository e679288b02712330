import { RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Encrypted, over TLS alone, nobody's but the account's; gone with the stack, unless it is to be kept. */
export function newBucket(
  scope: Construct,
  id: string,
  { retain = false, ...props }: BucketProps & { readonly retain?: boolean },
): IBucket {
  // The interface of CDK's own class wants a cast under exactOptionalPropertyTypes.
  return new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    autoDeleteObjects: !retain,
    ...props,
  }) as IBucket;
}
