import IconButton from '@mui/material/IconButton';
import Paper from '@mui/material/Paper';
import { FitIcon, FollowIcon, MinusIcon, PlusIcon } from '../panel/icons.tsx';

interface MapButtonsProps {
  readonly onZoom: (by: number) => void;
  readonly onFit: () => void;
  /** undefined: there is no device to follow. */
  readonly following: boolean | undefined;
  readonly onFollow: (following: boolean) => void;
}

export function MapButtons({ onZoom, onFit, following, onFollow }: MapButtonsProps) {
  return (
    <Paper
      elevation={2}
      role="group"
      aria-label="Map"
      sx={{ position: 'absolute', top: 12, right: 12, zIndex: 500, display: 'flex', flexDirection: 'column' }}
    >
      <IconButton aria-label="Zoom in" onClick={() => onZoom(1)}>
        <PlusIcon />
      </IconButton>
      <IconButton aria-label="Zoom out" onClick={() => onZoom(-1)}>
        <MinusIcon />
      </IconButton>
      <IconButton aria-label="Show all" title="Show all" onClick={onFit}>
        <FitIcon />
      </IconButton>
      {following !== undefined && (
        <IconButton
          aria-label="Follow the device"
          title="Follow the device"
          aria-pressed={following}
          color={following ? 'primary' : 'default'}
          onClick={() => onFollow(!following)}
        >
          <FollowIcon />
        </IconButton>
      )}
    </Paper>
  );
}
