import { BatchUpdateDevicePositionCommand, type LocationClient } from '@aws-sdk/client-location';
import { locationClient } from '../aws.ts';
import type { Clock } from '../clock.ts';
import { codeOf, messageOf } from '../errors.ts';
import type { PositionUpdate } from '../model.ts';
import { trackerEntry } from '../tracker-entry.ts';
import { trackerOf } from '../tracker-of.ts';
import { beatLength, newBeat } from './session/beat.ts';
import type { TransportSettings } from './settings.ts';
import { TrackerQueue } from './tracker-queue.ts';
import { SendFailure, type Transport } from './transport.ts';

/** The official client, or what stands in for it in a test. */
export interface TrackerClient {
  send: LocationClient['send'];
  destroy(): void;
}

/**
 * Straight to Amazon Location, without connections of the devices: updates of all devices share requests of up to ten,
 * per tracker, under one limit of requests per second. What an update waits for its request is part of its service
 * time; `ackTimeoutMs` runs from when the request leaves. `legacySwap` has no meaning here: nothing goes over the topic.
 */
export async function trackerTransport(
  settings: TransportSettings,
  clock: Clock,
  client?: TrackerClient,
): Promise<Transport> {
  const { target, lingerMs, ackTimeoutMs, ratePerSecond } = settings;
  const location = client ?? (await locationClient(target));
  const beat = newBeat(clock, beatLength(ackTimeoutMs));
  const underway = new Set<AbortController>();
  let closed: Promise<void> | undefined;

  async function write(tracker: string, updates: readonly PositionUpdate[]): Promise<Map<string, SendFailure>> {
    const abort = new AbortController();
    const since = beat.count;
    const deadline = {
      onBeat(count: number) {
        if (count - since >= beat.beats(ackTimeoutMs)) abort.abort();
      },
    };
    beat.join(deadline);
    underway.add(abort);
    try {
      const { Errors = [] } = await location.send(
        new BatchUpdateDevicePositionCommand({
          TrackerName: tracker,
          Updates: updates.map(trackerEntry),
        }),
        { abortSignal: abort.signal },
      );
      // The call succeeds even where no entry did.
      return new Map(
        Errors.map(({ DeviceId, Error: error }) => [
          DeviceId ?? '',
          new SendFailure(`tracker:${error?.Code ?? 'Unknown'}`, error?.Message ?? 'the tracker gave no reason'),
        ]),
      );
    } catch (error) {
      if (closed !== undefined) throw new SendFailure('interrupted', 'cut off by the end of the run', error);
      if (abort.signal.aborted) throw new SendFailure('no-answer', `no answer within ${ackTimeoutMs} ms`, error);
      throw requestFailure(error, tracker);
    } finally {
      underway.delete(abort);
      beat.leave(deadline);
    }
  }

  const turn = limiter(ratePerSecond, clock);
  const queues = Array.from({ length: target.trackerCount }, (_, i) => {
    const tracker = `${target.trackerPrefix}${i}`;
    return new TrackerQueue({ clock, lingerMs, turn, write: (updates) => write(tracker, updates) });
  });

  return {
    async connect(_deviceId, signal) {
      if (signal.aborted || closed !== undefined) throw new SendFailure('interrupted');
    },
    send: (update) => queues[trackerOf(update.deviceId, target.trackerCount)]!.add(update),
    close() {
      closed ??= Promise.resolve().then(async () => {
        for (const abort of underway) abort.abort();
        await Promise.all(queues.map((queue) => queue.close()));
        location.destroy();
      });
      return closed;
    },
  };
}

/**
 * Turns at even distances: AWS counts requests per second, and lets at most 80 % of them come at once. Resolves `false`
 * once the clock has stopped.
 */
export function limiter(perSecond: number | undefined, clock: Clock): () => Promise<boolean> {
  if (perSecond === undefined) return () => Promise.resolve(true);
  const distance = 1000 / perSecond;
  let next = 0;
  return () => {
    const mine = Math.max(next, clock.now());
    next = mine + distance;
    return clock.until(mine);
  };
}

/** Why a whole request failed, after the SDK's own retries. */
function requestFailure(error: unknown, tracker: string): SendFailure {
  const name = error instanceof Error ? error.name : '';
  const code = codeOf(error) ?? '';
  const text = messageOf(error);
  if (name === 'ThrottlingException')
    return new SendFailure('throttled', `more requests a second than the account allows: ${text}`, error);
  if (name === 'CredentialsProviderError')
    return new SendFailure('no-credentials', `no AWS credentials were found: ${text}`, error);
  if (/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/.test(code))
    return new SendFailure('unreachable', `cannot reach Amazon Location: ${text || code}`, error);
  if (/^(ECONNRESET|EPIPE|ETIMEDOUT)$/.test(code) || name === 'TimeoutError')
    return new SendFailure('connection-lost', `the connection to Amazon Location broke: ${text || code}`, error);
  return new SendFailure(`tracker:${name || 'Error'}`, `${tracker}: ${text}`, error);
}
