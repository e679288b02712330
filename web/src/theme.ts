/** The page's look: MUI, light and dark, in the colours of the map. */
import { createTheme, type Theme } from '@mui/material/styles';
import useMediaQuery from '@mui/material/useMediaQuery';
import { useMemo, useState } from 'react';
import { type Colours, DARK, LIGHT } from './map/colours.ts';

export type Scheme = 'system' | 'light' | 'dark';

const STORED_AS = 'simctl-map-scheme';

export function useScheme() {
  const prefersDark = useMediaQuery('(prefers-color-scheme: dark)', { noSsr: true });
  const [scheme, setScheme] = useState<Scheme>(() => stored());
  const dark = scheme === 'system' ? prefersDark : scheme === 'dark';
  const theme = useMemo(() => themeOf(dark), [dark]);
  return {
    scheme,
    theme,
    colours: dark ? DARK : LIGHT,
    choose(chosen: Scheme) {
      setScheme(chosen);
      localStorage.setItem(STORED_AS, chosen);
    },
  };
}

function stored(): Scheme {
  const scheme = localStorage.getItem(STORED_AS);
  return scheme === 'light' || scheme === 'dark' ? scheme : 'system';
}

function themeOf(dark: boolean): Theme {
  const colours: Colours = dark ? DARK : LIGHT;
  return createTheme({
    palette: {
      mode: dark ? 'dark' : 'light',
      primary: { main: colours.moving },
      warning: { main: colours.stale },
      background: dark ? { default: '#14171b', paper: '#1b1f24' } : { default: '#eceeea', paper: '#ffffff' },
      text: dark ? { primary: '#e6e9ec', secondary: '#a3adb8' } : { primary: '#1b2026', secondary: '#566170' },
      divider: dark ? '#2c3238' : '#e3e5e1',
    },
    shape: { borderRadius: 8 },
    typography: {
      fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
      fontSize: 13,
      h1: { fontSize: '1.25rem', fontWeight: 650, letterSpacing: '-0.01em', lineHeight: 1.25 },
      h2: { fontSize: '0.75rem', fontWeight: 650, letterSpacing: '0.04em', lineHeight: 1.6 },
      body2: { fontSize: '0.8125rem' },
      button: { textTransform: 'none', fontWeight: 600 },
    },
    components: {
      MuiCssBaseline: {
        styleOverrides: {
          '.maplibregl-ctrl.maplibregl-ctrl-attrib, .leaflet-container .leaflet-control-attribution': {
            font: '11px/1.5 system-ui, sans-serif',
            color: dark ? '#a3adb8' : '#566170',
            background: dark ? '#14171bcc' : '#ffffffcc',
          },
          '.maplibregl-ctrl-attrib a, .leaflet-control-attribution a': { color: 'inherit' },
          '.maplibregl-map': { font: 'inherit' },
        },
      },
      MuiButtonBase: { defaultProps: { disableRipple: true } },
      MuiLink: { defaultProps: { underline: 'hover' } },
      MuiPaper: { styleOverrides: { root: { backgroundImage: 'none' } } },
    },
  });
}
