import { UsageError } from '../../errors.ts';

/**
 * What trip-simulator 3.0.1 does and does not mean to. `compat` does the same, so that whoever reads its output finds
 * what the tool itself would have written, unless told to mend it. Two of the tool's faults are not among them, since
 * nobody can have relied on them: its files are appended to by the next run, and its ids may be given twice.
 */
export const BUGS = {
  'idle-once':
    'a vehicle idles only before its first trip, and one second after any other; mended: idleTimeBetweenTrips after each',
  'vertex-seconds':
    'the vertices of a trip are stamped a second apart; mended: with the time at which the vehicle was there',
  'stay-broken':
    'a broken vehicle stays where it is for ever, and its whole trip is written; mended: the trip ends there, and the vehicle is repaired',
  'shrunk-radius':
    'discs are drawn on Web Mercator, so that tripDistance shrinks with the cosine of the latitude; mended: kilometres are kilometres',
  'endless-service':
    'serviceDuration is never read; mended: a vehicle leaves service after it, is silent, and comes back a day after it last came',
} as const;

export type Bug = keyof typeof BUGS;

/**
 * @param text names of bugs, separated by commas, or `all`
 * @throws UsageError with the names there are
 */
export function bugsToMend(text: string): readonly Bug[] {
  const all = Object.keys(BUGS) as Bug[];
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = names.filter((name) => name !== 'all' && !Object.hasOwn(BUGS, name));
  if (unknown.length > 0 || names.length === 0) {
    throw new UsageError(
      names.length === 0
        ? '--mend names no bug'
        : `trip-simulator has no bug named ${unknown.map((n) => `"${n}"`).join(', ')}`,
      { hint: `--mend takes ${all.join(', ')}, separated by commas, or all.` },
    );
  }
  return names.includes('all') ? all : all.filter((name) => names.includes(name));
}
