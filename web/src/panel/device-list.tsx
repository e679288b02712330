/** The map's devices as a list: for whoever does not see the map, and for whoever looks for an id. */
import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Typography from '@mui/material/Typography';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { type State, stateOf } from '../fleet/census.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { wind } from '../fleet/geo.ts';
import { age, speed } from '../format.ts';
import { linkTo } from '../route.ts';
import { StateMark } from './state-mark.tsx';

interface DeviceListProps {
  readonly fleet: Fleet;
  /** Indices into the fleet, in the order that they are shown. */
  readonly indices: readonly number[];
  readonly sampleNow: number;
}

const ROW_PX = 40;

export function DeviceList({ fleet, indices, sampleNow }: DeviceListProps) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: indices.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  return (
    <Box ref={box} sx={{ flex: 1, minHeight: 0, overflow: 'auto' }}>
      <Box
        component="ul"
        aria-label="Devices"
        sx={{ listStyle: 'none', m: 0, p: 0, position: 'relative', height: rows.getTotalSize() }}
      >
        {rows.getVirtualItems().map(({ index, start }) => (
          <Box
            component="li"
            key={fleet.ids[indices[index]!]}
            aria-setsize={indices.length}
            aria-posinset={index + 1}
            sx={{ position: 'absolute', left: 0, right: 0, height: ROW_PX }}
            style={{ transform: `translateY(${start}px)` }}
          >
            <DeviceRow fleet={fleet} index={indices[index]!} sampleNow={sampleNow} />
          </Box>
        ))}
      </Box>
    </Box>
  );
}

function DeviceRow({ fleet, index, sampleNow }: { fleet: Fleet; index: number; sampleNow: number }) {
  const device = fleet.device(index);
  const state = stateOf(fleet, index, sampleNow);
  return (
    <ButtonBase
      component="a"
      href={linkTo({ view: 'device', id: device.id })}
      sx={{
        display: 'flex',
        width: '100%',
        height: '100%',
        px: 2,
        gap: 1,
        '&:hover': { bgcolor: 'action.hover' },
        '&.Mui-focusVisible': { bgcolor: 'action.focus' },
      }}
    >
      <StateMark state={state} heading={device.heading} />
      <Typography variant="body2" noWrap sx={{ fontWeight: 600, flex: 1, textAlign: 'left' }}>
        {device.id}
      </Typography>
      <Typography variant="body2" noWrap sx={{ color: 'text.secondary', fontSize: '0.75rem' }}>
        {stateWords(state, device)}
      </Typography>
      <Typography
        variant="body2"
        sx={{
          minWidth: 56,
          textAlign: 'right',
          fontVariantNumeric: 'tabular-nums',
          color: state === 'stale' ? 'warning.main' : 'text.secondary',
        }}
      >
        {age(sampleNow - device.sampleTime)}
      </Typography>
    </ButtonBase>
  );
}

/** "34 km/h north-east", "standing", "stale". */
function stateWords(
  state: State,
  { speed: mps, heading }: { speed: number | undefined; heading: number | undefined },
): string {
  if (state !== 'moving') return state;
  return [mps === undefined ? 'moving' : speed(mps), heading === undefined ? '' : wind(heading)].join(' ').trim();
}
