import { type Attempt, senderVerdict } from '../model.ts';
import { newRecorder } from '../recorder.ts';
import type { ConnectionCounts } from '../transports/connections.ts';
import { addAllRecorded, encodeLatencies, newHistograms } from './latencies.ts';
import type { Counts, Latencies, RecordedLatencies } from './protocol.ts';

/** Counts and times of one shard's attempts. */
export interface Tally {
  record(attempt: Attempt): void;
  /** `begun`: the attempts so far, those in flight included. */
  counts(begun: number, connections?: ConnectionCounts): Counts;
  /** What was recorded since the last call; it is added to the total. */
  interval(): RecordedLatencies;
  /** All attempts' histograms, including those not yet taken as an interval. */
  total(): Latencies;
  /** due → sent, of all attempts together, ms. */
  lateMs(): number;
  /** Epoch ms; 0 where nothing was sent. */
  span(): { firstSentAt: number; lastDoneAt: number };
}

const NO_CONNECTIONS: ConnectionCounts = { disconnects: 0, reconnects: 0, redeliveries: 0 };

export function newTally(): Tally {
  const recorders = { response: newRecorder(), service: newRecorder(), late: newRecorder(), lag: newRecorder() };
  const total = newHistograms();
  const verdicts = { acknowledged: 0, failed: 0, unknown: 0 };
  const failures: Record<string, number> = {};
  let [sent, firstSentAt, lastDoneAt, lateMs] = [0, 0, 0, 0];

  const interval = (): RecordedLatencies => {
    const { response, service, late, lag } = recorders;
    const taken = { response: response.take(), service: service.take(), late: late.take(), lag: lag.take() };
    addAllRecorded(total, taken);
    return taken;
  };

  return {
    record({ dueAt, readyAt, sentAt, doneAt, failure }) {
      sent++;
      // The first that was sent need not be the first that was answered.
      if (firstSentAt === 0 || sentAt < firstSentAt) firstSentAt = sentAt;
      lastDoneAt = doneAt;
      verdicts[senderVerdict(failure)]++;
      lateMs += sentAt - dueAt;
      recorders.late.record(sentAt - dueAt);
      recorders.lag.record(sentAt - readyAt);
      // A failure's time says how long failing took, not how fast the service is.
      if (failure !== undefined) {
        failures[failure] = (failures[failure] ?? 0) + 1;
        return;
      }
      recorders.response.record(doneAt - dueAt);
      recorders.service.record(doneAt - sentAt);
    },
    counts: (begun, connections = NO_CONNECTIONS) => ({
      sent,
      ...verdicts,
      inFlight: begun - sent,
      failures: { ...failures },
      ...connections,
    }),
    interval,
    total() {
      interval();
      return encodeLatencies(total);
    },
    lateMs: () => lateMs,
    span: () => ({ firstSentAt, lastDoneAt }),
  };
}
