/** What a rate of a run is over: a person's hand is no property of the backend. */
interface Sent {
  readonly acknowledged?: number;
  readonly seconds: number;
  /** Of `seconds`, those in which all of it was held. */
  readonly pausedSeconds?: number;
}

/** Acknowledged updates a second of the time in which it was not held; undefined where that is none. */
export function throughputOf({ acknowledged = 0, seconds, pausedSeconds = 0 }: Sent): number | undefined {
  const sending = seconds - pausedSeconds;
  return sending > 0 ? acknowledged / sending : undefined;
}
