/**
 * The lines of a run's logs: one JSON object a line, times in epoch milliseconds. Writers are `workers/send-log.ts`
 * (sent-*.ndjson), `receiver/` (received.ndjson, history.ndjson) and the ingest handler (ingest.ndjson); the analyser
 * reads them all, joined on (device id, sample time).
 */
import type { FailureCode, Position } from './model.ts';

/** sent-*.ndjson: one attempt. `failure` is absent where it was acknowledged. */
export interface SentLine {
  id: string;
  seq: number;
  sampleTime: number;
  position: Position;
  dueAt: number;
  sentAt: number;
  doneAt: number;
  failure?: FailureCode;
}

/**
 * sent-*.ndjson, among the attempts: what was done on purpose to connections of its devices (workers/inflict.ts): it began,
 * its time was over (of what lasts), or all devices were back.
 */
export interface FaultLine {
  /** As fault.ts reads it. */
  fault: string;
  did: 'begin' | 'end' | 'back';
  /** Which of its moments, from 0; absent in logs of before. */
  round?: number;
  at: number;
  /** How many devices of this log. */
  devices: number;
  /** Which, where it begins; absent: all. */
  ids?: string[];
}

/**
 * received.ndjson: a poll showed a newer position of `id` than the poll before. The update became visible after
 * `notBefore` (when the last request that did not show it was sent; 0: there was none) and by `seenAt` (when the answer
 * that did show it had arrived).
 */
export interface ReceivedLine {
  id: string;
  sampleTime: number;
  position: Position;
  notBefore: number;
  seenAt: number;
}

/** history.ndjson: a position that the tracker stored, and when the tracker says it received it. */
export interface StoredLine {
  id: string;
  sampleTime: number;
  position: Position;
  receivedTime: number;
}

/** history.ndjson: the whole history of `swept` over the window [from, to) has been read; `stored` lines belong to it. */
export interface SweptLine {
  swept: string;
  from: number;
  to: number;
  stored: number;
}

/**
 * ingest.ndjson: one entry of one write, as the ingest handler saw the tracker answer it. The handler prints it to
 * its log stream; the stand-in collects the lines. `code` is absent where the tracker reported no error (which a
 * filtered update does not either). `sampleTime` is absent where the payload could not be read.
 */
export interface IngestLine {
  ingest: 1;
  at: number;
  id: string;
  tracker?: string;
  sampleTime?: number;
  seq?: number;
  code?: string;
  message?: string;
}
