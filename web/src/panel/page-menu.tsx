import IconButton from '@mui/material/IconButton';
import { lazy, Suspense, useState } from 'react';
import type { MapKind } from '../map/map-kind.ts';
import type { Scheme } from '../theme.ts';
import { MenuIcon } from './icons.tsx';

export interface PageMenuProps {
  readonly scheme: Scheme;
  readonly onScheme: (scheme: Scheme) => void;
  readonly mapKind: MapKind;
  readonly onMapKind: (kind: MapKind) => void;
}

const PageMenuItems = lazy(() => import('./page-menu-items.tsx'));

export function PageMenu(props: PageMenuProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  // Once opened it stays, so that it can close with its own motion.
  const [asked, setAsked] = useState(false);
  return (
    <>
      <IconButton
        aria-label="Menu"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={({ currentTarget }) => {
          setAsked(true);
          setAnchor(currentTarget);
        }}
      >
        <MenuIcon />
      </IconButton>
      {asked && (
        <Suspense>
          <PageMenuItems {...props} anchor={anchor} onClose={() => setAnchor(null)} />
        </Suspense>
      )}
    </>
  );
}
