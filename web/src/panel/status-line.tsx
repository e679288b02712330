/** How the page hears of changes, in words. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { FeedStatus } from '../feed/use-feed.ts';
import { age } from '../format.ts';
import { useColours } from '../map/colours-context.ts';
import { useNow, usePage } from '../page-context.ts';

/** What a screen reader hears of a change; seconds that count down are no news. */
export function statusWords(status: FeedStatus): string {
  switch (status.kind) {
    case 'connecting':
      return 'Looking for devices';
    case 'pushed':
      return 'Live';
    case 'polling':
      return status.problem ?? 'Live';
    case 'waiting':
      if (status.status === 429) return 'The API asks for patience';
      return status.status === 0 ? 'The API cannot be reached' : `The API answers with an error (${status.status})`;
    case 'paused':
      return 'Paused while hidden';
  }
}

export function StatusLine({ status }: { readonly status: FeedStatus }) {
  const now = useNow(1_000);
  const { rate } = usePage().watcher;
  const colours = useColours();
  const good = status.kind === 'pushed' || (status.kind === 'polling' && !status.problem);
  const detail =
    status.kind === 'pushed'
      ? 'pushed as it happens'
      : status.kind === 'polling'
        ? `asked every ${age(status.everyMs)}`
        : status.kind === 'waiting'
          ? status.untilMs > now
            ? `asking again in ${age(status.untilMs - now)}`
            : 'asking again'
          : '';
  return (
    <Typography
      variant="body2"
      sx={{ color: 'text.secondary', display: 'flex', alignItems: 'center', gap: 1, minWidth: 0, px: 2, py: 1 }}
    >
      <Box
        component="span"
        aria-hidden
        sx={{
          width: 8,
          height: 8,
          borderRadius: '50%',
          flex: 'none',
          bgcolor: good ? '#2e9e5b' : status.kind === 'connecting' ? colours.standing : colours.stale,
        }}
      />
      <span>
        <Box component="span" sx={{ color: 'text.primary', fontWeight: 600 }}>
          {statusWords(status)}
        </Box>
        {detail && ` · ${detail}`}
        {good && Math.abs(rate - 1) > 0.01 && ` · run at ${Number(rate.toPrecision(2))}× time`}
      </span>
    </Typography>
  );
}
