/** The query API (infra/lambdas/get-positions) as the page asks it. */
import type { ListedPosition } from '../../../src/receiver/poll.ts';
import type { Config } from '../config.ts';

/** A device as trackers list it: the motion is there where its receiver said it. */
export interface ListedDevice extends ListedPosition {
  /** Metres. */
  readonly Accuracy?: { readonly Horizontal?: number };
  /** `speed` (m/s) and `heading` (degrees clockwise from north), as text. */
  readonly PositionProperties?: Readonly<Record<string, string>>;
}

export interface StoredFix {
  /** Epoch ms, by the device. */
  readonly sampleTime: number;
  readonly position: readonly [longitude: number, latitude: number];
}

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly token?: string;
  /** Epoch ms. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** An answer that is none. `status` is 0 where nothing came back. */
export class AskFailure extends Error {
  readonly status: number;
  /** What the server asked us to wait, ms. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'AskFailure';
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** All throw AskFailure. */
export interface Api {
  list(tracker: string, token: string | undefined, signal: AbortSignal): Promise<Page<ListedDevice>>;
  /** The tracker of a device by its id alone. */
  trackerOf(deviceId: string, signal: AbortSignal): Promise<string>;
  /** Its newest position; undefined where nothing is stored. */
  device(tracker: string, deviceId: string, signal: AbortSignal): Promise<Page<ListedDevice> | undefined>;
  /** All that is stored over [from, to) of sample time, ascending. */
  history(tracker: string, deviceId: string, from: number, to: number, signal: AbortSignal): Promise<StoredFix[]>;
}

export interface AskOptions {
  readonly config: Pick<Config, 'api' | 'auth'>;
  /** Awaited before each request: the read quota. */
  readonly admit: (signal: AbortSignal) => Promise<void>;
  /** Epoch ms. */
  readonly now: () => number;
  /** The value of the header that the API asks for. */
  readonly credential?: () => string | undefined;
  readonly fetch?: typeof fetch;
}

/** API Gateway gives up on its function after 30 s. */
const TIMEOUT_MS = 30_000;

export function queryApi({ config, admit, now, credential, fetch = globalThis.fetch }: AskOptions): Api {
  async function get(resource: string, parameters: Record<string, string | undefined>, signal: AbortSignal) {
    await admit(signal);
    const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const value = credential?.();
    const headers = config.auth && value ? { [config.auth.header]: value } : {};
    const askedAt = now();
    try {
      const response = await fetch(`${config.api}/${resource}?${new URLSearchParams(given)}`, {
        headers,
        cache: 'no-store',
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const json = Object(await response.json().catch(() => ({}))) as Record<string, unknown>;
      if (!response.ok) {
        const said = typeof json.message === 'string' ? json.message : response.statusText;
        throw new AskFailure(response.status, said, retryAfter(response.headers.get('retry-after'), now()));
      }
      return { json, askedAt, answeredAt: now() };
    } catch (error) {
      if (error instanceof AskFailure || signal.aborted) throw error;
      throw new AskFailure(0, 'The API cannot be reached');
    }
  }

  async function page<Entry>(
    field: string,
    parameters: Record<string, string | undefined>,
    signal: AbortSignal,
  ): Promise<Page<Entry>> {
    const { json, ...times } = await get('getLocation', parameters, signal);
    const token = typeof json.NextToken === 'string' && json.NextToken !== '' ? json.NextToken : undefined;
    // A token that leads back to its own page would never end.
    if (!Array.isArray(json[field]) || (token !== undefined && token === parameters.nexttoken)) {
      throw new AskFailure(200, `The API's answer is no page of ${field}`);
    }
    return { entries: json[field] as Entry[], ...(token === undefined ? {} : { token }), ...times };
  }

  return {
    list: (trackername, nexttoken, signal) => page('Entries', { type: 'list', trackername, nexttoken }, signal),
    async trackerOf(deviceid, signal) {
      const { json } = await get('get-device-without-tracker', { deviceid }, signal);
      if (typeof json.TrackerName !== 'string') throw new AskFailure(200, "The API's answer names no tracker");
      return json.TrackerName;
    },
    async device(trackername, deviceid, signal) {
      try {
        const { json, ...times } = await get('getLocation', { type: 'device', trackername, deviceid }, signal);
        return { entries: [{ DeviceId: deviceid, ...json } as unknown as ListedDevice], ...times };
      } catch (error) {
        if (error instanceof AskFailure && error.status === 404) return undefined;
        throw error;
      }
    },
    async history(trackername, deviceid, from, to, signal) {
      const [start, end] = [new Date(from).toISOString(), new Date(to).toISOString()];
      const fixes: StoredFix[] = [];
      let nexttoken: string | undefined;
      try {
        do {
          const parameters = { type: 'history', trackername, deviceid, start, end, nexttoken };
          const { entries, token }: Page<ListedDevice> = await page('DevicePositions', parameters, signal);
          for (const { SampleTime, Position } of entries) {
            const [longitude, latitude] = Position as [number, number];
            fixes.push({ sampleTime: Date.parse(SampleTime), position: [longitude, latitude] });
          }
          nexttoken = token;
        } while (nexttoken !== undefined);
      } catch (error) {
        if (!(error instanceof AskFailure) || error.status !== 404) throw error;
      }
      return fixes.sort((a, b) => a.sampleTime - b.sampleTime);
    },
  };
}

/** @param text of the header: seconds, or a date. @returns ms from `now` */
export function retryAfter(text: string | null, now: number): number | undefined {
  if (!text) return undefined;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
