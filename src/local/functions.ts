/** The account's functions, made of the handlers in `infra/lambdas`, and where what they print goes. */
import { join } from 'node:path';
import type { StoppableClock } from '../clock.ts';
import { openLineLog } from '../line-log.ts';
import type { IngestLine } from '../logs.ts';
import type { Metrics } from './cloudwatch/metrics.ts';
import { deadLetters } from './dead-letters.ts';
import { failureText, type Handler, LambdaFunction } from './lambda/lambda-function.ts';
import { captureOutput } from './lambda/output.ts';
import { LAMBDA_DEFAULTS, type LambdaSettings } from './lambda/settings.ts';

export interface FunctionsOptions {
  readonly dir: string;
  readonly clock: StoppableClock;
  readonly metrics: Metrics;
  readonly lambda: Partial<LambdaSettings>;
  /** The handler that stores positions: a folder of `infra/lambdas`. */
  readonly store: 'store-positions' | 'store-batches';
  /** Gets each asynchronous event that no attempt succeeded with: the function's dead-letter queue. */
  readonly onDropped: (functionName: string, event: unknown) => void;
  readonly log: (line: string) => void;
  /** The ingest log can no longer be written: what is stored from here on would look lost. */
  readonly fail: (error: Error) => void;
}

export interface Functions {
  /** Behind the topic rule. */
  readonly store: LambdaFunction;
  /** Behind the HTTP API. */
  readonly query: LambdaFunction;
  /** ingest.ndjson (src/logs.ts). */
  readonly ingestLog: string;
  /** Writes a line of it, for what is stored without a function. */
  report(line: IngestLine): void;
  /** Sets what the functions find in their environment, before they are first called. */
  environment(variables: Readonly<Record<string, string>>): void;
  close(): Promise<void>;
}

/** How soon a line can be read in the file. */
const FLUSH_MS = 100;
/** Viewers ask one after the other; this many of them at once are served. */
const QUERY_ENVIRONMENTS = 50;

/** From here, in the sources as in what is built of them. */
const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const moduleOf = (name: string) => new URL(`../../infra/lambdas/${name}/index.${suffix}`, import.meta.url).href;

export function createFunctions(options: FunctionsOptions): Functions {
  const { dir, clock, metrics, lambda, store, onDropped, log, fail } = options;
  const ingestLog = join(dir, 'ingest.ndjson');
  const lines = openLineLog(ingestLog, { append: true });
  lines.failed.catch(fail);
  const flushing = setInterval(() => void lines.flush().catch(() => {}), FLUSH_MS);
  const output = captureOutput();
  const record = deadLetters(dir, clock.now, log);

  const create = (name: string, settings: LambdaSettings) => {
    const print = (line: string) => {
      if (line.startsWith('{"ingest":1,')) lines.write(line);
      else if (!metrics.ofLine(line)) log(`${name}: ${line}`);
    };
    return new LambdaFunction({
      name,
      settings,
      clock,
      // A module of another address is another module, with its own state: an environment.
      load: async (environment) =>
        ((await import(`${moduleOf(name)}?environment=${environment}`)) as { handler: Handler }).handler,
      inside: (run) => output.into(print, run),
      onInvocation({ durationMs, failed, concurrency }) {
        metrics.ofFunction(name, 'Invocations', 1);
        metrics.ofFunction(name, 'Errors', failed ? 1 : 0);
        metrics.ofFunction(name, 'Duration', durationMs);
        metrics.ofFunction(name, 'ConcurrentExecutions', concurrency);
      },
      onThrottle: () => metrics.ofFunction(name, 'Throttles', 1),
      onError: (error) => print(failureText(error)),
      onDropped(event, error) {
        record(name, event, error);
        onDropped(name, event);
      },
    });
  };

  const settings = { ...LAMBDA_DEFAULTS, ...lambda };
  return {
    store: create(store, settings),
    query: create('get-positions', { ...LAMBDA_DEFAULTS, environments: QUERY_ENVIRONMENTS }),
    ingestLog,
    report: (line) => lines.write(JSON.stringify(line)),
    environment(variables) {
      // Nothing of the user's own account may reach a function here.
      for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
      Object.assign(process.env, variables, { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' });
      // The SDK's wish for another Node would be the last thing in the log whenever that is quoted.
      process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
    },
    async close() {
      clearInterval(flushing);
      output.end();
      await lines.close();
    },
  };
}
