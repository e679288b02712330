/** Beside `Transport`, for those whose devices have connections of their own: how these fare, and harm done to them. */

export interface ConnectionCounts {
  /** Connections lost, … */
  readonly disconnects: number;
  /** … and made again. */
  readonly reconnects: number;
  /** Messages sent again, marked as duplicates. */
  readonly redeliveries: number;
}

export interface Connections {
  counts(): ConnectionCounts;
  /** @returns undefined where the device has no connection at the moment, so that nothing is done. */
  harm(deviceId: string, harm: Harm): Harmed | undefined;
}

export type Harm =
  /** The connection drops; `atOnce`: without the pause in which devices usually come back. */
  | { readonly kind: 'drop'; readonly atOnce: boolean }
  /** The connection drops, and none is made before the end. */
  | { readonly kind: 'cut' }
  /** Nothing gets through in either direction, and nothing says so. */
  | { readonly kind: 'silence' }
  /** The device looks at its connection only every so often. */
  | { readonly kind: 'slow'; readonly everyMs: number };

export interface Harmed {
  /** Ends what lasts (`cut`, `slow`); of the others nothing is left to end. */
  end(): void;
  /** Resolves once the device has a connection again, and at its usual speed; never where everything closes before. */
  readonly back: Promise<void>;
}

/** What a transport adds that has them. */
export interface WithConnections {
  readonly connections: Connections;
}

export function connectionsOf(transport: object): Connections | undefined {
  return (transport as Partial<WithConnections>).connections;
}
