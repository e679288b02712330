/** The few icons of the page; drawn here, 24 × 24, in the colour of the text around them. */
import SvgIcon, { type SvgIconProps } from '@mui/material/SvgIcon';

const icon = (path: string) =>
  function Icon(props: SvgIconProps) {
    return (
      <SvgIcon fontSize="small" {...props}>
        <path d={path} fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" />
      </SvgIcon>
    );
  };

export const BackIcon = icon('M15 5l-7 7 7 7');
export const MenuIcon = icon('M4 7h16M4 12h16M4 17h16');
export const LinkIcon = icon(
  'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.3 1.3M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.3-1.3',
);
export const PlusIcon = icon('M12 5v14M5 12h14');
export const MinusIcon = icon('M5 12h14');
export const FitIcon = icon('M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5');
export const FollowIcon = icon('M12 3v3M12 18v3M3 12h3M18 12h3M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z');
export const UpIcon = icon('M6 15l6-6 6 6');
export const DownIcon = icon('M6 9l6 6 6-6');
export const DoneIcon = icon('M5 12.5l4.5 4.5L19 7.5');
