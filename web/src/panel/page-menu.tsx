/** What concerns the page itself: its look, and what it saw. */
import Divider from '@mui/material/Divider';
import IconButton from '@mui/material/IconButton';
import ListItemText from '@mui/material/ListItemText';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useState } from 'react';
import { MOST_LINES } from '../fleet/received-log.ts';
import { count } from '../format.ts';
import type { MapKind } from '../map/map-kind.ts';
import { usePage } from '../page-context.ts';
import type { Scheme } from '../theme.ts';
import { useAnnounce } from './announcer.tsx';
import { MenuIcon } from './icons.tsx';

interface PageMenuProps {
  readonly scheme: Scheme;
  readonly onScheme: (scheme: Scheme) => void;
  readonly mapKind: MapKind;
  readonly onMapKind: (kind: MapKind) => void;
}

const SCHEMES: readonly [Scheme, string][] = [
  ['system', 'Light or dark as the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

export function PageMenu({ scheme, onScheme, mapKind, onMapKind }: PageMenuProps) {
  const { log } = usePage().watcher;
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const announce = useAnnounce();
  const close = () => setAnchor(null);
  return (
    <>
      <IconButton
        aria-label="Menu"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={({ currentTarget }) => setAnchor(currentTarget)}
      >
        <MenuIcon />
      </IconButton>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={close}>
        <MenuItem
          onClick={() => {
            download(log.text());
            announce('The receive log is being downloaded');
            close();
          }}
        >
          <ListItemText
            primary="Download the receive log"
            secondary={
              log.dropped > 0
                ? `the last ${count(log.count)} sightings; ${count(log.dropped)} older ones are gone`
                : `${count(log.count)} sightings, at most ${count(MOST_LINES)}`
            }
          />
        </MenuItem>
        <Divider />
        {SCHEMES.map(([value, words]) => (
          <MenuItem
            key={value}
            role="menuitemradio"
            aria-checked={scheme === value}
            selected={scheme === value}
            onClick={() => {
              onScheme(value);
              close();
            }}
          >
            {words}
          </MenuItem>
        ))}
        <Divider />
        <MenuItem
          role="menuitemcheckbox"
          aria-checked={mapKind === 'light'}
          selected={mapKind === 'light'}
          onClick={() => {
            onMapKind(mapKind === 'light' ? 'gl' : 'light');
            close();
          }}
        >
          Lighter map, without the GPU
        </MenuItem>
      </Menu>
    </>
  );
}

function download(parts: string[]): void {
  const url = URL.createObjectURL(new Blob(parts, { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'received.ndjson';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
