/** Finds a device by its id alone: among those seen, or by asking which tracker is its, and what that holds. */
import { useQuery } from '@tanstack/react-query';
import { usePage } from '../page-context.ts';

export interface Found {
  readonly status: 'pending' | 'error' | 'success';
  readonly problem: string;
  /** Its group, seen or by its id. */
  readonly tracker: string | undefined;
  /** Into the fleet; undefined while no position of it is known. */
  readonly index: number | undefined;
  readonly retry: () => void;
}

export function useDevice(id: string | undefined): Found {
  const { api, watcher } = usePage();
  const index = id === undefined ? undefined : watcher.fleet.indexOf(id);
  const { data, status, error, refetch } = useQuery({
    queryKey: ['device', id],
    enabled: id !== undefined && index === undefined,
    queryFn: async ({ signal }) => {
      const tracker = await api.trackerOf(id!, signal);
      const page = await api.device(tracker, id!, signal);
      if (page) watcher.look({ tracker, ...page });
      return tracker;
    },
  });
  const tracker = index === undefined ? data : watcher.fleet.device(index).tracker;
  return {
    status: index === undefined ? status : 'success',
    problem: error?.message ?? '',
    tracker,
    index,
    retry: () => void refetch(),
  };
}
