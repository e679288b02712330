/** The map page: its files in a private bucket, behind CloudFront, with the headers that the stand-in sends too. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import {
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  PriceClass,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, type ISource, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { contentSecurityPolicy } from '../src/local/web/page-headers.ts';
import { acknowledgeDeployer, acknowledgePage } from './acknowledged.ts';
import { newLog } from './logs.ts';
import { newBucket } from './private-bucket.ts';

export interface MapPageProps {
  /** The query API's origin, and its address up to and including the stage. */
  readonly apiOrigin: string;
  readonly api: string;
  readonly trackerPrefix: string;
  readonly trackerCount: number;
  readonly mapStyle: string | undefined;
  /** The built page; absent: it is put into the bucket some other way. */
  readonly files?: string;
}

/** Where `npm run build` puts the page. */
export function builtPage(): string | undefined {
  const dir = fileURLToPath(new URL('../dist/web', import.meta.url));
  return existsSync(`${dir}/index.html`) ? dir : undefined;
}

export class MapPage extends Construct {
  readonly distribution: Distribution;
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, props: MapPageProps) {
    super(scope, id);
    const logs = newBucket(this, 'AccessLogs', {
      // CloudFront and S3 deliver logs by access control lists.
      objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
      lifecycleRules: [{ expiration: Duration.days(30) }],
    });
    this.bucket = newBucket(this, 'Files', {
      serverAccessLogsBucket: logs,
      serverAccessLogsPrefix: 'bucket/',
    });
    this.distribution = this.#distribution(logs, props);
    this.#deploy(props);
    acknowledgePage({ logs, distribution: this.distribution });
  }

  get address(): string {
    return `https://${this.distribution.distributionDomainName}/`;
  }

  #distribution(logs: IBucket, { apiOrigin, mapStyle }: MapPageProps): Distribution {
    const styleOrigins = mapStyle === undefined ? [] : [new URL(mapStyle).origin];
    const headers = new ResponseHeadersPolicy(this, 'Headers', {
      comment: 'Nothing inline, nothing from elsewhere (simctl)',
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: contentSecurityPolicy({ connect: [apiOrigin, ...styleOrigins], images: styleOrigins }),
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: true, override: true },
      },
      customHeadersBehavior: {
        customHeaders: [{ header: 'cross-origin-opener-policy', value: 'same-origin', override: true }],
      },
    });
    return new Distribution(this, 'Distribution', {
      comment: 'The map of simulated couriers (simctl)',
      defaultRootObject: 'index.html',
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(this.bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        // It heeds each file's cache-control.
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: headers,
        compress: true,
      },
      enableLogging: true,
      logBucket: logs,
      logFilePrefix: 'page/',
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
    });
  }

  /** Assets are named by their content and stay for good; all else is asked for again each time. */
  #deploy({ api, trackerPrefix, trackerCount, mapStyle, files }: MapPageProps): void {
    const config = {
      api,
      trackerPrefix,
      trackerCount,
      push: null,
      map: mapStyle === undefined ? null : { style: mapStyle },
      pollSeconds: 2,
      auth: { header: 'authorization' },
    };
    const log = newLog(this, 'DeployLog', { retain: false });
    const put = (
      id: string,
      sources: ISource[],
      cacheControl: CacheControl[],
      which?: { exclude?: string[]; include?: string[] },
    ) =>
      new BucketDeployment(this, id, {
        sources,
        cacheControl,
        destinationBucket: this.bucket,
        distribution: this.distribution,
        logGroup: log,
        // Several share the bucket: none takes away what another put there.
        prune: false,
        ...which,
      });
    const fresh = [CacheControl.noCache()];
    if (files !== undefined) {
      const forever = [CacheControl.setPublic(), CacheControl.maxAge(Duration.days(365)), CacheControl.immutable()];
      const assets = put('Assets', [Source.asset(files)], forever, { exclude: ['*'], include: ['assets/*'] });
      // The page names its assets: they must be there before it.
      put('Page', [Source.asset(files)], fresh, { exclude: ['assets/*'] }).node.addDependency(assets);
    }
    put('Config', [Source.jsonData('config.json', config)], fresh);
    acknowledgeDeployer(this, this.bucket);
  }
}
