/** Amazon Location's request quotas, per account, Region and operation (developer guide, "Trackers quotas", defaults). */
import { OPERATIONS, type OperationName } from './model.ts';

/** Requests a second of the operations on positions, and of those on trackers. */
const POSITION_RATE = 50;
const TRACKER_RATE = 10;
/** "Amazon Location bursts up to 80 % of the limit within any part of the second". */
const BURST = 0.8;

interface Bucket {
  tokens: number;
  at: number;
}

/** Says of each request whether the account may make it now. `now` gives epoch ms. */
export function defaultQuota(now: () => number): (operation: OperationName) => boolean {
  const buckets = new Map<OperationName, Bucket>();
  return (operation) => {
    const { uri } = OPERATIONS[operation];
    const rate = /positions|latest/.test(uri) ? POSITION_RATE : TRACKER_RATE;
    const capacity = rate * BURST;
    const at = now();
    const bucket = buckets.get(operation) ?? { tokens: capacity, at };
    bucket.tokens = Math.min(capacity, bucket.tokens + (rate * Math.max(0, at - bucket.at)) / 1000);
    bucket.at = at;
    buckets.set(operation, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  };
}
