import { UsageError } from '../errors.ts';
import { senderVerdict } from '../model.ts';
import type { DeviceLog } from './device-log.ts';
import { type Evidence, NO_CODE } from './evidence.ts';
import type { Answers, DeviceEvidence, SentUpdate } from './fate.ts';

/** A device's logs joined on the sample time, for as long as its fate is looked at. */
export interface JoinedDevice extends DeviceEvidence {
  readonly seen: ReadonlyMap<number, { readonly notBefore: number; readonly seenAt: number }>;
  /** When the tracker says it received each. */
  readonly stored: ReadonlyMap<number, number>;
  /** Answers without error beyond the first, of the same update. */
  readonly duplicated: number;
  /** Answers to an update older than one answered before. */
  readonly reordered: number;
}

/** How the tracker's answers are known: from the handler's log, from the send log itself, or not at all. */
export type AnswersFrom = 'ingest' | 'sender' | 'nowhere';

const TRACKER = 'tracker:';

export function joinDevice(
  log: DeviceLog,
  { codes, ingestCut, watched }: Pick<Evidence, 'codes' | 'ingestCut' | 'watched'>,
  from: AnswersFrom,
): JoinedDevice {
  const sent = sentUpdates(log, codes, from);
  refuseRepetition(sent);
  const answers = newAnswers();
  if (from === 'sender') for (const update of sent) answerOf(update, answers);
  if (from === 'ingest') {
    log.ingest.sampleTime.forEach((sampleTime, line) => {
      answers.add(sampleTime, codes[log.ingest.code[line]!], log.messages[log.ingest.message[line]!]);
    });
  }
  return {
    sent,
    seen: seenOf(log),
    watched,
    stored: new Map(Array.from(log.stored.sampleTime, (sampleTime, i) => [sampleTime, log.stored.receivedTime[i]!])),
    swept: sweptOf(log),
    answers: from === 'nowhere' ? undefined : answers.bySampleTime,
    doubt: from === 'ingest' ? doubtOf(log, ingestCut) : undefined,
    duplicated: answers.duplicated,
    reordered: answers.reordered,
  };
}

function doubtOf({ nameless }: DeviceLog, ingestCut: boolean): string | undefined {
  if (nameless > 0) return `the ingest log has lines of the device that name no sample time (${nameless})`;
  return ingestCut ? 'the ingest log ends in half a line, so it may lack others' : undefined;
}

/** In the order of sending, whichever file they were in. */
function sentUpdates({ sent }: DeviceLog, codes: Evidence['codes'], from: AnswersFrom): SentUpdate[] {
  const order = Array.from(sent.seq, (_, i) => i);
  order.sort((a, b) => sent.sentAt[a]! - sent.sentAt[b]! || sent.seq[a]! - sent.seq[b]!);
  return order.map((i) => {
    const update = { seq: sent.seq[i]!, sampleTime: sent.sampleTime[i]!, sentAt: sent.sentAt[i]! };
    const code = sent.failure[i]!;
    if (code === NO_CODE) return update;
    const failure = codes[code]!;
    const answerMissed = from === 'sender' && senderVerdict(failure) === 'unknown';
    return answerMissed ? { ...update, failure, answerMissed } : { ...update, failure };
  });
}

/** A send happens at one moment; twice the same is the same line twice, and would be counted twice. */
function refuseRepetition(sent: readonly SentUpdate[]): void {
  const again = sent.findIndex(
    ({ seq, sentAt }, i) => i > 0 && sent[i - 1]!.seq === seq && sent[i - 1]!.sentAt === sentAt,
  );
  if (again < 0) return;
  const { seq, sampleTime } = sent[again]!;
  throw new UsageError(
    `the send logs hold the same send twice: update ${seq} of a device, sample time ${new Date(sampleTime).toISOString()}`,
    { hint: 'Is a log given twice, or beside a copy of itself? Give each once.' },
  );
}

/** The tracker transport's attempt is what an ingest handler would have noted, unless no answer came. */
function answerOf({ sampleTime, failure }: SentUpdate, answers: ReturnType<typeof newAnswers>): void {
  if (failure === undefined) answers.add(sampleTime, undefined, undefined);
  else if (failure.startsWith(TRACKER)) answers.add(sampleTime, failure.slice(TRACKER.length), undefined);
}

function newAnswers() {
  const bySampleTime = new Map<number, Answers>();
  let highest = Number.NEGATIVE_INFINITY;
  return {
    bySampleTime,
    duplicated: 0,
    reordered: 0,
    add(sampleTime: number, code: string | undefined, message: string | undefined): void {
      const known = bySampleTime.get(sampleTime) ?? { taken: 0, code, message };
      if (code === undefined && known.taken++ > 0) this.duplicated++;
      known.code = code;
      known.message = message;
      bySampleTime.set(sampleTime, known);
      if (sampleTime < highest) this.reordered++;
      else highest = sampleTime;
    },
  };
}

/** Where a position was shown twice, the first time counts. */
function seenOf({ received }: DeviceLog): JoinedDevice['seen'] {
  const seen = new Map<number, { notBefore: number; seenAt: number }>();
  received.sampleTime.forEach((sampleTime, i) => {
    const line = { notBefore: received.notBefore[i]!, seenAt: received.seenAt[i]! };
    const before = seen.get(sampleTime);
    if (before === undefined || line.seenAt < before.seenAt) seen.set(sampleTime, line);
  });
  return seen;
}

/** A history of which lines are missing proves nothing. */
function sweptOf({ swept, stored }: DeviceLog): DeviceEvidence['swept'] {
  const promised = swept.stored.reduce((sum, n) => sum + n, 0);
  if (stored.sampleTime.length < promised) return [];
  return Array.from(swept.from, (from, i) => ({ from, to: swept.to[i]! }));
}
