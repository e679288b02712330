/** One device: where it is, how old that is, and how its delivery is going. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import { type State, stateOf } from '../fleet/census.ts';
import type { Device } from '../fleet/fleet.ts';
import { wind } from '../fleet/geo.ts';
import { coordinates, dateTime, speed } from '../format.ts';
import { useNow, usePage } from '../page-context.ts';
import { linkTo, type Route } from '../route.ts';
import type { Trail } from '../trail/use-trail.ts';
import { Fact } from './fact.tsx';
import { ageWords } from './fleet-panel.tsx';
import { Nothing } from './group-panel.tsx';
import { PanelHeading } from './panel-heading.tsx';
import { ShareButton } from './share-button.tsx';
import { STATE_NAMES, StateMark } from './state-mark.tsx';
import { TrailView } from './trail-view.tsx';
import type { Found } from './use-device.ts';

interface DevicePanelProps {
  readonly id: string;
  readonly found: Found;
  readonly trail: Trail;
  readonly windowMs: number;
  readonly onWindow: (ms: number) => void;
}

export function DevicePanel({ id, found, trail, windowMs, onWindow }: DevicePanelProps) {
  const { watcher } = usePage();
  const sampleNow = watcher.sampleNow(useNow()) ?? 0;
  const back: Route = found.tracker ? { view: 'group', tracker: found.tracker } : { view: 'fleet' };
  const device = found.index === undefined ? undefined : watcher.fleet.device(found.index);
  const state = found.index === undefined ? undefined : stateOf(watcher.fleet, found.index, sampleNow);
  return (
    <>
      <PanelHeading
        title={id}
        back={{ to: back, label: found.tracker ? `Back to ${found.tracker}` : 'Back to the fleet' }}
        note={
          found.tracker && (
            <Link href={linkTo(back)} variant="body2" sx={{ color: 'text.secondary' }}>
              {found.tracker}
            </Link>
          )
        }
        actions={<ShareButton />}
      />
      {device && state ? (
        <Box sx={{ overflow: 'auto', flex: 1, minHeight: 0 }}>
          <Facts device={device} state={state} sampleNow={sampleNow} />
          <TrailView trail={trail} windowMs={windowMs} onWindow={onWindow} />
        </Box>
      ) : (
        <Missing id={id} found={found} />
      )}
    </>
  );
}

function Facts({ device, state, sampleNow }: { device: Device; state: State; sampleNow: number }) {
  const { heading, position, sampleTime, speed: mps } = device;
  return (
    <Box component="dl" sx={{ display: 'grid', gridTemplateColumns: '88px 1fr', rowGap: 0.5, m: 0, px: 2, py: 1.5 }}>
      <Fact name="State">
        <Box component="span" sx={{ display: 'flex', alignItems: 'center', gap: 0.5, height: '1.43em' }}>
          <StateMark state={state} heading={heading} />
          {STATE_NAMES[state]}
        </Box>
      </Fact>
      <Fact name="Updated">
        <Box component="span" sx={{ color: state === 'stale' ? 'warning.main' : 'inherit' }}>
          {ageWords(sampleNow - sampleTime)}
        </Box>
        <Box component="span" sx={{ color: 'text.secondary' }}>
          , {dateTime(sampleTime)}
        </Box>
      </Fact>
      <Fact name="Speed">{mps === undefined ? 'not known yet' : speed(mps)}</Fact>
      <Fact name="Heading">
        {heading === undefined ? 'not known yet' : `${wind(heading)}, ${Math.round(heading)}°`}
      </Fact>
      <Fact name="Position">{coordinates(position)}</Fact>
    </Box>
  );
}

function Missing({ id, found }: { id: string; found: Found }) {
  if (found.status === 'pending') return <Nothing>Looking for {id} …</Nothing>;
  if (found.status === 'error') {
    return (
      <Box role="alert">
        <Nothing>
          {id} could not be looked for: {found.problem}.
        </Nothing>
        <Button size="small" sx={{ mx: 1.5 }} onClick={found.retry}>
          Try again
        </Button>
      </Box>
    );
  }
  return (
    <Nothing>
      No position of {id} is stored{found.tracker && ` in ${found.tracker}, which is its group by its id`}. It appears
      here as soon as one arrives.
    </Nothing>
  );
}
