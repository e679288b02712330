/** What "simctl report" does: reads what runs have left, and makes one file of it. */
import { appendFile, rename, rm, writeFile } from 'node:fs/promises';
import { messageOf, RunError, UsageError } from '../errors.ts';
import { makeDirectoryOf } from '../make-directory.ts';
import { partialBeside } from '../partial.ts';
import { readRuns } from '../run/recorded-run.ts';
import type { Format } from './formats.ts';
import { reportCsv, reportHlog, reportJson, reportMarkdown } from './machine-formats.ts';
import { reportPage } from './page.ts';
import { runDetails } from './run-details.ts';
import { type DrawnRun, drawnRun } from './sections.ts';

/** The text of a report. @throws UsageError for what is no run, or logs that are damaged */
export async function makeReport(dirs: readonly string[], format: Format, madeAt: Date): Promise<string> {
  const runs = await readRuns(dirs);
  if (format === 'csv') return reportCsv(runs);
  if (format === 'hdr') return reportHlog(runs);
  if (format === 'markdown') return reportMarkdown(runs);
  const drawn: DrawnRun[] = [];
  for (const run of runs) drawn.push(drawnRun(run, await runDetails(run)));
  return format === 'json' ? reportJson(drawn) : reportPage(drawn, madeAt);
}

/** Whole or not at all: what was there before stays. @throws RunError where it cannot be written */
export async function writeReport(file: string, text: string): Promise<void> {
  makeDirectoryOf(file, 'Choose another place with -o.');
  let partial: string | undefined;
  try {
    partial = await partialBeside(file);
    await writeFile(partial, text);
    await rename(partial, file);
  } catch (error) {
    if (partial !== undefined) await rm(partial, { force: true }).catch(() => {});
    throw new RunError(`cannot write ${file}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Free some space, or choose another place with -o.',
    });
  }
}

/** Where GitHub Actions shows it beside the job (workflow commands, "Adding a job summary"). @throws UsageError elsewhere */
export async function appendStepSummary(text: string, file: string | undefined): Promise<string> {
  if (!file)
    throw new UsageError('--step-summary needs GITHUB_STEP_SUMMARY, which GitHub Actions sets', {
      hint: 'Elsewhere, --format markdown --out FILE writes the same.',
    });
  await appendFile(file, text).catch((error) => {
    throw new RunError(`cannot append to ${file}: ${messageOf(error)}`, { cause: error });
  });
  return file;
}
