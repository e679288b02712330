/** One group: how it is doing, and each of its devices. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { STALE_MS, takeCensus } from '../fleet/census.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { age, dateTime } from '../format.ts';
import { useNow, usePage } from '../page-context.ts';
import { Counts } from './counts.tsx';
import { DeviceList } from './device-list.tsx';
import { Choice, TextInput } from './field.tsx';
import { ageWords } from './fleet-panel.tsx';
import { PanelHeading } from './panel-heading.tsx';
import { ShareButton } from './share-button.tsx';

type Order = 'id' | 'oldest' | 'newest';

const ORDERS: readonly (readonly [Order, string])[] = [
  ['id', 'by id'],
  ['oldest', 'oldest first'],
  ['newest', 'newest first'],
];

export function GroupPanel({ tracker }: { readonly tracker: string }) {
  const { watcher, config } = usePage();
  const [order, setOrder] = useState<Order>('id');
  const [filter, setFilter] = useState('');
  const sampleNow = watcher.sampleNow(useNow()) ?? 0;
  const census = takeCensus(watcher.fleet, sampleNow).groups.get(tracker);
  const indices = census ? membersOf(watcher.fleet, tracker, filter.trim().toLowerCase(), order) : [];
  return (
    <>
      <PanelHeading
        title={tracker}
        back={{ to: { view: 'fleet' }, label: 'Back to the fleet' }}
        note={
          census && (
            <Typography variant="body2" sx={{ color: 'text.secondary' }}>
              Last update {ageWords(sampleNow - census.newest)}, {dateTime(census.newest)}
            </Typography>
          )
        }
        actions={<ShareButton />}
      />
      {census ? (
        <>
          <Counts census={census} />
          <Box sx={{ display: 'flex', gap: 1, px: 2, pb: 1 }}>
            <TextInput
              placeholder="Filter"
              value={filter}
              onChange={({ target }) => setFilter(target.value)}
              inputProps={{ 'aria-label': 'Filter by id', type: 'search' }}
              sx={{ flex: 1 }}
            />
            <Choice label="Order" value={order} choices={ORDERS} onChoose={setOrder} />
          </Box>
          {indices.length === 0 ? (
            <Nothing>No device of this group has “{filter.trim()}” in its id.</Nothing>
          ) : (
            <DeviceList fleet={watcher.fleet} indices={indices} sampleNow={sampleNow} />
          )}
          <Typography
            variant="body2"
            sx={{
              color: 'text.secondary',
              fontSize: '0.75rem',
              px: 2,
              py: 0.75,
              borderTop: 1,
              borderColor: 'divider',
              '@media (max-width: 720px)': { display: 'none' },
            }}
          >
            Stale: no update for {age(STALE_MS)} on the run’s clock.
          </Typography>
        </>
      ) : (
        <Nothing>
          {config.trackers.includes(tracker)
            ? watcher.lastNewsAt > 0
              ? 'No device has reported to this group yet.'
              : 'Looking for its devices …'
            : `There is no group of this name; there are ${config.trackers.length}, from ${config.trackers[0]} on.`}
        </Nothing>
      )}
    </>
  );
}

export function Nothing({ children }: { readonly children: React.ReactNode }) {
  return (
    <Typography variant="body2" sx={{ color: 'text.secondary', px: 2, py: 2 }}>
      {children}
    </Typography>
  );
}

function membersOf(fleet: Fleet, tracker: string, filter: string, order: Order): number[] {
  const wanted = fleet.trackers.indexOf(tracker);
  const indices: number[] = [];
  for (let index = 0; index < fleet.count; index++) {
    if (fleet.trackerIndex(index) !== wanted) continue;
    if (filter === '' || fleet.ids[index]!.toLowerCase().includes(filter)) indices.push(index);
  }
  const byId = (a: number, b: number) => (fleet.ids[a]! < fleet.ids[b]! ? -1 : 1);
  const byTime = (a: number, b: number) => fleet.sampleTime(a) - fleet.sampleTime(b) || byId(a, b);
  return indices.sort(order === 'id' ? byId : order === 'oldest' ? byTime : (a, b) => byTime(b, a));
}
