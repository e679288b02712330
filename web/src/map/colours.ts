/** The few colours of the map, light and dark; the panel takes the same, so that its counts are the map's legend. */

export interface Colours {
  readonly dark: boolean;
  readonly land: string;
  readonly water: string;
  readonly green: string;
  readonly building: string;
  readonly casing: string;
  readonly minor: string;
  readonly major: string;
  readonly motorway: string;
  readonly moving: string;
  readonly standing: string;
  readonly stale: string;
  /** Around a marker, so that it stands off the road. */
  readonly halo: string;
  readonly trail: string;
  /** Of the groups that are not looked at. */
  readonly faded: number;
}

export const LIGHT: Colours = {
  dark: false,
  land: '#eceeea',
  water: '#cfdde6',
  green: '#e3ebdd',
  building: '#e8e8e3',
  casing: '#d3d7d0',
  minor: '#ffffff',
  major: '#ffffff',
  motorway: '#f5e3b8',
  moving: '#1760d0',
  standing: '#5f6b7a',
  stale: '#b5460f',
  halo: '#ffffff',
  trail: '#1760d0',
  faded: 0.22,
};

export const DARK: Colours = {
  dark: true,
  land: '#14171b',
  water: '#0d1a24',
  green: '#161d19',
  building: '#1a1e23',
  casing: '#0f1215',
  minor: '#2a3037',
  major: '#384049',
  motorway: '#4d4738',
  moving: '#6db0ff',
  standing: '#9aa6b4',
  stale: '#ff9d66',
  halo: '#0c0f12',
  trail: '#6db0ff',
  faded: 0.22,
};
