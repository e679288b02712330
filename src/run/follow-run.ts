import type { Progress, Reporter } from '../dashboard/reporter.ts';
import { messageOf, SetupError, UsageError } from '../errors.ts';
import type { SnapshotLine } from './metrics-endpoint.ts';

/**
 * Shows a run of another process or machine until it ends, or `signal` says so.
 * @returns the last that was heard of it
 * @throws UsageError for what is no address, SetupError where nobody answers there
 */
export async function followRun(url: string, reporter: Reporter, signal: AbortSignal): Promise<Progress | undefined> {
  const body = await open(url, signal);
  let last: SnapshotLine | undefined;
  let rest = '';
  try {
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '') continue;
        const snapshot = JSON.parse(line) as SnapshotLine;
        if (snapshot.step !== last?.step) reporter.step(snapshot.step, `Watching ${url}`);
        last = snapshot;
        reporter.fleet(snapshot);
      }
    }
  } catch (error) {
    // Whoever runs it may end it in the middle of a line.
    if (!signal.aborted && error instanceof SyntaxError) throw noRun(url, error);
  }
  return last;
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
