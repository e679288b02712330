/** Rates that AWS IoT Core holds devices to. The stand-in does so only where it is asked to. */
export interface BrokerQuota {
  readonly connectsPerSecond: number;
  readonly connectsPerSecondPerClient: number;
  readonly publishesPerSecond: number;
  readonly publishesPerSecondPerConnection: number;
}

/** The defaults of an account in a large Region; elsewhere 100 connects and 2,000 publishes (General Reference, "IoT Core quotas"). */
export const AWS_BROKER_QUOTA: BrokerQuota = {
  connectsPerSecond: 500,
  connectsPerSecondPerClient: 1,
  publishesPerSecond: 20_000,
  publishesPerSecondPerConnection: 100,
};

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

export interface QuotaKeeper {
  /** Whether a CONNECT of that client id is within the rates. */
  admitConnect(clientId: string): boolean;
  /** For one connection: whether its next PUBLISH is within the rates. */
  publishes(): Take;
}

const MAX_REMEMBERED = 100_000;

/** `undefined`: everything is admitted. */
export function quotaKeeper(quota: BrokerQuota | undefined, now: () => number): QuotaKeeper {
  if (quota === undefined) return { admitConnect: () => true, publishes: () => () => true };
  const connects = tokenBucket(quota.connectsPerSecond, now);
  const published = tokenBucket(quota.publishesPerSecond, now);
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
      return () => own() && published();
    },
  };
}
