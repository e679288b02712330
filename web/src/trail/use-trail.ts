/** The trail of one device: its history, read once, and each fix that has come since. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { StoredFix } from '../feed/ask.ts';
import { usePage } from '../page-context.ts';
import { type Progress, progressOf, sinceDispatch } from './progress.ts';

export interface Trail {
  readonly status: 'pending' | 'error' | 'success';
  readonly error: Error | null;
  /** Since dispatch, ascending. */
  readonly fixes: readonly StoredFix[];
  readonly progress: Progress | undefined;
  /** The window that was asked for: sample times, epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly retry: () => void;
}

export const HOUR_MS = 3_600_000;
/** Samples may come while the answer is on its way. */
const AHEAD_MS = 60_000;

interface History {
  readonly fixes: readonly StoredFix[];
  readonly from: number;
  readonly to: number;
}

/**
 * @param windowMs how far back the window reaches, from the run's sample clock. It is always stated: the API's own
 * default ends at the wall clock's now, which says nothing of a replay.
 */
export function useTrail(tracker: string | undefined, id: string, windowMs: number): Trail {
  const { api, watcher } = usePage();
  const query = useQuery<History>({
    queryKey: ['history', tracker, id, windowMs],
    enabled: tracker !== undefined,
    queryFn: async ({ signal }) => {
      const now = watcher.sampleNow(Date.now()) ?? Date.now();
      const [from, to] = [now - windowMs, now + AHEAD_MS];
      return { fixes: await api.history(tracker!, id, from, to, signal), from, to };
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    structuralSharing: false,
  });

  const [live, setLive] = useState<readonly StoredFix[]>([]);
  useEffect(() => {
    setLive([]);
    return watcher.fleet.watch(id, ({ sampleTime, position }) =>
      setLive((fixes) => [...fixes, { sampleTime, position }]),
    );
  }, [id, watcher]);

  const { data, status, error, refetch } = query;
  const fixes = useMemo(() => {
    const stored = data?.fixes ?? [];
    const newest = stored.at(-1)?.sampleTime ?? 0;
    return sinceDispatch([...stored, ...live.filter(({ sampleTime }) => sampleTime > newest)]);
  }, [data, live]);
  const progress = useMemo(() => progressOf(fixes), [fixes]);
  return { status, error, fixes, progress, from: data?.from ?? 0, to: data?.to ?? 0, retry: () => void refetch() };
}
