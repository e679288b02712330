/** What the panel shows, and the way back; it takes the focus when the page goes somewhere. */
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { linkTo, type Route } from '../route.ts';
import { BackIcon } from './icons.tsx';

interface PanelHeadingProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly back?: { readonly to: Route; readonly label: string };
  readonly actions?: ReactNode;
}

export const HEADING_ID = 'heading';

export function PanelHeading({ title, note, back, actions }: PanelHeadingProps) {
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 0.5, px: back ? 1 : 2, pt: 1.5, pb: 0.5 }}>
      {back && (
        <IconButton href={linkTo(back.to)} aria-label={back.label} size="small">
          <BackIcon />
        </IconButton>
      )}
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography
          variant="h1"
          id={HEADING_ID}
          tabIndex={-1}
          sx={{ overflowWrap: 'anywhere', outline: 'none', '&:focus-visible': { textDecoration: 'underline' } }}
        >
          {title}
        </Typography>
        {note}
      </Box>
      {actions}
    </Box>
  );
}
