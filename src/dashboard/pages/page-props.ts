import type { History } from '../history.ts';
import type { Progress } from '../reporter.ts';

/** What every page is drawn from. */
export interface PageProps {
  readonly fleet: Progress;
  readonly history: History;
  /** The room there is, in columns and rows of the terminal. */
  readonly width: number;
  readonly height: number;
  readonly sort: number;
}
