/**
 * simctl as a library: what the commands do, without their output.
 *
 * ```ts
 * import { run } from 'simctl';
 * const summary = await run({ devices: 10, thresholds: ['lost == 0'] });
 * ```
 *
 * Nothing is printed, no signal is listened for, and the process goes on afterwards. Errors are of the three classes below,
 * each with a `hint` of what to do; anything else that is thrown is a bug.
 */
export { RunError, SetupError, UsageError } from '../errors.ts';
export type { Percentiles } from '../histogram.ts';
export type { RunOptions, StandInBehaviour } from '../run/options.ts';
export type { PhaseFigures } from '../run/phase-figures.ts';
export type { Phase, PhaseRequest } from '../run/phases.ts';
export type { Summary } from '../run/summary.ts';
export { summaryText } from '../run/summary-text.ts';
export type { Judgement } from '../run/threshold.ts';
export { type Analysis, type AnalysisRequest, analyse } from './analyse.ts';
export { type Generated, type GenerateRequest, generate } from './generate.ts';
export { hasPassed } from './has-passed.ts';
export { type Progress, type RunControls, type RunRequest, run } from './run.ts';
