/** What the rule action `location` writes with: Amazon Location, without the way over HTTP. */
import type { IngestLine } from '../logs.ts';
import { decode } from '../wire.ts';
import type { Api } from './http.ts';
import type { LocationEntry } from './rules/actions/location.ts';
import { formatTimestamp } from './trackers/timestamps.ts';

/**
 * Writes one position. As there is no function that could print it, the tracker's answer is reported from here.
 * @throws Error with what the entry, or the call, is refused with.
 */
export function locationWriter(location: Api, report: (line: IngestLine) => void, now: () => number) {
  return async (entry: LocationEntry, payload: unknown): Promise<void> => {
    const refused = await write(location, entry);
    const seq = seqOf(payload);
    report({
      ingest: 1,
      at: now(),
      id: entry.deviceId,
      tracker: entry.trackerName,
      sampleTime: entry.sampleTime,
      ...(seq === undefined ? {} : { seq }),
      ...refused,
    });
    if (refused) throw new Error(`${refused.code}: ${refused.message}`);
  };
}

/** Any message may have a location action; only ours are counted. */
function seqOf(payload: unknown): number | undefined {
  try {
    return decode(payload).seq;
  } catch {
    return undefined;
  }
}

async function write(location: Api, { trackerName, deviceId, sampleTime, position }: LocationEntry) {
  const Updates = [{ DeviceId: deviceId, SampleTime: formatTimestamp(sampleTime), Position: position }];
  const reply = await location({
    method: 'POST',
    path: ['tracking', 'v0', 'trackers', trackerName, 'positions'],
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from(JSON.stringify({ Updates })),
  });
  const { status = 500, headers, body } = reply ?? {};
  if (status !== 200) {
    const { message } = body as { message: string };
    return { code: headers?.['x-amzn-errortype'] ?? 'Unknown', message };
  }
  const [error] = (body as { Errors: { Error: { Code: string; Message: string } }[] }).Errors;
  return error && { code: error.Error.Code, message: error.Error.Message };
}
