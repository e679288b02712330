/** Keeps the fleet up to date: by pushed changes where there is a stream, by rounds of polling where there is none. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Config } from '../config.ts';
import type { Watcher } from '../fleet/watcher.ts';
import type { Api } from './ask.ts';
import { AT_ONCE, type Paced, paceAfter } from './pace.ts';
import { openPush, type PushedDevice } from './push.ts';
import { lookAtAll, type Round } from './round.ts';
import { inSlices } from './slices.ts';

/** How the page hears of changes, for the status line. */
export type FeedStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'pushed' }
  | { readonly kind: 'polling'; readonly everyMs: number; readonly problem?: string }
  | { readonly kind: 'waiting'; readonly status: number; readonly problem: string; readonly untilMs: number }
  | { readonly kind: 'paused' };

export interface FeedOptions {
  readonly api: Api;
  readonly config: Config;
  readonly watcher: Watcher;
  /** The tracker that the viewer looks at: it is asked first. */
  readonly first: string | undefined;
}

interface Looked {
  readonly round: Round;
  readonly paced: Paced;
  readonly endedAt: number;
}

/** A part of what arrived at once. */
interface Heard {
  readonly positions: readonly PushedDevice[];
  readonly after: number;
  readonly at: number;
}

const PART = 100;

function heardIn(positions: readonly PushedDevice[], after: number, at: number): Heard[] {
  const parts = Math.ceil(positions.length / PART);
  return Array.from({ length: parts }, (_, n) => ({ positions: positions.slice(n * PART, (n + 1) * PART), after, at }));
}

export function useFeed({ api, config, watcher, first }: FeedOptions): FeedStatus {
  const visible = useVisible();
  const queries = useQueryClient();
  const [streaming, setStreaming] = useState(false);
  const paced = useRef(AT_ONCE);

  // Never two rounds at a time, none while the page is hidden: that is what a query with an interval is.
  const { data, fetchStatus, error } = useQuery<Looked>({
    queryKey: ['round'],
    queryFn: async ({ signal }) => {
      const trackers = first ? [first, ...config.trackers.filter((name) => name !== first)] : config.trackers;
      const round = await lookAtAll({
        api,
        trackers,
        signal,
        onPage: watcher.look,
        onTracker: watcher.wholeRound,
      });
      paced.current = paceAfter(paced.current, round, { ...config, random: Math.random });
      return { round, paced: paced.current, endedAt: Date.now() };
    },
    refetchInterval: ({ state }) =>
      streaming && state.data?.paced.failed === 0 ? false : (state.data?.paced.waitMs ?? 1_000),
    structuralSharing: false,
    retry: false,
  });

  useEffect(() => {
    if (config.push === null || !visible) return;
    let since = Date.now();
    const slices = inSlices(({ positions, after, at }: Heard) => watcher.hear(positions, after, at));
    const close = openPush({
      url: config.push,
      onOpen() {
        since = Date.now();
        setStreaming(true);
        // What was stored while nobody listened is in no event: once, everything is listed.
        void queries.invalidateQueries({ queryKey: ['round'] });
      },
      onPositions(positions) {
        const at = Date.now();
        slices.add(heardIn(positions, since, at));
        since = at;
      },
      onDown: () => setStreaming(false),
    });
    return () => {
      close();
      setStreaming(false);
    };
  }, [config.push, visible, watcher, queries]);

  if (!visible) return { kind: 'paused' };
  if (data === undefined) {
    return error ? { kind: 'waiting', status: 0, problem: String(error), untilMs: Date.now() } : { kind: 'connecting' };
  }
  const failures = [...data.round.failures];
  const [tracker, failure] = failures[0] ?? [];
  if (failure && data.paced.failed > 0) {
    const untilMs = fetchStatus === 'fetching' ? Date.now() : data.endedAt + data.paced.waitMs;
    return { kind: 'waiting', status: failure.status, problem: failure.message, untilMs };
  }
  if (streaming) return { kind: 'pushed' };
  const problem =
    failure && `${failures.length} of ${config.trackers.length} groups cannot be read: ${tracker}: ${failure.message}`;
  return { kind: 'polling', everyMs: data.paced.waitMs, ...(problem ? { problem } : {}) };
}

function useVisible(): boolean {
  return useSyncExternalStore(
    (changed) => {
      document.addEventListener('visibilitychange', changed);
      return () => document.removeEventListener('visibilitychange', changed);
    },
    () => document.visibilityState !== 'hidden',
  );
}
