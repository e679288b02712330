import { encodeHistogram, newHistogram } from '../histogram.ts';
import { type Attempt, senderVerdict } from '../model.ts';
import { newRecorder } from '../recorder.ts';
import type { ConnectionCounts } from '../transports/connections.ts';
import { type Counts, LATENCIES, type Latencies } from './protocol.ts';

/** Counts and times of one shard's attempts. */
export interface Tally {
  record(attempt: Attempt): void;
  /** `begun`: the attempts so far, those in flight included. */
  counts(begun: number, connections?: ConnectionCounts): Counts;
  /** The histograms since the last call; they are added to the total and start anew. */
  interval(): Latencies;
  /** All attempts' histograms, including those not yet taken as an interval. */
  total(): Latencies;
  /** Epoch ms; 0 where nothing was sent. */
  span(): { firstSentAt: number; lastDoneAt: number };
}

const NO_CONNECTIONS: ConnectionCounts = { disconnects: 0, reconnects: 0, redeliveries: 0 };

export function newTally(): Tally {
  const fresh = () => ({
    response: newHistogram(),
    service: newHistogram(),
    late: newHistogram(),
    lag: newHistogram(),
  });
  const [interval, total] = [fresh(), fresh()];
  const recorders = {
    response: newRecorder(interval.response),
    service: newRecorder(interval.service),
    late: newRecorder(interval.late),
    lag: newRecorder(interval.lag),
  };
  const verdicts = { acknowledged: 0, failed: 0, unknown: 0 };
  const failures: Record<string, number> = {};
  let [sent, firstSentAt, lastDoneAt] = [0, 0, 0];

  const encode = ({ response, service, late, lag }: typeof total): Latencies => ({
    response: encodeHistogram(response),
    service: encodeHistogram(service),
    late: encodeHistogram(late),
    lag: encodeHistogram(lag),
  });
  const settle = () => {
    for (const name of LATENCIES) recorders[name].flush();
  };
  const fold = () => {
    settle();
    for (const name of LATENCIES) {
      total[name].add(interval[name]);
      interval[name].reset();
    }
  };

  return {
    record({ dueAt, readyAt, sentAt, doneAt, failure }) {
      sent++;
      if (firstSentAt === 0) firstSentAt = sentAt;
      lastDoneAt = doneAt;
      verdicts[senderVerdict(failure)]++;
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
    interval() {
      settle();
      const taken = encode(interval);
      fold();
      return taken;
    },
    total() {
      fold();
      return encode(total);
    },
    span: () => ({ firstSentAt, lastDoneAt }),
  };
}
