import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { analyseRun } from '../analyser/analyse.ts';
import { type Epoch, readEpoch, systemClock } from '../clock.ts';
import type { Reporter } from '../dashboard/reporter.ts';
import { isSimctlError, messageOf, RunError } from '../errors.ts';
import { histogramLog } from '../histogram.ts';
import { isRunning } from '../process-alive.ts';
import { readTarget } from '../target-file.ts';
import { version } from '../version.ts';
import type { FleetResult } from '../workers/fleet-result.ts';
import { type Plan, planRun, planText } from '../workers/plan.ts';
import { type Backend, openBackend } from './backend.ts';
import { openUpload, type Upload } from './bucket.ts';
import { embedsStandIn } from './capacity/options.ts';
import { readyDevices } from './certificates.ts';
import { checkOptions } from './check-options.ts';
import { readClockOffset } from './clock-offset.ts';
import { readCloudAnswers, readCloudMetrics } from './cloud-evidence.ts';
import { checkConnectionRoom } from './connection-room.ts';
import { checkDrops } from './drops.ts';
import { type FetchedFleet, fetchFleet } from './fetched-fleet.ts';
import { fleetData } from './fleet-data.ts';
import { fleetShare } from './fleet-share.ts';
import type { RunOptions } from './options.ts';
import { phaseFigures } from './phase-figures.ts';
import type { Run, RunContext } from './run-context.ts';
import { createRunDirectory, type RunDirectory, sentLogs, shardName } from './run-directory.ts';
import { noteLiveEnd, sampleTimeShift } from './sample-times.ts';
import { type Sent, sendUpdates } from './send-updates.ts';
import { checkAhead } from './start-at.ts';
import { type Summary, summarise } from './summary.ts';
import { parseThresholds } from './threshold.ts';
import { openViewer, type SampleWindow } from './viewer.ts';
import { checkWindows } from './windows.ts';
import { optionsWithoutKeys, targetWithoutKeys } from './without-keys.ts';

/**
 * The main job: a fleet, its certificates, its updates through the backend to a viewer, and what became of each.
 * @throws UsageError or SetupError before the first send, RunError where it could not go on; the logs so far stay.
 */
export async function run(options: RunOptions, context: RunContext): Promise<Summary> {
  const { reporter } = context;
  checkOptions(options);
  // A target that is none is said before a fleet is made for it.
  if (options.target !== 'local' || options.stack !== undefined) await readTarget(options.target, options.stack);
  const epoch = readEpoch();
  checkAhead(options.startAt, epoch.wallMs);
  // A shard without a directory is named after the moment that all have in common.
  const named = options.shard === undefined ? undefined : options.startAt;
  const files = await createRunDirectory(options.out, new Date(named ?? epoch.wallMs), options.shard);
  const begun = { sending: false };
  let upload: Upload | undefined;
  try {
    if (options.upload !== undefined)
      upload = await openUpload(options.upload, options.shard && shardName(options.shard));
    const summary = await withBackend(options, epoch, files, context, begun);
    await send(upload, files.dir, reporter);
    return summary;
  } catch (error) {
    // A run that could not go on keeps what it has; one that never began leaves nothing.
    if (!begun.sending) await files.discard();
    // The machine may be gone soon; what it has so far is of use.
    else if (!existsSync(join(files.dir, 'summary.json'))) await send(upload, files.dir, reporter).catch(() => {});
    throw systemTrouble(error, files.dir) ?? error;
  }
}

async function send(upload: Upload | undefined, dir: string, reporter: Reporter): Promise<void> {
  if (upload === undefined) return;
  reporter.note(`Copying the run's files to ${upload.url}`);
  await upload.send(dir);
}

/** What the system said while the run went on (a full disk, an open-file limit), as an error that says what to do. */
function systemTrouble(error: unknown, dir: string): RunError | undefined {
  if (isSimctlError(error) || (error as { syscall?: unknown }).syscall === undefined) return undefined;
  return new RunError(`the run could not go on: ${messageOf(error)}`, {
    cause: error,
    hint: `What there is of it is in ${dir}.`,
  });
}

async function withBackend(
  options: RunOptions,
  epoch: Epoch,
  files: RunDirectory,
  context: RunContext,
  begun: { sending: boolean },
): Promise<Summary> {
  const fetched = await fetchFleet(options);
  try {
    return await withFleet(fetched, options, epoch, files, context, begun);
  } finally {
    await fetched.remove();
  }
}

async function withFleet(
  fetched: FetchedFleet,
  options: RunOptions,
  epoch: Epoch,
  files: RunDirectory,
  context: RunContext,
  begun: { sending: boolean },
): Promise<Summary> {
  const { reporter, ending } = context;
  const data = await fleetData(fetched.options, files.dir, reporter, ending.stop);
  const shared = options.shard === undefined ? undefined : await fleetShare(options.shard, data);
  await fetched.probes(shared?.share.stretches);
  const plan = planRun(options, data.outlook, shared?.share);
  checkWindows(parseThresholds(options.thresholds, options.phases), plan.scheduledMs, options.phases);
  plan.notes.forEach(reporter.note);
  if (shared !== undefined) planText(plan).split('\n').slice(0, 1).forEach(reporter.note);
  await checkConnectionRoom(options, plan.devices);
  ending.stop.throwIfAborted();

  reporter.step(
    'backend',
    options.target !== 'local'
      ? `Looking at ${options.target}`
      : embedsStandIn(options)
        ? 'Starting the stand-in of the AWS services'
        : 'No AWS services are needed',
  );
  const map = data.map === undefined ? {} : { map: data.map };
  const backend = await openBackend({ ...fetched.options, ...map }, files.dir);
  backend.onDeath(ending.request);
  if (backend.target.mapPage !== undefined) reporter.note(`Watch it on the map: ${backend.target.mapPage}`);
  try {
    return await drive({ options, epoch, files, data, shared, plan, backend, ...context }, begun);
  } catch (error) {
    if (!begun.sending) await backend.discard(true);
    throw backend.death() ?? error;
  } finally {
    await backend.discard();
  }
}

