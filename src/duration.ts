/** Lengths of time as people write them: `250ms`, `30 s`, `2min`, `1.5h`. */

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000 };

const FORM = /^([0-9]*\.?[0-9]+) ?(ms|s|min|m|h)$/;

/** @returns milliseconds, or undefined for what is no length of time */
export function parseDuration(text: string): number | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  // 4.35 s are 4350 ms, which the product alone is not.
  return Number((Number(match[1]) * MS[match[2]!]!).toPrecision(15));
}

/** The shortest text that says the same: whole hours, minutes or seconds where they are, else ms. */
export function durationText(ms: number): string {
  if (ms === 0) return '0s';
  if (ms % MS.h! === 0) return `${ms / MS.h!}h`;
  if (ms % MS.min! === 0) return `${ms / MS.min!}min`;
  if (ms % 1000 === 0 || ms > 10_000) return `${ms / 1000}s`;
  return `${ms}ms`;
}
