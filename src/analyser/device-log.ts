/** One device's lines; the columns of a log are equally long, and in the log's order. */
export interface DeviceLog {
  /** `failure` is an index of `Evidence.codes`, −1 where there is none. */
  readonly sent: Columns<'seq' | 'sampleTime' | 'sentAt' | 'failure'>;
  readonly received: Columns<'sampleTime' | 'notBefore' | 'seenAt'>;
  readonly stored: Columns<'sampleTime' | 'receivedTime'>;
  /** Windows of sample time, [from, to), over which the whole history was read, and how much there was. */
  readonly swept: Columns<'from' | 'to' | 'stored'>;
  /** `code` as `failure`; `message` an index of `messages`. */
  readonly ingest: Columns<'sampleTime' | 'code' | 'message'>;
  readonly messages: readonly string[];
  /** Ingest lines without a sample time. */
  readonly nameless: number;
}

export type Columns<Name extends string> = Readonly<Record<Name, Float64Array>>;
