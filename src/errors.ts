/**
 * Errors sorted by who must act, and the exit code of each (docs/ARCHITECTURE.md has the table).
 * A failed send is none of these: it is an `Attempt` with a code, counted.
 */

export const EXIT = {
  done: 0,
  bug: 1,
  usage: 2,
  setup: 3,
  verdict: 4,
  interrupted: 130,
} as const;

interface Remedy {
  /** What to do about it; printed on a line of its own. */
  readonly hint?: string;
  readonly cause?: unknown;
}

abstract class SimctlError extends Error {
  abstract readonly exitCode: number;
  readonly hint: string | undefined;

  constructor(message: string, { hint, cause }: Remedy = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.hint = hint;
  }
}

/** The person at the keyboard must change a flag, a file or a setting. Exit code 2. */
export class UsageError extends SimctlError {
  readonly exitCode = EXIT.usage;
}

/** The surroundings must change: a port in use, an unreachable broker, a missing or expired certificate. Exit code 3. */
export class SetupError extends SimctlError {
  readonly exitCode = EXIT.setup;
}

/** The run could not go on, though it had begun: a full disk, a dead worker. Exit code 3. */
export class RunError extends SimctlError {
  readonly exitCode = EXIT.setup;
}

export type { SimctlError };

/** Whether `error` is one of ours, with a remedy, rather than a bug. */
export function isSimctlError(error: unknown): error is SimctlError {
  return error instanceof SimctlError;
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node system error (`ENOSPC`, `ECONNREFUSED`, …), if it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** An error as plain data, for the way between threads and processes, which keep neither class nor hint. */
export interface PackedError {
  readonly kind: 'usage' | 'setup' | 'run' | 'bug';
  readonly message: string;
  readonly hint?: string;
  readonly stack?: string;
}

export function packError(error: unknown): PackedError {
  const kind =
    error instanceof UsageError
      ? 'usage'
      : error instanceof SetupError
        ? 'setup'
        : error instanceof RunError
          ? 'run'
          : 'bug';
  const { hint, stack } = error instanceof Error ? (error as Error & Remedy) : ({} as Remedy & { stack?: string });
  return { kind, message: messageOf(error), ...(hint ? { hint } : {}), ...(stack ? { stack } : {}) };
}

export function unpackError({ kind, message, hint, stack }: PackedError): Error {
  const remedy = hint === undefined ? {} : { hint };
  if (kind === 'usage') return new UsageError(message, remedy);
  if (kind === 'setup') return new SetupError(message, remedy);
  if (kind === 'run') return new RunError(message, remedy);
  const bug = new Error(message);
  if (stack) bug.stack = stack;
  return bug;
}
