import type { Progress } from '../../src/dashboard/reporter.ts';

const none = { count: 0, p50: 0, p90: 0, p95: 0, p99: 0, p999: 0, max: 0 };

/** A run that goes on, of which `over` says what matters. */
export function progress(over: Partial<Progress> = {}): Progress {
  return {
    stage: 'running',
    devices: 10,
    connected: 9,
    connectFailed: 1,
    connectFailures: { 'not-authorised': { devices: 1, first: 'SLE-1: no' } },
    startedAt: 1,
    now: 2,
    pausedMs: 0,
    sent: 6,
    acknowledged: 5,
    failed: 1,
    unknown: 0,
    disconnects: 0,
    reconnects: 0,
    redeliveries: 0,
    inFlight: 2,
    failures: { 'no "answer"': 1 },
    response: { ...none, p99: 12.5 },
    service: none,
    late: none,
    lag: none,
    workers: [],
    planned: 100,
    scheduledMs: 0,
    seen: 4,
    ...over,
  };
}
