/** Amazon Location's timestamps: ISO 8601 with milliseconds. */

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/**
 * Epoch ms, or undefined where `value` is no timestamp. The JS SDK leaves out a fraction of zero and offsets are valid,
 * so never compare the text; some clients send epoch seconds.
 */
export function parseTimestamp(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? inRange(Math.floor(value * 1000)) : undefined;
  if (typeof value !== 'string' || !ISO.test(value)) return undefined;
  return inRange(Date.parse(value));
}

/** What a Date can hold; NaN is not. */
function inRange(ms: number): number | undefined {
  return Math.abs(ms) <= 8.64e15 ? ms : undefined;
}

export function formatTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
