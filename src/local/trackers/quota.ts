/** Amazon Location's request quotas, per account, Region and operation (developer guide, "Trackers quotas", defaults). */
import { type Take, tokenBucket } from '../broker-quota.ts';
import { OPERATIONS, type OperationName } from './model.ts';

/** Requests a second of the operations on positions, and of those on trackers. */
const POSITION_RATE = 50;
const TRACKER_RATE = 10;
/** "Amazon Location bursts up to 80 % of the limit within any part of the second". */
const BURST = 0.8;

/** Says of each request whether the account may make it now. `now` gives epoch ms. */
export function defaultQuota(now: () => number): (operation: OperationName) => boolean {
  const buckets = new Map<OperationName, Take>();
  return (operation) => {
    let take = buckets.get(operation);
    if (!take) {
      const rate = /positions|latest/.test(OPERATIONS[operation].uri) ? POSITION_RATE : TRACKER_RATE;
      take = tokenBucket(rate, now, rate * BURST);
      buckets.set(operation, take);
    }
    return take();
  };
}
