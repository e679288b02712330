/** Calls to the IoT control plane: at the rate it allows, and again where that helps. */
import type { Clock } from '../clock.ts';
import { codeOf, messageOf, SetupError } from '../errors.ts';
import { createLimiter } from './limiter.ts';
import type { CallsPerSecond } from './rate-limits.ts';

/** One call: `send` is made again after throttling and outages. `repeatable: false`: not where it may have been done. */
export type Call = <T>(operation: string, send: () => Promise<T>, options?: CallOptions) => Promise<T>;

export interface CallOptions {
  /** Whether the call may be made again though it may have been carried out. Default true: nearly all are idempotent. */
  readonly repeatable?: boolean;
  /** Names of further errors that pass by waiting. */
  readonly passing?: readonly string[];
}

/** The work was asked to stop; what is in the middle waits for the next time. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
  }
}

const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

export interface ControlPlaneOptions {
  readonly clock: Clock;
  readonly callsPerSecond: CallsPerSecond;
  /** 0 … 1, for the spread of the pauses. */
  readonly random: () => number;
}

/** @returns a `Call` whose errors are the SDK's own, or `Interrupted` once the clock has been stopped. */
export function controlPlane({ clock, callsPerSecond, random }: ControlPlaneOptions): Call {
  const limiter = createLimiter(clock, callsPerSecond);
  return async (operation, send, { repeatable = true, passing = [] } = {}) => {
    for (let attempt = 1; ; attempt++) {
      if (!(await limiter.take(operation))) throw new Interrupted();
      try {
        const answer = await send();
        limiter.succeeded(operation);
        return answer;
      } catch (error) {
        const throttled = isThrottled(error);
        if (throttled) limiter.throttled(operation);
        const again = throttled || passing.includes(nameOf(error)) || (repeatable && mayHaveBeenDone(error));
        if (!again || attempt === ATTEMPTS) throw error;
        const pause = random() * Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
        if (!(await clock.until(clock.now() + pause))) throw new Interrupted();
      }
    }
  };
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
}

/** HTTP 400 with this name in IoT, 429 elsewhere. */
function isThrottled(error: unknown): boolean {
  return (
    nameOf(error) === 'ThrottlingException' || nameOf(error) === 'TooManyRequestsException' || statusOf(error) === 429
  );
}

const LOST_ON_THE_WAY = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED']);

/** No answer, or one that does not say: the service may have carried the call out, or not. */
export function mayHaveBeenDone(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== undefined && status >= 500) return true;
  return nameOf(error) === 'TimeoutError' || LOST_ON_THE_WAY.has(codeOf(error) ?? '');
}

/** Resolves undefined instead of rejecting where what the call is about is not there. */
export async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (nameOf(error) === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** What went wrong, for whoever must mend it. Our own errors and interruptions pass as they are. */
export function explain(error: unknown, target: string): unknown {
  const name = nameOf(error);
  const status = statusOf(error);
  if (error instanceof Interrupted || error instanceof SetupError) return error;
  if (status === undefined && codeOf(error) === undefined && !name.includes('Credentials')) return error;
  const hint =
    status === 401 || status === 403 || name.includes('Credentials') || name === 'UnrecognizedClientException'
      ? 'Look at whose credentials these are, and that they may use iot: create, attach, list and delete.'
      : codeOf(error) === 'ECONNREFUSED'
        ? 'Is the stand-in still running?'
        : 'What is done stays; the same command goes on from there.';
  return new SetupError(`${target} refused or did not answer: ${name}: ${messageOf(error)}`, { hint, cause: error });
}
