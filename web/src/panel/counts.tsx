/** Four numbers that are the map's legend as well. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { Census } from '../fleet/census.ts';
import { count } from '../format.ts';
import { StateMark } from './state-mark.tsx';

export function Counts({ census }: { readonly census: Census }) {
  return (
    <Box component="dl" sx={{ display: 'grid', gridTemplateColumns: 'repeat(4, 1fr)', m: 0, px: 2, py: 1.5, gap: 1 }}>
      <Count name="devices" value={census.devices} />
      {(['moving', 'standing', 'stale'] as const).map((state) => (
        <Count key={state} name={state} value={census[state]} mark={<StateMark state={state} />} />
      ))}
    </Box>
  );
}

function Count({ name, value, mark }: { name: string; value: number; mark?: React.ReactNode }) {
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column-reverse', minWidth: 0 }}>
      <Typography
        component="dt"
        variant="body2"
        sx={{ color: 'text.secondary', display: 'flex', alignItems: 'center', gap: 0.5, fontSize: '0.75rem' }}
      >
        {mark}
        {name}
      </Typography>
      <Typography
        component="dd"
        sx={{ m: 0, fontSize: '1.25rem', fontWeight: 600, fontVariantNumeric: 'tabular-nums', lineHeight: 1.3 }}
      >
        {count(value)}
      </Typography>
    </Box>
  );
}
