import { SetupError, UsageError } from '../errors.ts';

const ISO = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})$/;

/**
 * A moment as a person or a script says it: ISO 8601 with its zone, or seconds since 1970 (`date +%s`).
 * @returns epoch ms @throws UsageError
 */
export function parseStartAt(text: string): number {
  if (/^[0-9]+(\.[0-9]+)?$/.test(text)) return Math.round(Number(text) * 1000);
  const at = ISO.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new UsageError(`--start-at is a moment; got "${text}"`, {
    hint: 'Such as 2026-03-01T12:00:00Z, with its zone (machines may differ in theirs), or seconds since 1970: $(date +%s -d "+2 minutes").',
  });
}

/** @throws SetupError where the moment has passed: what began later than the others would not be measured with them */
export function checkAhead(startAt: number | undefined, now: number): void {
  if (startAt === undefined || startAt > now) return;
  throw new SetupError(
    `--start-at ${new Date(startAt).toISOString()} was ${((now - startAt) / 1000).toFixed(1)} s ago; nothing was sent`,
    { hint: 'Choose a later moment for all shards: the last machine has to be there and all its devices connected.' },
  );
}
