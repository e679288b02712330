/** The whole fleet, group by group. */
import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Typography from '@mui/material/Typography';
import { type Census, takeCensus } from '../fleet/census.ts';
import { age, count } from '../format.ts';
import { useNow, usePage } from '../page-context.ts';
import { linkTo } from '../route.ts';
import { Counts } from './counts.tsx';
import { PanelHeading } from './panel-heading.tsx';

export function FleetPanel() {
  const { watcher, config } = usePage();
  const sampleNow = watcher.sampleNow(useNow()) ?? 0;
  const { all, groups } = takeCensus(watcher.fleet, sampleNow);
  return (
    <>
      <PanelHeading title="Fleet" />
      <Counts census={all} />
      {all.devices === 0 && (
        <Typography variant="body2" sx={{ color: 'text.secondary', px: 2, pb: 1 }}>
          No device has reported yet. Those of a run appear as soon as they send.
        </Typography>
      )}
      <Box component="section" aria-labelledby="groups" sx={{ overflow: 'auto', flex: 1, minHeight: 0 }}>
        <Typography id="groups" variant="h2" sx={{ color: 'text.secondary', px: 2, pt: 1, pb: 0.5 }}>
          Groups
        </Typography>
        <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0, pb: 1 }}>
          {config.trackers.map((tracker) => (
            <li key={tracker}>
              <GroupRow tracker={tracker} census={groups.get(tracker)} sampleNow={sampleNow} />
            </li>
          ))}
        </Box>
      </Box>
    </>
  );
}

function GroupRow({ tracker, census, sampleNow }: { tracker: string; census: Census | undefined; sampleNow: number }) {
  return (
    <ButtonBase
      component="a"
      href={linkTo({ view: 'group', tracker })}
      sx={{
        display: 'grid',
        gridTemplateColumns: '1fr auto',
        width: '100%',
        textAlign: 'left',
        px: 2,
        py: 0.875,
        columnGap: 1,
        '&:hover': { bgcolor: 'action.hover' },
        '&.Mui-focusVisible': { bgcolor: 'action.focus' },
      }}
    >
      <Typography variant="body2" noWrap sx={{ fontWeight: 600 }}>
        {tracker}
      </Typography>
      <Typography variant="body2" sx={{ fontVariantNumeric: 'tabular-nums', textAlign: 'right' }}>
        {census ? count(census.devices) : '–'}
      </Typography>
      <Typography variant="body2" noWrap sx={{ color: 'text.secondary', fontSize: '0.75rem' }}>
        {census ? `newest ${ageWords(sampleNow - census.newest)}` : 'no devices'}
      </Typography>
      <Typography
        variant="body2"
        sx={{ color: census?.stale ? 'warning.main' : 'text.secondary', fontSize: '0.75rem', textAlign: 'right' }}
      >
        {census ? (census.stale > 0 ? `${count(census.stale)} stale` : `${count(census.moving)} moving`) : ''}
      </Typography>
    </ButtonBase>
  );
}

export const ageWords = (ms: number) => (ms < 1_000 ? 'just now' : `${age(ms)} ago`);
