import type { DrivingFigures } from './driving-figures.ts';

/** A figure that simulated cars must share with real ones. */
export interface Figure {
  readonly key: Exclude<keyof DrivingFigures, 'hours' | 'km' | 'stops'>;
  readonly name: string;
  readonly digits: number;
  /** Of the real value as a share; or, where `absolute`, in its own unit. */
  readonly tolerance: number;
  readonly absolute?: true;
}

export const FIGURES: readonly Figure[] = [
  { key: 'stoppedShare', name: 'time stopped (share)', digits: 3, tolerance: 0.25 },
  { key: 'stopsPerKm', name: 'stops per km', digits: 2, tolerance: 0.25 },
  { key: 'stopP50', name: 'stop length p50 (s)', digits: 1, tolerance: 0.25 },
  { key: 'stopP75', name: 'stop length p75 (s)', digits: 1, tolerance: 0.25 },
  { key: 'stopP95', name: 'stop length p95 (s)', digits: 1, tolerance: 0.25 },
  { key: 'changeSd', name: '1 s speed change sd (m/s)', digits: 2, tolerance: 0.25 },
  { key: 'changeP5', name: '1 s speed change p5 (m/s)', digits: 2, tolerance: 0.25 },
  { key: 'changeP95', name: '1 s speed change p95 (m/s)', digits: 2, tolerance: 0.25 },
  { key: 'changeP99', name: '1 s speed change p99 (m/s)', digits: 2, tolerance: 0.25 },
  { key: 'movingP50', name: 'moving speed p50 (m/s)', digits: 2, tolerance: 0.25 },
  { key: 'movingMean', name: 'moving speed mean (m/s)', digits: 2, tolerance: 0.25 },
  { key: 'errorLag1', name: 'GPS error lag-1 at stops', digits: 3, tolerance: 0.04, absolute: true },
];

export function isWithin({ tolerance, absolute }: Figure, value: number, real: number): boolean {
  return Math.abs(value - real) <= tolerance * (absolute ? 1 : Math.abs(real));
}

/** What the table says at a figure's end. */
export interface Verdict {
  readonly holds: boolean;
  readonly text: string;
}

/** Real drivers: each alone by name, and all together. */
export interface RealFigures {
  readonly alone: Readonly<Record<string, DrivingFigures>>;
  readonly together: DrivingFigures;
}

/**
 * Whether each of the simulated values is within the tolerance of the real drivers together. Where it is not within that
 * of one of them alone, which no value can be if they are too far apart, the text says so.
 */
export function verdictOn(figure: Figure, simulated: readonly DrivingFigures[], real: RealFigures): Verdict {
  const { key, absolute } = figure;
  const off = (value: number, from: number) => {
    const by = absolute ? value - from : (value / from - 1) * 100;
    return `${by < 0 ? '-' : '+'}${Math.abs(by).toFixed(absolute ? 3 : 0)}${absolute ? '' : ' %'}`;
  };
  const values = simulated.map((figures) => figures[key]);
  const together = real.together[key];
  const offs = values.map((value) => off(value, together)).join(', ');
  if (values.some((value) => !isWithin(figure, value, together))) return { holds: false, text: `NO: ${offs}` };
  const others = Object.entries(real.alone)
    .filter(([, alone]) => values.some((value) => !isWithin(figure, value, alone[key])))
    .map(([name, alone]) => `${values.map((value) => off(value, alone[key])).join(', ')} from ${name} alone`);
  return { holds: true, text: [`yes: ${offs}`, ...others].join('; ') };
}
