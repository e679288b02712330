/** The stand-in's process: told its options by the parent, and gone with it. */
import { EXIT, packError } from '../errors.ts';
import type { FromStandIn, ToStandIn } from './spawn.ts';
import { openStandIn } from './stand-in.ts';
import type { RunningStandIn } from './stand-in-options.ts';

let running: Promise<RunningStandIn> | undefined;
let stopping = false;

// A log that cannot be written must not end what it is the log of.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
const log = (line: string) => void process.stderr.write(`${new Date().toISOString()} ${line}\n`);
const tell = (message: FromStandIn) => new Promise<void>((resolve) => process.send!(message, () => resolve()));

process.on('message', (message: ToStandIn) => {
  if (message.do === 'start') void start(message.options);
  else if (message.do === 'tell') void tellStatus(message.everyMs);
  else void stop();
});
process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());
process.on('disconnect', () => process.exit());

/** It cannot go on: what it would say from here on could not be kept. */
function fail(error: Error): void {
  const { hint } = error as { hint?: string };
  log(`${error.message}. ${hint ?? ''}`);
  void tell({ is: 'failed', error: packError(error) }).then(() => process.exit(EXIT.setup));
}

async function start(options: Extract<ToStandIn, { do: 'start' }>['options']): Promise<void> {
  try {
    running = openStandIn(options, log, fail);
    const { target } = await running;
    await tell({ is: 'ready', target });
  } catch (error) {
    await tell({ is: 'failed', error: packError(error) });
    process.exit(1);
  }
}

async function tellStatus(everyMs: number): Promise<void> {
  const standIn = await running;
  if (standIn) setInterval(() => stopping || void tell({ is: 'status', status: standIn.status() }), everyMs).unref();
}

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  try {
    const standIn = await running;
    if (standIn) await tell({ is: 'stopped', report: await standIn.stop() });
    process.exit(0);
  } catch (error) {
    fail(error as Error);
  }
}
