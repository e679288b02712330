/** A delivery so far: its progress, its stops, and the trail as a table. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { age, coordinates, count, dateTime, metres, time } from '../format.ts';
import { HOUR_MS, type Trail } from '../trail/use-trail.ts';
import { Fact } from './fact.tsx';
import { Choice } from './field.tsx';
import { Nothing } from './group-panel.tsx';

const WINDOWS: readonly [ms: number, words: string][] = [
  [HOUR_MS, 'last hour'],
  [6 * HOUR_MS, 'last 6 hours'],
  [24 * HOUR_MS, 'last 24 hours'],
  [7 * 24 * HOUR_MS, 'last 7 days'],
];

/** Newest first; the whole of a day would be three thousand rows. */
const ROWS = 60;

interface TrailViewProps {
  readonly trail: Trail;
  readonly windowMs: number;
  readonly onWindow: (ms: number) => void;
}

export function TrailView({ trail, windowMs, onWindow }: TrailViewProps) {
  return (
    <Box component="section" aria-labelledby="delivery" sx={{ borderTop: 1, borderColor: 'divider' }}>
      <Box sx={{ display: 'flex', alignItems: 'center', px: 2, pt: 1.5, gap: 1 }}>
        <Typography id="delivery" variant="h2" sx={{ color: 'text.secondary', flex: 1 }}>
          Delivery
        </Typography>
        <Choice bare label="Window of the trail" value={windowMs} choices={WINDOWS} onChoose={onWindow} />
      </Box>
      <Body trail={trail} />
    </Box>
  );
}

function Body({ trail }: { trail: Trail }) {
  const { status, error, progress, fixes, retry } = trail;
  if (status === 'error') {
    return (
      <Box role="alert">
        <Nothing>The trail cannot be read: {error?.message}.</Nothing>
        <Button size="small" sx={{ mx: 1.5 }} onClick={retry}>
          Try again
        </Button>
      </Box>
    );
  }
  if (status === 'pending') return <Nothing>Reading the trail …</Nothing>;
  if (progress === undefined) return <Nothing>No position is stored in this window.</Nothing>;
  return (
    <>
      <Box component="dl" sx={{ display: 'grid', gridTemplateColumns: '88px 1fr', rowGap: 0.5, m: 0, px: 2, py: 1 }}>
        <Fact name="Dispatched">{dateTime(progress.dispatchedAt)}</Fact>
        <Fact name="Under way">{age(progress.durationMs)}</Fact>
        <Fact name="Distance">{metres(progress.metres)}</Fact>
        <Fact name="Stops">{progress.stops.length === 0 ? 'none of 2 min or more' : progress.stops.length}</Fact>
      </Box>
      {progress.stops.length > 0 && (
        <Box component="ol" aria-label="Stops" sx={{ listStyle: 'none', m: 0, px: 2, pb: 1, pl: '104px' }}>
          {progress.stops.map(({ from, to }) => (
            <Typography key={from} component="li" variant="body2" sx={{ color: 'text.secondary' }}>
              {time(from)} for {age(to - from)}
            </Typography>
          ))}
        </Box>
      )}
      <Fixes fixes={fixes} />
    </>
  );
}

function Fixes({ fixes }: Pick<Trail, 'fixes'>) {
  const [open, setOpen] = useState(false);
  return (
    <Box sx={{ px: 2, pb: 2 }}>
      <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)} sx={{ ml: -0.75 }}>
        {open ? 'Hide' : 'Show'} {count(fixes.length)} positions
      </Button>
      {open && (
        <Box
          component="table"
          sx={{
            width: '100%',
            borderSpacing: 0,
            fontSize: '0.8125rem',
            fontVariantNumeric: 'tabular-nums',
            '& th, & td': { textAlign: 'left', py: 0.25 },
            '& th': { color: 'text.secondary', fontWeight: 500 },
          }}
        >
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Latitude, longitude</th>
            </tr>
          </thead>
          <tbody>
            {fixes
              .slice(-ROWS)
              .reverse()
              .map(({ sampleTime, position }) => (
                <tr key={sampleTime}>
                  <td>{time(sampleTime)}</td>
                  <td>{coordinates(position)}</td>
                </tr>
              ))}
          </tbody>
        </Box>
      )}
      {open && fixes.length > ROWS && (
        <Typography variant="body2" sx={{ color: 'text.secondary', pt: 0.5 }}>
          The newest {ROWS}; the map shows all.
        </Typography>
      )}
    </Box>
  );
}
