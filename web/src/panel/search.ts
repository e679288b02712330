/** What a text may mean: pure. */
import type { Route } from '../route.ts';

export interface Choice {
  readonly route: Route;
  readonly label: string;
  readonly note: string;
}

/** More would be scrolled through by nobody. */
const MOST_CHOICES = 12;

/** What was typed whole: a group's name is one, anything else may be a device. */
export function routeOf(typed: string, trackers: readonly string[]): Route {
  const tracker = trackers.find((name) => name.toLowerCase() === typed.toLowerCase());
  return tracker === undefined ? { view: 'device', id: typed } : { view: 'group', tracker };
}

/** What begins with the text comes before what holds it. */
export function choicesFor(text: string, ids: readonly string[], trackers: readonly string[]): Choice[] {
  const wanted = text.toLowerCase();
  const groups = trackers
    .filter((tracker) => tracker.toLowerCase().includes(wanted))
    .map((tracker): Choice => ({ route: { view: 'group', tracker }, label: tracker, note: 'group' }));
  if (wanted === '') return groups.slice(0, MOST_CHOICES);
  const [beginning, holding]: [string[], string[]] = [[], []];
  for (const id of ids) {
    const at = id.toLowerCase().indexOf(wanted);
    if (at === 0) beginning.push(id);
    else if (at > 0 && holding.length < MOST_CHOICES) holding.push(id);
    if (beginning.length === MOST_CHOICES) break;
  }
  const devices = [...beginning, ...holding].map(
    (id): Choice => ({ route: { view: 'device', id }, label: id, note: 'device' }),
  );
  return [...devices.slice(0, MOST_CHOICES - Math.min(4, groups.length)), ...groups.slice(0, 4)];
}
