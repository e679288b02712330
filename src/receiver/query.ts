/** The query API (infra/lambdas/get-positions) as a viewer asks it: pages, and patience with a server that is busy. */
import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { Signer } from '../signed-query.ts';
import { degreesOf, type ListedPosition } from './poll.ts';

/** An entry of GetDevicePositionHistory. Times are epoch ms. */
export interface HistoryPosition {
  readonly sampleTime: number;
  readonly receivedTime: number;
  /** [longitude, latitude], WGS84 degrees. */
  readonly position: readonly [number, number];
}

/** A page of an answer, and when it was asked for and had arrived (epoch ms). */
export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** Absent on the last page. */
  readonly token?: string;
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** An answer that is none. `status` is 0 where there was no HTTP answer. */
export class QueryFailure extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'QueryFailure';
    this.status = status;
  }
}

/** Both throw QueryFailure. */
export interface QueryApi {
  list(tracker: string, token?: string): Promise<Page<ListedPosition>>;
  /** All that is stored of a device over [from, to) of sample time; nothing where it is unknown. */
  history(tracker: string, deviceId: string, from: number, to: number): Promise<HistoryPosition[]>;
}

export interface QueryOptions {
  /** Up to and including the stage. */
  readonly endpoint: string;
  /** Once it is stopped, nothing is tried again. */
  readonly clock: Clock;
  /** Gives the headers that prove who asks, where the API wants to know. */
  readonly sign?: Signer;
  /** Cuts off what is in flight. */
  readonly signal: AbortSignal;
  /** How often a page is asked for before it counts as failed. */
  readonly tries: number;
  /** Awaited before each request; false: do not send it. */
  readonly admit?: () => Promise<boolean>;
  /** Called for each request that failed, whether it is tried again or not. */
  readonly onFailure: () => void;
}

/** API Gateway gives up on its function after 30 s. */
const TIMEOUT_MS = 30_000;
const BACK_OFF_MS = 100;
const LONGEST_BACK_OFF_MS = 5_000;

export function queryApi(options: QueryOptions): QueryApi {
  const endpoint = options.endpoint.replace(/\/+$/, '');

  async function pageOf<Entry>(
    field: string,
    parameters: Record<string, string>,
    token: string | undefined,
    readEntry: (entry: unknown) => Entry | undefined,
  ): Promise<Page<Entry>> {
    const query = new URLSearchParams(token === undefined ? parameters : { ...parameters, nexttoken: token });
    return await patiently(options, async () => {
      const { text, ...times } = await get(`${endpoint}/getLocation?${query}`, options);
      const { [field]: raw, NextToken } = read(text);
      const entries = Array.isArray(raw) ? raw.map(readEntry) : [undefined];
      // A token that leads back to its own page would never end.
      if (!entries.every((entry) => entry !== undefined) || (NextToken && NextToken === token)) {
        throw new QueryFailure(200, `the answer to ${query} is no page of ${field}: ${text.slice(0, 200)}`);
      }
      return { entries, ...(NextToken ? { token: String(NextToken) } : {}), ...times };
    });
  }

  return {
    // What cannot be read of a list, the view passes over.
    list: (trackername, token) =>
      pageOf('Entries', { type: 'list', trackername }, token, (entry) => (entry ?? {}) as ListedPosition),
    async history(trackername, deviceid, from, to) {
      const [start, end] = [new Date(from).toISOString(), new Date(to).toISOString()];
      const parameters = { type: 'history', trackername, deviceid, start, end };
      const positions: HistoryPosition[] = [];
      let token: string | undefined;
      try {
        do {
          const page: Page<HistoryPosition> = await pageOf('DevicePositions', parameters, token, readHistoryEntry);
          for (const position of page.entries) positions.push(position);
          token = page.token;
        } while (token !== undefined);
      } catch (error) {
        if (!isNothingStored(error)) throw error;
      }
      return positions;
    },
  };
}

/** Tries again, ever later, while the failure is one that may pass; @throws the last. */
async function patiently<T>(options: QueryOptions, ask: () => Promise<T>): Promise<T> {
  const { clock, signal, tries, admit, onFailure } = options;
  for (let n = 1; ; n++) {
    if (admit && !(await admit())) throw new QueryFailure(0, 'interrupted');
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof QueryFailure) || signal.aborted || isNothingStored(error)) throw error;
      onFailure();
      const wait = Math.min(LONGEST_BACK_OFF_MS, BACK_OFF_MS * 2 ** (n - 1));
      const { status } = error;
      const passing = status === 0 || status === 429 || status >= 500;
      if (!passing || n >= tries || !(await clock.until(clock.now() + wait))) throw error;
    }
  }
}

async function get(url: string, { clock, signal, sign }: QueryOptions) {
  // Not AbortSignal.any: in Node 20 the combined signals pile up for as long as `signal` lives.
  const cut = new AbortController();
  const abort = () => cut.abort(new Error('interrupted'));
  const timer = setTimeout(() => cut.abort(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    const askedAt = clock.now();
    const headers = sign === undefined ? {} : await sign(url);
    const response = await fetch(url, { signal: cut.signal, headers });
    const text = await response.text();
    const answeredAt = clock.now();
    if (!response.ok) throw new QueryFailure(response.status, `HTTP ${response.status} from ${url}: ${text}`);
    return { text, askedAt, answeredAt };
  } catch (error) {
    throw error instanceof QueryFailure ? error : new QueryFailure(0, `${url}: ${messageOf(error)}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** A history with an entry that cannot be read is not known whole, and proves nothing. */
function readHistoryEntry(entry: unknown): HistoryPosition | undefined {
  const { SampleTime, ReceivedTime, Position } = Object(entry) as Record<string, unknown>;
  const [sampleTime, receivedTime] = [Date.parse(String(SampleTime)), Date.parse(String(ReceivedTime))];
  const position = degreesOf(Position);
  if (position === undefined || Number.isNaN(sampleTime) || Number.isNaN(receivedTime)) return undefined;
  return { sampleTime, receivedTime, position };
}

function read(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/**
 * A device that the tracker knows nothing of is a 404, which is an answer. So is an address that leads nowhere (API
 * Gateway's "Not Found") or a tracker that does not exist; these say nothing of what is stored.
 */
function isNothingStored(error: unknown): boolean {
  if (!(error instanceof QueryFailure) || error.status !== 404) return false;
  return !/"message":\s*"(Not Found"|Tracker not found)/i.test(error.message);
}
