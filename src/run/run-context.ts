import type { Epoch } from '../clock.ts';
import type { Reporter } from '../dashboard/reporter.ts';
import type { PauseSwitch } from '../workers/pause.ts';
import type { Plan } from '../workers/plan.ts';
import type { Backend } from './backend.ts';
import type { FleetData } from './fleet-data.ts';
import type { FleetShare } from './fleet-share.ts';
import type { RunOptions } from './options.ts';
import type { RunDirectory } from './run-directory.ts';
import type { Ending } from './signals.ts';

/** What a run needs from whoever starts it. */
export interface RunContext {
  readonly reporter: Reporter;
  readonly ending: Ending;
  /** Of whoever may hold it while it sends. */
  readonly pause?: PauseSwitch;
}

/** What the steps of one run share. */
export interface Run extends RunContext {
  readonly options: RunOptions;
  readonly epoch: Epoch;
  readonly files: RunDirectory;
  readonly data: FleetData;
  /** Where it is one of several processes. */
  readonly shared: FleetShare | undefined;
  readonly plan: Plan;
  readonly backend: Backend;
}
