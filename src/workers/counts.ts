import type { Counts } from './protocol.ts';

export function noCounts(): Counts {
  return {
    sent: 0,
    acknowledged: 0,
    failed: 0,
    unknown: 0,
    inFlight: 0,
    failures: {},
    disconnects: 0,
    reconnects: 0,
    redeliveries: 0,
  };
}

export function addCounts(a: Counts, b: Counts): Counts {
  const failures = { ...a.failures };
  for (const [code, n] of Object.entries(b.failures)) failures[code] = (failures[code] ?? 0) + n;
  return {
    sent: a.sent + b.sent,
    acknowledged: a.acknowledged + b.acknowledged,
    failed: a.failed + b.failed,
    unknown: a.unknown + b.unknown,
    inFlight: a.inFlight + b.inFlight,
    failures,
    disconnects: a.disconnects + b.disconnects,
    reconnects: a.reconnects + b.reconnects,
    redeliveries: a.redeliveries + b.redeliveries,
  };
}
