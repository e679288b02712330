/** Numbers and times as people read them. */

/** "now", "12 s", "3 min", "2 h 05 min", "4 d 03 h"; a hair's breadth in the future is now. */
export function age(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 1) return 'now';
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${two(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

/** "840 m", "3.2 km", "127 km". */
export function metres(m: number): string {
  if (m < 995) return `${Math.round(m)} m`;
  return m < 99_500 ? `${(m / 1000).toFixed(1)} km` : `${Math.round(m / 1000)} km`;
}

/** @param mps metres a second */
export const speed = (mps: number) => `${Math.round(mps * 3.6)} km/h`;

export const count = (n: number) => n.toLocaleString('en');

const TIME: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };

/** "14:03:27". @param at epoch ms */
export const time = (at: number) => new Date(at).toLocaleTimeString('en-GB', TIME);

/** "21 Nov, 14:03:27". @param at epoch ms */
export const dateTime = (at: number) =>
  `${new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${time(at)}`;

/** "57.70887, 11.97456": latitude first, as maps and phones take it. */
export const coordinates = ([longitude, latitude]: readonly [number, number]) =>
  `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
