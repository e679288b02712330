/** How a function behaves: Lambda's own rules, and the laptop's knobs for what on AWS is the weather. */
export interface LambdaSettings {
  /** At most this many at once (reserved concurrency). One environment takes events one after the other. */
  readonly environments: number;
  /** What a new environment takes before its first event, on top of loading the code. */
  readonly coldStartMs: number;
  /** Mean of an exponential delay before the handler runs: the network that a laptop does not have. */
  readonly serviceMs: number;
  /** An asynchronous event becomes visible after a random part of this: the queue before Lambda keeps no order. */
  readonly jitterMs: number;
  /** Longer than this, and an invocation has failed. */
  readonly timeoutMs: number;
  /** Lambda tries a failed asynchronous event twice more, after one and after two minutes (developer guide, invocation-async). */
  readonly retryDelaysMs: readonly number[];
  /**
   * What becomes of an asynchronous event that finds all environments busy. 0: it waits its turn. Otherwise it is
   * throttled, as on AWS, and comes back after this, then twice this, up to five minutes (developer guide, invocation-async).
   */
  readonly backOffMs: number;
  /** An event that is still being throttled by then is dropped. */
  readonly maxEventAgeMs: number;
  /** Of the queue's jitter and the service times. */
  readonly seed: number;
}

/** One environment and no jitter: order is kept, as in a system at rest. Minutes pass in seconds. */
export const LAMBDA_DEFAULTS: LambdaSettings = {
  environments: 1,
  coldStartMs: 0,
  serviceMs: 0,
  jitterMs: 0,
  timeoutMs: 30_000,
  retryDelaysMs: [1000, 2000],
  backOffMs: 0,
  maxEventAgeMs: 6 * 3_600_000,
  seed: 1,
};
