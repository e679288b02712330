const NONE_LOST = 'lost == 0';

/** Who sends a position waits no quarter of a second for its answer, and one update in a thousand without any is too many. */
export const DEFAULT_THRESHOLDS = ['response.p99 < 250ms', 'failed < 0.1%', 'unknown < 0.1%', NONE_LOST];

/** Where nobody asked for any, those that can be judged: what was lost only the answers of the trackers can tell. */
export function thresholdsFor(asked: readonly string[] | undefined, hasAnswers: boolean): readonly string[] {
  return asked ?? DEFAULT_THRESHOLDS.filter((text) => hasAnswers || text !== NONE_LOST);
}
