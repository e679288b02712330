/**
 * The ingest log of a deployed stack: the lines that the ingest function printed (infra/lambdas/write-positions.ts), read
 * back from its log group in CloudWatch Logs, as the stand-in's ingest.ndjson has them.
 */
import { appendFile, rm } from 'node:fs/promises';
import type { CloudWatchLogsClient, FilterLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { cloudWatchLogsClient } from '../aws.ts';
import type { Clock } from '../clock.ts';
import { openLineLog } from '../line-log.ts';
import type { IngestLine } from '../logs.ts';
import { pause } from './pause.ts';
import { cannotWriteFile } from './run-directory.ts';

export interface AnswersOptions {
  readonly region: string;
  readonly logGroup: string;
  /** When the first update was sent and the last one was done, epoch ms. */
  readonly window: { readonly from: number; readonly to: number };
  /** How many updates the backend acknowledged: so many answers there should be, or more. */
  readonly expected: number;
  /** The lines of these devices; undefined: of all. */
  readonly only?: ReadonlySet<string> | undefined;
  /** Is written anew. */
  readonly file: string;
  readonly clock: Clock;
  readonly abort: AbortSignal;
  readonly client?: Pick<CloudWatchLogsClient, 'send'>;
}

/** "1 MB of log events or up to 10,000 log events" a page (API reference, FilterLogEvents). */
const PER_PAGE = 10_000;
/** The function's clock and ours may differ; lines of other runs do no harm. */
const ROOM_MS = 60_000;
/** A line can be found seconds after it was printed, at times a minute: the log is read until it no longer grows. */
const EVERY_MS = 15_000;
const NOT_BEFORE_MS = 60_000;
const AT_MOST_MS = 300_000;

/**
 * Writes `file` once the log holds the whole run, or no longer grows. Where it had to end earlier the file ends in half a
 * line, as any log that was cut off: the analyser then takes no missing answer for proof that an update was lost.
 * @returns how many lines, and whether they are all that there are.
 */
export async function writeAnswers({
  region,
  logGroup,
  window,
  expected,
  only,
  file,
  clock,
  abort,
  client,
}: AnswersOptions): Promise<{ lines: number; settled: boolean }> {
  const asking = client ?? (await cloudWatchLogsClient({ region }));
  let before: number | undefined;
  for (;;) {
    await rm(file, { force: true });
    const log = openLineLog(file);
    let lines = 0;
    try {
      for await (const page of pagesOf(asking, { logGroup, from: window.from - ROOM_MS, to: clock.now() }, abort)) {
        for (const line of page) {
          if (only?.has(line.id) === false) continue;
          log.write(line.text);
          lines++;
        }
        await log.flush();
      }
    } finally {
      await log.close();
    }
    const now = clock.now();
    const settled = !abort.aborted && lines === before && (lines >= expected || now >= window.to + NOT_BEFORE_MS);
    if (settled) return { lines, settled };
    if (abort.aborted || now >= window.to + AT_MOST_MS) {
      await appendFile(file, '{"ingest":1,').catch((error) => {
        throw cannotWriteFile(file, error);
      });
      return { lines, settled };
    }
    before = lines;
    await pause(clock, EVERY_MS, abort);
  }
}

interface Page {
  readonly logGroup: string;
  readonly from: number;
  readonly to: number;
}

async function* pagesOf(
  client: Pick<CloudWatchLogsClient, 'send'>,
  { logGroup, from, to }: Page,
  abort: AbortSignal,
): AsyncGenerator<{ id: string; text: string }[]> {
  const { FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const request = {
    logGroupName: logGroup,
    startTime: from,
    endTime: to,
    filterPattern: '{ $.ingest = 1 }',
    limit: PER_PAGE,
  };
  let nextToken: string | undefined;
  do {
    const more = nextToken === undefined ? {} : { nextToken };
    const page: FilterLogEventsCommandOutput = await client.send(new FilterLogEventsCommand({ ...request, ...more }));
    // A page may be empty, and not the last.
    yield (page.events ?? []).flatMap(({ message = '' }) => lineOf(message) ?? []);
    nextToken = page.nextToken;
  } while (nextToken !== undefined && !abort.aborted);
}

/** The text as it was printed, if it is a line of an ingest log. */
function lineOf(message: string): { id: string; text: string } | undefined {
  try {
    const { ingest, id } = JSON.parse(message) as Partial<IngestLine>;
    return ingest === 1 && typeof id === 'string' ? { id, text: message.trim() } : undefined;
  } catch {
    return undefined;
  }
}
