/**
 * The lines of simctl's logs (src/logs.ts) in the one form in which they are written, read from their bytes. Each returns
 * false, with nothing taken, for a line in any other form.
 */
import { type LineBytes, literalOf } from './bytes.ts';

/** Filled by a reader that returned true; the device's id is the bytes from `idStart` up to `idEnd`. */
export interface ReadLine {
  idStart: number;
  idEnd: number;
  sampleTime: number;
  /** sent: seq; received: notBefore; stored: receivedTime; swept: from */
  a: number;
  /** sent: sentAt; received: seenAt; swept: to */
  b: number;
  /** swept: how many are stored */
  c: number;
  /** sent: failure; ingest: code */
  code: string | undefined;
  message: string | undefined;
}

export function newReadLine(): ReadLine {
  return { idStart: 0, idEnd: 0, sampleTime: 0, a: 0, b: 0, c: 0, code: undefined, message: undefined };
}

export type LineForm = (line: LineBytes, into: ReadLine) => boolean;

const ID = literalOf('{"id":"');
const SEQ = literalOf(',"seq":');
const SAMPLE_TIME = literalOf(',"sampleTime":');
const POSITION = literalOf(',"position":[');
const DUE_AT = literalOf(',"dueAt":');
const SENT_AT = literalOf(',"sentAt":');
const DONE_AT = literalOf(',"doneAt":');
const FAILURE = literalOf(',"failure":"');
const NOT_BEFORE = literalOf(',"notBefore":');
const SEEN_AT = literalOf(',"seenAt":');
const RECEIVED_TIME = literalOf(',"receivedTime":');
const SWEPT = literalOf('{"swept":"');
const FROM = literalOf(',"from":');
const TO = literalOf(',"to":');
const STORED = literalOf(',"stored":');
const INGEST_AT = literalOf('{"ingest":1,"at":');
const INGEST_ID = literalOf(',"id":"');
const TRACKER = literalOf(',"tracker":"');
const CODE = literalOf(',"code":"');
const MESSAGE = literalOf(',"message":"');

export const sentForm: LineForm = (line, into) => {
  if (!line.literal(ID) || !id(line, into) || !line.literal(SEQ)) return false;
  into.a = line.number();
  if (!line.literal(SAMPLE_TIME)) return false;
  into.sampleTime = line.number();
  if (!line.literal(POSITION) || !line.skipPair() || !line.literal(DUE_AT)) return false;
  if (!line.skipNumber() || !line.literal(SENT_AT)) return false;
  into.b = line.number();
  if (!line.literal(DONE_AT) || !line.skipNumber()) return false;
  into.code = undefined;
  if (line.literal(FAILURE)) {
    if (!line.text()) return false;
    into.code = line.takeText();
  }
  return line.closes() && !Number.isNaN(into.a + into.sampleTime + into.b);
};

export const receivedForm: LineForm = (line, into) => {
  if (!line.literal(ID) || !id(line, into) || !line.literal(SAMPLE_TIME)) return false;
  into.sampleTime = line.number();
  if (!line.literal(POSITION) || !line.skipPair() || !line.literal(NOT_BEFORE)) return false;
  into.a = line.number();
  if (!line.literal(SEEN_AT)) return false;
  into.b = line.number();
  return line.closes() && !Number.isNaN(into.sampleTime + into.a + into.b);
};

export const storedForm: LineForm = (line, into) => {
  if (!line.literal(ID) || !id(line, into) || !line.literal(SAMPLE_TIME)) return false;
  into.sampleTime = line.number();
  if (line.literal(RECEIVED_TIME)) {
    into.a = line.number();
    if (!line.literal(POSITION) || !line.skipPair()) return false;
  } else {
    if (!line.literal(POSITION) || !line.skipPair() || !line.literal(RECEIVED_TIME)) return false;
    into.a = line.number();
  }
  return line.closes() && !Number.isNaN(into.sampleTime + into.a);
};

export const sweptForm: LineForm = (line, into) => {
  if (!line.literal(SWEPT) || !id(line, into) || !line.literal(FROM)) return false;
  into.a = line.number();
  if (!line.literal(TO)) return false;
  into.b = line.number();
  if (!line.literal(STORED)) return false;
  into.c = line.number();
  return line.closes() && !Number.isNaN(into.a + into.b + into.c);
};

export const ingestForm: LineForm = (line, into) => {
  if (!line.literal(INGEST_AT) || !line.skipNumber()) return false;
  if (!line.literal(INGEST_ID) || !id(line, into)) return false;
  if (line.literal(TRACKER) && !line.text()) return false;
  if (!line.literal(SAMPLE_TIME)) return false;
  into.sampleTime = line.number();
  if (line.literal(SEQ) && !line.skipNumber()) return false;
  into.code = undefined;
  into.message = undefined;
  if (line.literal(CODE)) {
    if (!line.text()) return false;
    into.code = line.takeText();
  }
  if (line.literal(MESSAGE)) {
    if (!line.text()) return false;
    into.message = line.takeText();
  }
  return line.closes() && !Number.isNaN(into.sampleTime);
};

/** Of a kind of log, the forms that its lines have. */
export const FORMS = {
  sent: [sentForm],
  received: [receivedForm],
  history: [storedForm, sweptForm],
  ingest: [ingestForm],
} as const satisfies Record<string, readonly LineForm[]>;

export type LogKind = keyof typeof FORMS;

/** Which of `forms` the line has, and was read in; −1: none. */
export function formOf(forms: readonly LineForm[], line: LineBytes, into: ReadLine): number {
  for (let form = 0; form < forms.length; form++) {
    line.rewind();
    if (forms[form]!(line, into)) return form;
  }
  return -1;
}

function id(line: LineBytes, into: ReadLine): boolean {
  if (!line.text()) return false;
  into.idStart = line.textStart;
  into.idEnd = line.textEnd;
  return true;
}
