/**
 * How many trips begin, by hour of the local day, as a multiple of the mean of the waking hours. The shape is that of
 * household travel surveys of cars (two peaks on weekdays, at 7–9 and 15–18; one broad hump at weekends; little at night).
 * The figures are ours, rounded, and fitted to no survey. Nights are not emptier than an eighth, because who simulates a
 * night wants to see something.
 */
const WEEKDAY = [
  0.2, 0.15, 0.125, 0.125, 0.15, 0.3, 0.7, 1.3, 1.35, 0.95, 0.9, 1, 1.1, 1.05, 1.1, 1.3, 1.45, 1.5, 1.2, 0.9, 0.7, 0.55,
  0.4, 0.3,
] as const;
const WEEKEND = [
  0.35, 0.25, 0.2, 0.15, 0.125, 0.15, 0.25, 0.4, 0.65, 0.9, 1.1, 1.25, 1.3, 1.25, 1.2, 1.15, 1.15, 1.1, 1.05, 0.95, 0.8,
  0.65, 0.55, 0.45,
] as const;

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];

/** Solar time: 15 degrees are an hour. No time zone is asked for, no border crossed; legal time may differ by an hour or two. */
export function localTime(epochMs: number, longitude: number): number {
  return epochMs + (longitude / 15) * HOUR_MS;
}

/** How busy the hour is, 1 being usual. @param local ms, as `localTime` gives it */
export function busyness(local: number): number {
  const day = Math.floor(local / DAY_MS);
  const hour = Math.floor((local - day * DAY_MS) / HOUR_MS);
  // 1970 began on a Thursday.
  const weekday = (((day + 4) % 7) + 7) % 7;
  return (weekday === 0 || weekday === 6 ? WEEKEND : WEEKDAY)[hour]!;
}

/**
 * When a pause that would take `seconds` in a usual hour is over: it shortens where the day is busy and stretches where it
 * is quiet, so that departures come at the day's rate whatever the pauses are like.
 * @param local when it begins, in ms of local time @returns its length in seconds
 */
export function pauseByDay(local: number, seconds: number): number {
  let left = seconds * 1000;
  let now = local;
  for (;;) {
    const rate = busyness(now);
    const hourEnds = (Math.floor(now / HOUR_MS) + 1) * HOUR_MS;
    const here = (hourEnds - now) * rate;
    if (left <= here) return (now + left / rate - local) / 1000;
    left -= here;
    now = hourEnds;
  }
}
