/** The page: a panel and a map, and the feed behind both. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider } from '@mui/material/styles';
import useMediaQuery from '@mui/material/useMediaQuery';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useFeed } from './feed/use-feed.ts';
import type { Colours } from './map/colours.ts';
import { ColoursContext } from './map/colours-context.ts';
import { useMapKind } from './map/map-kind.ts';
import { useNow, usePage } from './page-context.ts';
import { Announcer, useAnnounce } from './panel/announcer.tsx';
import { DevicePanel } from './panel/device-panel.tsx';
import { FleetPanel } from './panel/fleet-panel.tsx';
import { GroupPanel } from './panel/group-panel.tsx';
import { DownIcon, UpIcon } from './panel/icons.tsx';
import { PageMenu, type PageMenuProps } from './panel/page-menu.tsx';
import { HEADING_ID } from './panel/panel-heading.tsx';
import { SearchBox } from './panel/search-box.tsx';
import { SignIn } from './panel/sign-in.tsx';
import { StatusLine, statusWords } from './panel/status-line.tsx';
import { useDevice } from './panel/use-device.ts';
import { go, linkTo, type Route, useRoute } from './route.ts';
import { useScheme } from './theme.ts';
import { HOUR_MS, useTrail } from './trail/use-trail.ts';

const GlMap = lazy(() => import('./map/gl-map.tsx'));
const LightMap = lazy(() => import('./map/light-map.tsx'));

export function App() {
  const { scheme, theme, colours, choose } = useScheme();
  const { config, credential } = usePage();
  const [signedIn, setSignedIn] = useState(false);
  const header = config.auth?.header;
  return (
    <ThemeProvider theme={theme}>
      <CssBaseline enableColorScheme />
      <ColoursContext.Provider value={colours}>
        <Announcer>
          {header !== undefined && !signedIn ? (
            <SignIn
              header={header}
              onValue={(value) => {
                credential.value = value;
                setSignedIn(true);
              }}
            />
          ) : (
            <Layout scheme={scheme} onScheme={choose} colours={colours} />
          )}
        </Announcer>
      </ColoursContext.Provider>
    </ThemeProvider>
  );
}

interface LayoutProps extends Pick<PageMenuProps, 'scheme' | 'onScheme'> {
  readonly colours: Colours;
}

function Layout({ scheme, onScheme, colours }: LayoutProps) {
  const page = usePage();
  const route = useRoute();
  const [mapKind, chooseMapKind] = useMapKind();
  const phone = useMediaQuery('(max-width: 720px)', { noSsr: true });
  const [open, setOpen] = useState(true);
  const [windowMs, setWindowMs] = useState(24 * HOUR_MS);
  const [following, setFollowing] = useState(true);
  useNow(1_000);

  const id = route.view === 'device' ? route.id : undefined;
  const found = useDevice(id);
  const trail = useTrail(found.index === undefined ? undefined : found.tracker, id ?? '', windowMs);
  const status = useFeed({ ...page, first: route.view === 'group' ? route.tracker : found.tracker });
  useArrival(route, statusWords(status));
  useEffect(() => setFollowing(id !== undefined), [id]);

  const MapView = mapKind === 'gl' ? GlMap : LightMap;
  return (
    <Box
      sx={{
        height: '100dvh',
        display: 'grid',
        gridTemplate: phone ? `minmax(0, 1fr) auto / minmax(0, 1fr)` : 'minmax(0, 1fr) / 360px minmax(0, 1fr)',
      }}
    >
      <Box
        component="aside"
        aria-label="Panel"
        sx={{
          order: phone ? 2 : 1,
          height: phone ? (open ? '46dvh' : 'auto') : '100%',
          minHeight: 0,
          display: 'flex',
          flexDirection: 'column',
          bgcolor: 'background.paper',
          borderRight: phone ? 0 : 1,
          borderTop: phone ? 1 : 0,
          borderColor: 'divider',
        }}
      >
        <Button
          href={`#${HEADING_ID}`}
          onClick={(event) => {
            event.preventDefault();
            focusHeading();
          }}
          variant="contained"
          sx={{
            position: 'absolute',
            left: 8,
            top: 8,
            zIndex: 10,
            '&:not(:focus)': {
              clipPath: 'inset(50%)',
              width: '1px',
              height: '1px',
              minWidth: 0,
              p: 0,
              overflow: 'hidden',
            },
          }}
        >
          Skip to the list
        </Button>
        <Box component="search" sx={{ display: 'flex', alignItems: 'center', gap: 0.5, p: 1, pl: 1.5 }}>
          <SearchBox />
          <PageMenu scheme={scheme} onScheme={onScheme} mapKind={mapKind} onMapKind={chooseMapKind} />
          {phone && (
            <Button
              aria-label={open ? 'Smaller panel' : 'Larger panel'}
              aria-expanded={open}
              onClick={() => setOpen(!open)}
              sx={{ minWidth: 40, color: 'text.secondary' }}
            >
              {open ? <DownIcon /> : <UpIcon />}
            </Button>
          )}
        </Box>
        {(open || !phone) && (
          <Box
            component="main"
            aria-labelledby={HEADING_ID}
            sx={{
              flex: 1,
              minHeight: 0,
              display: 'flex',
              flexDirection: 'column',
              borderTop: 1,
              borderColor: 'divider',
            }}
          >
            {route.view === 'fleet' && <FleetPanel />}
            {route.view === 'group' && <GroupPanel key={route.tracker} tracker={route.tracker} />}
            {route.view === 'device' && (
              <DevicePanel
                key={route.id}
                id={route.id}
                found={found}
                trail={trail}
                windowMs={windowMs}
                onWindow={setWindowMs}
              />
            )}
          </Box>
        )}
        <Box sx={{ borderTop: 1, borderColor: 'divider' }}>
          <StatusLine status={status} />
        </Box>
      </Box>
      <Box
        component="section"
        aria-label="Map"
        sx={{ order: phone ? 1 : 2, position: 'relative', minHeight: 0, bgcolor: colours.land }}
      >
        <Suspense>
          <MapView
            colours={colours}
            tracker={route.view === 'group' ? route.tracker : undefined}
            selected={found.index}
            trail={id === undefined ? undefined : trail}
            following={following}
            onFollow={setFollowing}
            onPick={(picked) => go({ view: 'device', id: picked })}
          />
        </Suspense>
      </Box>
    </Box>
  );
}

function focusHeading(): void {
  document.getElementById(HEADING_ID)?.focus();
}

/** Where the page goes, the title, the focus and what a screen reader says go too; not where it began. */
function useArrival(route: Route, status: string): void {
  const announce = useAnnounce();
  const link = linkTo(route);
  const began = useRef(link);
  const name = route.view === 'device' ? route.id : route.view === 'group' ? route.tracker : 'Fleet';
  useEffect(() => {
    document.title = `${name} – simctl map`;
    if (began.current === link) return;
    began.current = '';
    focusHeading();
    announce(name);
  }, [name, link, announce]);
  useEffect(() => announce(status), [status, announce]);
}
