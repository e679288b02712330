/** What every part of the page may ask for: handed down, never global. */
import { createContext, useContext, useEffect, useState } from 'react';
import type { Config } from './config.ts';
import type { Api } from './feed/ask.ts';
import type { Watcher } from './fleet/watcher.ts';

export interface Page {
  readonly config: Config;
  readonly api: Api;
  readonly watcher: Watcher;
  /** Of the header that the API asks for, once the viewer has given it. */
  readonly credential: { value?: string };
}

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error('there is no page around this component');
  return page;
}

/** The wall clock, a few times a second: all that React hears of time, and of positions. @returns epoch ms */
export function useNow(everyMs = 500): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState !== 'hidden') setNow(Date.now());
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
