/** List prices of AWS, us-east-1, USD, before taxes, discounts and free tiers. A figure is as good as its source. */

export type Confidence = 'documented' | 'third party' | 'unverified';

export interface Price {
  /** What is counted. */
  readonly unit: string;
  /** USD for so many of them … */
  readonly usd: number;
  readonly per: number;
  /** … up to so many a month, then at the next price; absent: whatever there are. */
  readonly tiers?: readonly { readonly upTo: number; readonly usd: number }[];
  readonly source: string;
  readonly confidence: Confidence;
}

/** When the sources were last read. */
export const PRICES_AS_OF = '2026-09-20';

const MILLION = 1e6;

export const PRICES = {
  connectivity: {
    unit: 'minutes connected',
    usd: 0.08,
    per: MILLION,
    source: 'AWS guidance README of 2025-01-16; pricing page as harvested 2026-09-20',
    confidence: 'third party',
  },
  messaging: {
    unit: 'messages of up to 5 KB',
    usd: 1.0,
    per: MILLION,
    tiers: [
      { upTo: 1e9, usd: 1.0 },
      { upTo: 5e9, usd: 0.8 },
      { upTo: Number.POSITIVE_INFINITY, usd: 0.7 },
    ],
    source: 'AWS guidance README of 2025-01-16; the tiers above a billion are unverified',
    confidence: 'third party',
  },
  rules: {
    unit: 'rules triggered and actions executed, each of up to 5 KB',
    usd: 0.15,
    per: MILLION,
    source: 'several third-party texts, the latest of mid-2026',
    confidence: 'third party',
  },
  lambdaRequests: {
    unit: 'invocations',
    usd: 0.2,
    per: MILLION,
    source: 'AWS guidance README of 2025-01-16; pricing page as harvested 2026-09-20',
    confidence: 'third party',
  },
  lambdaTime: {
    unit: 'GB-seconds',
    usd: 16.6667,
    per: MILLION,
    source: 'AWS guidance README of 2025-01-16; pricing page as harvested 2026-09-20',
    confidence: 'third party',
  },
  writes: {
    unit: 'positions written, filtered ones included',
    usd: 50,
    per: MILLION,
    source: 'third-party texts; that each position counts, filtered or not, is documented (Amazon Location pricing)',
    confidence: 'third party',
  },
  reads: { unit: 'read requests', usd: 50, per: MILLION, source: 'no document was found', confidence: 'unverified' },
  kinesisUnits: {
    unit: 'records of up to 25 KB',
    usd: 0.014,
    per: MILLION,
    source: 'several third-party texts',
    confidence: 'third party',
  },
  kinesisShards: {
    unit: 'shard-hours, provisioned',
    usd: 0.015,
    per: 1,
    source: 'several third-party texts',
    confidence: 'third party',
  },
  httpApi: {
    unit: 'requests',
    usd: 1.0,
    per: MILLION,
    source: 'a third-party text of 2019',
    confidence: 'unverified',
  },
  fargateVcpu: {
    unit: 'vCPU-hours of Fargate, Linux on x86',
    usd: 0.04048,
    per: 1,
    source: 'two third-party guides, one of 2026-03-10; read 2026-11-24',
    confidence: 'third party',
  },
  fargateMemory: {
    unit: 'GB-hours of Fargate, Linux on x86',
    usd: 0.004445,
    per: 1,
    source: 'two third-party guides, one of 2026-03-10; read 2026-11-24',
    confidence: 'third party',
  },
  publicAddress: {
    unit: 'hours of a public IPv4 address',
    usd: 0.005,
    per: 1,
    source: 'from memory',
    confidence: 'unverified',
  },
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof PRICES;

/** USD of `units` in a month. */
export function costOf({ usd, per, tiers }: Price, units: number): number {
  if (tiers === undefined) return (units / per) * usd;
  let [cost, below] = [0, 0];
  for (const { upTo, usd: tierUsd } of tiers) {
    const within = Math.max(0, Math.min(units, upTo) - below);
    cost += (within / per) * tierUsd;
    below = upTo;
  }
  return cost;
}
