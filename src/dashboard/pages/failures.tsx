import { Box, Text } from 'ink';
import { count, duration, share } from '../drawing/numbers.ts';
import { Paint } from '../paint.tsx';
import { type Column, Table } from '../table.tsx';
import type { PageProps } from './page-props.ts';

interface Row {
  readonly code: string;
  readonly updates: number;
  readonly ofSent: string;
  readonly recent: number;
  readonly lastMs: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'failure', width: 20, rank: 0, left: true, text: ({ code }) => code },
  { title: 'updates', width: 8, rank: 0, text: ({ updates }) => count(updates), by: ({ updates }) => updates },
  { title: 'of sent', width: 8, rank: 3, text: ({ ofSent }) => ofSent },
  { title: 'last s', width: 7, rank: 2, text: ({ recent }) => count(recent), by: ({ recent }) => recent },
  {
    title: 'last came',
    width: 14,
    rank: 1,
    text: ({ lastMs }) => (lastMs < 1500 ? 'now' : `${duration(lastMs)} ago`),
    by: ({ lastMs }) => -lastMs,
  },
];

/** What did not arrive, by code, and who could not connect. */
export function FailuresPage({ fleet, history, width, height, sort }: PageProps) {
  const rows = Object.entries(fleet.failures).map(([code, updates]): Row => {
    const known = history.failures.get(code);
    const lastMs = known === undefined ? 0 : fleet.now - known.lastAt;
    return { code, updates, ofSent: share(updates, fleet.sent), recent: known?.recent ?? 0, lastMs };
  });
  const unconnected = Object.entries(fleet.connectFailures);
  const room = Math.max(3, height - (unconnected.length > 0 ? unconnected.length + 2 : 0));
  return (
    <Box flexDirection="column">
      {rows.length === 0 ? (
        <Paint color="green">no failures in {fleet.sent} updates</Paint>
      ) : (
        <Table
          columns={COLUMNS}
          rows={rows}
          sort={sort}
          width={width}
          height={room}
          isBad={({ recent }) => recent > 0}
        />
      )}
      {unconnected.length > 0 ? <Text dimColor>{'\n'}devices that did not connect</Text> : null}
      {unconnected.map(([code, { devices, first }]) => (
        <Paint key={code} color="red" wrap="truncate-end">
          {devices} {code}: {first}
        </Paint>
      ))}
    </Box>
  );
}
