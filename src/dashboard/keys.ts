/** What keys may do to the run that a screen shows. */
export interface Keys {
  /** q, and ctrl-c: ends it in good order; asked again, at once. */
  stop(): void;
  /** The run is somebody else's: `stop` ends the watching alone. */
  readonly watching?: boolean;
  /** What `stop` does, for the help. */
  readonly stopText: string;
  /** p: holds it, or lets it go on. Absent where that is somebody else's. */
  readonly pause?: () => void;
}
