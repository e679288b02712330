import { expect, test } from 'vitest';
import { decodeHistogram, newHistogram, percentilesOf } from '../../src/histogram.ts';
import type { Attempt } from '../../src/model.ts';
import { addRecorded } from '../../src/recorder.ts';
import { newTally } from '../../src/workers/tally.ts';
import { sentLine } from '../support/sent-line.ts';

const attempt = (dueAt: number, sentAt: number, doneAt: number, failure?: string): Attempt => ({
  update: { deviceId: 'a', seq: 0, sampleTime: 0, position: [0, 0] },
  dueAt,
  readyAt: dueAt + 1,
  sentAt,
  doneAt,
  ...(failure === undefined ? {} : { failure }),
});

test('counts verdicts, and keeps response, service and lateness apart', () => {
  const tally = newTally();
  tally.record(attempt(1000, 1010, 1030));
  tally.record(attempt(2000, 2000, 2005, 'no-answer'));
  tally.record(attempt(3000, 3000, 3001, 'not-connected'));
  expect(tally.counts(10)).toEqual({
    sent: 3,
    acknowledged: 1,
    failed: 1,
    unknown: 1,
    inFlight: 7,
    failures: { 'no-answer': 1, 'not-connected': 1 },
    disconnects: 0,
    reconnects: 0,
    redeliveries: 0,
  });
  const { response, service, late, lag } = tally.total();
  expect(percentilesOf(decodeHistogram(response))).toMatchObject({ count: 1, max: expect.closeTo(30, 1) });
  expect(percentilesOf(decodeHistogram(service))).toMatchObject({ count: 1, max: expect.closeTo(20, 1) });
  expect(percentilesOf(decodeHistogram(late))).toMatchObject({ count: 3, max: expect.closeTo(10, 1) });
  expect(percentilesOf(decodeHistogram(lag))).toMatchObject({ count: 3, max: expect.closeTo(9, 1) });
  expect(tally.span()).toEqual({ firstSentAt: 1010, lastDoneAt: 3001 });
});

test('a run begins with the first send, though a later one was answered before it', () => {
  const tally = newTally();
  tally.record(attempt(2000, 2000, 2005));
  tally.record(attempt(1000, 1000, 11_000, 'no-answer'));
  tally.record(attempt(3000, 3000, 11_001));
  expect(tally.span()).toEqual({ firstSentAt: 1000, lastDoneAt: 11_001 });
});

test('intervals add up to the total, which nothing is lost from', () => {
  const tally = newTally();
  tally.record(attempt(0, 0, 1));
  const first = tally.interval().service;
  tally.record(attempt(0, 0, 2));
  tally.record(attempt(0, 0, 3));
  const second = tally.interval().service;
  tally.record(attempt(0, 0, 4));
  const counted = [first, second].map((recorded) => {
    const histogram = newHistogram();
    addRecorded(histogram, recorded);
    return histogram.totalCount;
  });
  expect([...counted, decodeHistogram(tally.total().service).totalCount]).toEqual([1, 2, 4]);
});

test('a send-log line is JSON with every field', () => {
  const one: Attempt = {
    update: { deviceId: 'a"b', seq: 3, sampleTime: 17, position: [11.5, -57.25] },
    dueAt: 1.5,
    readyAt: 1.5,
    sentAt: 2,
    doneAt: 3.1239,
  };
  expect(JSON.parse(sentLine(one))).toEqual({
    id: 'a"b',
    seq: 3,
    sampleTime: 17,
    position: [11.5, -57.25],
    dueAt: 1.5,
    sentAt: 2,
    doneAt: 3.124,
  });
  expect(JSON.parse(sentLine({ ...one, failure: 'no-answer' })).failure).toBe('no-answer');
});
