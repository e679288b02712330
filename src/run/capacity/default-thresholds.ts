/** Who sends a position waits no quarter of a second for its answer, and one update in a thousand without any is too many. */
export const DEFAULT_THRESHOLDS = ['response.p99 < 250ms', 'failed < 0.1%', 'unknown < 0.1%', 'lost == 0'];
