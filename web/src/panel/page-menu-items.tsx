/** What concerns the page itself: its look, and what it saw. Loaded with the first click on its button. */
import Divider from '@mui/material/Divider';
import ListItemText from '@mui/material/ListItemText';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { MOST_LINES } from '../fleet/received-log.ts';
import { count } from '../format.ts';
import { usePage } from '../page-context.ts';
import type { Scheme } from '../theme.ts';
import { useAnnounce } from './announcer.tsx';
import type { PageMenuProps } from './page-menu.tsx';

interface PageMenuItemsProps extends PageMenuProps {
  readonly anchor: HTMLElement | null;
  readonly onClose: () => void;
}

const SCHEMES: readonly [Scheme, string][] = [
  ['system', 'Light or dark as the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

export default function PageMenuItems({ scheme, onScheme, mapKind, onMapKind, anchor, onClose }: PageMenuItemsProps) {
  const { log } = usePage().watcher;
  const announce = useAnnounce();
  return (
    <Menu anchorEl={anchor} open={anchor !== null} onClose={onClose}>
      <MenuItem
        onClick={() => {
          download(log.text());
          announce('The receive log is being downloaded');
          onClose();
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
            onClose();
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
          onClose();
        }}
      >
        Lighter map, without the GPU
      </MenuItem>
    </Menu>
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
