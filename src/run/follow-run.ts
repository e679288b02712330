import type { Progress, Reporter } from '../dashboard/reporter.ts';
import type { RunState } from '../dashboard/run-state.ts';
import { messageOf, SetupError, UsageError } from '../errors.ts';

/**
 * Shows a run of another process or machine until it ends, or `signal` says so.
 * @returns the last that was heard of it
 * @throws UsageError for what is no address, SetupError where nobody answers there
 */
export async function followRun(url: string, reporter: Reporter, signal: AbortSignal): Promise<Progress | undefined> {
  const body = await open(url, signal);
  let last: RunState | undefined;
  let rest = '';
  try {
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '') continue;
        const state = JSON.parse(line) as RunState;
        tell(reporter, state, last);
        last = state;
      }
    }
  } catch (error) {
    // Whoever runs it may end it in the middle of a line.
    if (!signal.aborted && error instanceof SyntaxError) throw noRun(url, error);
  }
  return last?.fleet;
}

/** What has changed since the line before. */
function tell(reporter: Reporter, state: RunState, before: RunState | undefined): void {
  if (state.step !== before?.step || state.text !== before.text) reporter.step(state.step, state.text);
  for (const note of state.notes.slice(before?.notes.length ?? 0)) reporter.note(note);
  if (state.total > 0) reporter.progress(state.done, state.total);
  if (state.fleet) reporter.fleet(state.fleet);
  if (state.stopping && !before?.stopping) reporter.stopping();
}

async function open(url: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UsageError(`"${url}" is no address of a run`, { hint: 'Such as http://127.0.0.1:9464.' });
  let response: Response;
  try {
    response = await fetch(new URL('/snapshots', url), { signal });
  } catch (error) {
    throw new SetupError(`nobody answers at ${url}: ${messageOf((error as Error).cause ?? error)}`, {
      cause: error,
      hint: 'Is the run going on, with --metrics, and reachable from here?',
    });
  }
  if (!response.ok || !response.body || !response.headers.get('content-type')?.includes('ndjson')) throw noRun(url);
  return response.body as ReadableStream<Uint8Array>;
}

function noRun(url: string, cause?: unknown): SetupError {
  return new SetupError(`what answers at ${url} is no run of simctl`, {
    ...(cause === undefined ? {} : { cause }),
    hint: 'Give the address that "simctl run --metrics" printed.',
  });
}
