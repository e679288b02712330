/**
 * What a function did, as metrics: one line of its output for each invocation, in CloudWatch's embedded metric format,
 * which makes metrics of it without a call. The stand-in reads the same line.
 */
import type { IngestLine } from '../../src/logs.ts';
import { printLine } from './print-line.ts';

export const NAMESPACE = 'simctl';

/** The part of Lambda's context that is read. */
export interface InvocationContext {
  readonly functionName: string;
}

/** Entries by what the tracker made of them. What its filter left out is `Accepted`: it answers both alike. */
interface Counts {
  Accepted: number;
  RefusedAsOlder: number;
  /** For another reason, by the tracker or before it. */
  Refused: number;
  /** The call failed; they come again. */
  Failed: number;
}

export class IngestMetrics {
  readonly #counts: Counts = { Accepted: 0, RefusedAsOlder: 0, Refused: 0, Failed: 0 };
  /** Entries of each write. */
  readonly #writes: number[] = [];

  count(what: keyof Counts): void {
    this.#counts[what]++;
  }

  answered({ code, message }: Pick<IngestLine, 'code' | 'message'>): void {
    this.count(
      code === undefined
        ? 'Accepted'
        : /^timestamps older than already/.test(message ?? '')
          ? 'RefusedAsOlder'
          : 'Refused',
    );
  }

  wrote(entries: number): void {
    this.#writes.push(entries);
  }

  /** To the function's log stream. */
  print({ functionName }: InvocationContext, now: number): void {
    const Metrics = [...Object.keys(this.#counts), ...(this.#writes.length > 0 ? ['BatchSize'] : [])].map((Name) => ({
      Name,
      Unit: 'Count',
    }));
    const directive = { Namespace: NAMESPACE, Dimensions: [['FunctionName']], Metrics };
    printLine({
      _aws: { Timestamp: now, CloudWatchMetrics: [directive] },
      FunctionName: functionName,
      ...this.#counts,
      ...(this.#writes.length > 0 ? { BatchSize: this.#writes.slice(0, 100) } : {}),
    });
  }
}