async function drive(run: Run, begun: { sending: boolean }): Promise<Summary> {
  const { options, epoch, files, data, shared, plan, backend, reporter, ending } = run;
  const clock = systemClock(epoch);
  const devices = shared?.deviceIds ?? (await data.members()).map(({ deviceId }) => deviceId);
  checkDrops(options.drop, devices);
  await readyDevices(options, backend, devices, reporter, ending.stop);
  ending.stop.throwIfAborted();
  const shift = await sampleTimeShift(plan, {
    everySeconds: data.outlook.everySeconds,
    backend,
    byHand: options.shift,
    now: options.startAt ?? clock.now(),
    sharedRun: shared && `${shared.fleetId}/${options.startAt ?? shared.share.choice.of}`,
  });
  const target = targetWithoutKeys(backend.target);
  const fleetId = shared && { fleetId: shared.fleetId };
  await files.write(
    'plan.json',
    `${JSON.stringify({ ...plan, ...fleetId, shift, options: optionsWithoutKeys(options), target, versions: versions() }, null, 2)}\n`,
  );

  const viewer = await openViewer(options, devices, backend.target, files, epoch);
  try {
    const cpuBefore = process.cpuUsage();
    const sent = await sendUpdates(run, shift, viewer, begun);
    const { fleet } = sent;
    // Nobody is left to ask what became of it; the logs say what is known.
    const death = backend.death();
    if (death) throw death;
    await noteLiveEnd(backend, shift, fleet.lastDoneAt);
    const { user, system } = process.cpuUsage(cpuBefore);
    reporter.step('settle', 'Waiting until nothing changes any more');
    await viewer.settle({ backend, clock, quietMs: options.settleMs, abort: ending.abort, reporter });
    reporter.step('sweep', `Reading back what the trackers stored of ${devices.length} devices`);
    await viewer.sweep(sampleWindow(plan, shift, fleet), reporter, ending.abort);
    await viewer.stop();
    const asked = { ...run, target: backend.target, clock, fleet, only: shared && new Set(devices) };
    await readCloudMetrics(asked);
    const answers = await readCloudAnswers(asked);
    return await account({ ...run, devices, answers }, sent, (user + system) / 1e6);
  } finally {
    await viewer.stop();
  }
}

/** The sample times that this run used, with a second of room, for the history sweep. */
function sampleWindow(plan: Plan, shift: number | 'live', fleet: FleetResult): SampleWindow {
  if (shift === 'live') return { from: fleet.firstSentAt - 60_000, to: fleet.lastDoneAt + 1000 };
  return { from: plan.firstSampleTime + shift, to: plan.lastSampleTime + shift + 1000 };
}

/** Whether all that was timed was timed by one clock: the stand-in is on this machine, and no other machine has a shard. */
function isOneClock({ embedded, target: { pid } }: Backend, shared: unknown): boolean {
  return embedded || (shared === undefined && pid !== undefined && isRunning(pid));
}

/** Joins all logs, and says what became of every update. */
async function account(
  run: Run & { readonly devices: readonly string[]; readonly answers: boolean },
  { fleet, slices, lateSeconds, begunAt, cores }: Sent,
  cpuSeconds: number,
): Promise<Summary> {
  const { options, files, plan, backend, reporter, shared, devices, answers } = run;
  reporter.step('analyse', 'Joining what was sent with what was stored and seen');
  const { ingest, cpuSeconds: standInCpuSeconds } = await backend.finish(files.ingest, shared && new Set(devices));
  const sent = await sentLogs(files.dir);
  const findings = await analyseRun({
    sent,
    ...(existsSync(files.received) ? { received: files.received } : {}),
    ...(existsSync(files.history) ? { history: files.history } : {}),
    ...(ingest || answers ? { ingest: files.ingest } : {}),
    trackerAnswers: options.transport === 'tracker',
    fatesOut: files.fates,
  });
  const clock = isOneClock(backend, shared) ? undefined : await readClockOffset();
  const interrupted = fleet.interrupted || run.ending.stop.aborted;
  const summary = summarise({
    out: files.dir,
    plan,
    fleet,
    findings,
    cpuSeconds,
    standInCpuSeconds,
    coresWhileSending: cores,
    interrupted,
    lagLimitMs: options.lagLimitMs,
    thresholds: parseThresholds(options.thresholds, options.phases),
    slices,
    lateSeconds,
    phases:
      options.phases &&
      (await phaseFigures(
        options.phases,
        sent.map((file) => ({ file, start: begunAt, pauses: fleet.pauses })),
      )),
    clock,
  });
  const { response, service, late, lag } = fleet;
  const { publishToStore, endToEnd, endToEndEarliest } = findings;
  const histograms = { response, service, late, lag, publishToStore, endToEnd, endToEndEarliest };
  await files.write('latency.hlog', histogramLog(histograms, fleet.firstSentAt, fleet.lastDoneAt));
  await files.write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
  return summary;
}

/** What a figure depends on beside the plan. */
function versions(): Record<string, string> {
  return { simctl: version(), node: process.version, system: `${process.platform} ${process.arch}, ${release()}` };
}
