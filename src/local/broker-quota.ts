import type { QuotaChoice } from './quota-choice.ts';

/** Rates that AWS IoT Core holds devices to. The stand-in does so only where it is asked to. */
export interface BrokerQuota {
  readonly connectsPerSecond: number;
  readonly connectsPerSecondPerClient: number;
  readonly publishesPerSecond: number;
  /** Of these, what may come at once after a rest; by default a second's worth. */
  readonly burst?: number;
  /** In and out together; what is beyond is dropped. */
  readonly publishesPerSecondPerConnection: number;
  /** What comes faster is read later. */
  readonly bytesPerSecondPerConnection: number;
  readonly subscribesPerSecond: number;
}

/** The defaults of an account in a large Region; elsewhere 100 connects and 2,000 publishes (General Reference, "IoT Core quotas"). */
export const AWS_BROKER_QUOTA: BrokerQuota = {
  connectsPerSecond: 500,
  connectsPerSecondPerClient: 1,
  publishesPerSecond: 20_000,
  publishesPerSecondPerConnection: 100,
  bytesPerSecondPerConnection: 512 * 1024,
  subscribesPerSecond: 500,
};

/** A known limit, for those who want to see it found: with little to give at once, so that a short run meets it too. */
const BURST_SECONDS = 0.1;

export function brokerQuota(choice: QuotaChoice): BrokerQuota | undefined {
  if (choice === 'none') return undefined;
  if (choice === 'aws') return AWS_BROKER_QUOTA;
  const none = Number.MAX_SAFE_INTEGER;
  return {
    connectsPerSecond: none,
    connectsPerSecondPerClient: none,
    publishesPerSecond: choice,
    burst: Math.max(1, choice * BURST_SECONDS),
    publishesPerSecondPerConnection: none,
    bytesPerSecondPerConnection: none,
    subscribesPerSecond: none,
  };
}

export type Take = () => boolean;

/** A bucket of `capacity` tokens that fills at `rate` a second. `now` gives ms. */
export function tokenBucket(rate: number, now: () => number, capacity = rate): Take {
  let tokens = capacity;
  let at = now();
  return () => {
    const time = now();
    tokens = Math.min(capacity, tokens + ((time - at) / 1000) * rate);
    at = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

/** Says how long to wait before more is read. */
export interface ByteMeter {
  take(bytes: number): void;
  waitMs(): number;
}

/** Looked at again after this at the latest: the clock may be another than the timer's. */
const MAX_WAIT_MS = 50;

/** A second's worth at once, then `rate` bytes a second. What was read counts, also where it was more than was there. */
export function byteMeter(rate: number, now: () => number): ByteMeter {
  let left = rate;
  let at = now();
  return {
    take(bytes) {
      left -= bytes;
    },
    waitMs() {
      const time = now();
      left = Math.min(rate, left + ((time - at) / 1000) * rate);
      at = time;
      return left > 0 ? 0 : Math.min(MAX_WAIT_MS, Math.ceil((-left / rate) * 1000) + 1);
    },
  };
}

export interface QuotaKeeper {
  /** Whether a CONNECT of that client id is within the rates. */
  admitConnect(clientId: string): boolean;
  /** For one connection: whether its next PUBLISH, in or out, is within the rates. */
  publishes(): { in: Take; out: Take };
  /** Whether one more subscription is. */
  admitSubscribe(): boolean;
  /** For one connection: how fast it is read from. */
  meter(): ByteMeter | undefined;
}

const MAX_REMEMBERED = 100_000;

/** `undefined`: everything is admitted. */
export function quotaKeeper(quota: BrokerQuota | undefined, now: () => number): QuotaKeeper {
  const always = () => true;
  if (quota === undefined) {
    const unlimited = { in: always, out: always };
    return {
      admitConnect: always,
      publishes: () => unlimited,
      admitSubscribe: always,
      meter: () => undefined,
    };
  }
  const connects = tokenBucket(quota.connectsPerSecond, now);
  const published = tokenBucket(quota.publishesPerSecond, now, quota.burst);
  let byClient = new Map<string, Take>();
  return {
    admitConnect(clientId) {
      let own = byClient.get(clientId);
      if (!own) {
        if (byClient.size >= MAX_REMEMBERED) byClient = new Map();
        own = tokenBucket(quota.connectsPerSecondPerClient, now);
        byClient.set(clientId, own);
      }
      return own() && connects();
    },
    publishes() {
      const own = tokenBucket(quota.publishesPerSecondPerConnection, now);
      return { in: () => own() && published(), out: own };
    },
    admitSubscribe: tokenBucket(quota.subscribesPerSecond, now),
    meter: () => byteMeter(quota.bytesPerSecondPerConnection, now),
  };
}
