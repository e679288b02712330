/** A device's state as the map draws it: shape and colour both, so that neither is needed alone. */
import Box from '@mui/material/Box';
import type { State } from '../fleet/census.ts';
import { useColours } from '../map/colours-context.ts';

export const STATE_NAMES: Readonly<Record<State, string>> = { moving: 'moving', standing: 'standing', stale: 'stale' };

export function StateMark({ state, heading }: { readonly state: State; readonly heading?: number | undefined }) {
  const colours = useColours();
  const turn = state === 'moving' ? (heading ?? 0) : 0;
  return (
    <Box component="svg" viewBox="-8 -8 16 16" aria-hidden sx={{ width: 16, height: 16, flex: 'none' }}>
      {state === 'moving' && (
        <path d="M0 -7.4 L3.5 -2 A4.2 4.2 0 1 1 -3.5 -2 Z" fill={colours.moving} transform={`rotate(${turn})`} />
      )}
      {state === 'standing' && <circle r="3.8" fill={colours.standing} />}
      {state === 'stale' && <circle r="3.4" fill="none" stroke={colours.stale} strokeWidth="2" />}
    </Box>
  );
}
