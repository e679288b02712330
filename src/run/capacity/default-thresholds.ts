const NONE_LOST = 'lost == 0';

/** Who sends a position waits no quarter of a second for its answer, and one update in a thousand without any is too many. */
export const DEFAULT_THRESHOLDS = ['response.p99 < 250ms', 'failed < 0.1%', 'unknown < 0.1%', NONE_LOST];

/** Where nobody asked for others, those that can be judged: what was lost only the answers of the trackers can tell. */
export function thresholdsFor(asked: readonly string[], hasAnswers: boolean): readonly string[] {
  const isDefault =
    asked.length === DEFAULT_THRESHOLDS.length && DEFAULT_THRESHOLDS.every((text) => asked.includes(text));
  return isDefault && !hasAnswers ? asked.filter((text) => text !== NONE_LOST) : asked;
}
