/** What the page shows, as a link that can be shared: the part of the address behind #. */
import { useSyncExternalStore } from 'react';

export type Route =
  | { readonly view: 'fleet' }
  | { readonly view: 'group'; readonly tracker: string }
  | { readonly view: 'device'; readonly id: string };

/** `#/device/SLE-7115`, `#/group/sim-iot-tracker3`; anything else is the whole fleet. */
export function readRoute(hash: string): Route {
  const [view, name] = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decode);
  if (view === 'device' && name) return { view, id: name };
  if (view === 'group' && name) return { view, tracker: name };
  return { view: 'fleet' };
}

export function linkTo(route: Route): string {
  switch (route.view) {
    case 'device':
      return `#/device/${encodeURIComponent(route.id)}`;
    case 'group':
      return `#/group/${encodeURIComponent(route.tracker)}`;
    case 'fleet':
      return '#/';
  }
}

export function go(route: Route): void {
  location.hash = linkTo(route);
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(
    (changed) => {
      window.addEventListener('hashchange', changed);
      return () => window.removeEventListener('hashchange', changed);
    },
    () => location.hash,
  );
  return readRoute(hash);
}

/** A link that somebody typed may be no percent-encoding at all. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
