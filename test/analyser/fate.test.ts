import { describe, expect, it } from 'vitest';
import { type Answers, type DeviceEvidence, fatesOf } from '../../src/analyser/fate.ts';

/** The update in question was sent with this sample time. */
const T = 1_000_000;
const SWEPT = [{ from: T - 600_000, to: T + 600_000 }];
const taken: Answers = { taken: 1, code: undefined, message: undefined };
const conflict: Answers = { taken: 0, code: 'ConflictException', message: 'older than stored' };

type Case = Partial<Omit<DeviceEvidence, 'sent' | 'stored' | 'seen'>> & {
  name: string;
  seen?: number[];
  stored?: number[];
  answerMissed?: true;
  verdict: string;
};

const logged = (answers?: Answers) => new Map(answers ? [[T, answers]] : []);

const CASES: Case[] = [
  { name: 'a poll returned it', seen: [T], verdict: 'seen' },
  { name: 'seen beats all other evidence', seen: [T], swept: SWEPT, answers: logged(conflict), verdict: 'seen' },
  {
    name: 'stored, not polled, and a newer one was stored',
    stored: [T, T + 30_000],
    swept: SWEPT,
    answers: logged(taken),
    verdict: 'superseded',
  },
  {
    name: 'stored, and then refused as a repetition',
    stored: [T, T + 30_000],
    answers: logged(conflict),
    verdict: 'superseded',
  },
  {
    name: 'stored, the newest, and not polled',
    stored: [T],
    swept: SWEPT,
    answers: logged(taken),
    verdict: 'unexplained',
  },
  {
    name: 'stored, and nobody looked',
    watched: false,
    stored: [T, T + 30_000],
    swept: SWEPT,
    answers: logged(taken),
    verdict: 'unexplained',
  },
  { name: 'refused', swept: SWEPT, answers: logged(conflict), verdict: 'refused ConflictException' },
  { name: 'refused, history unread', answers: logged(conflict), verdict: 'refused ConflictException' },
  {
    name: 'taken, then refused, history unread: it may be stored',
    answers: logged({ ...conflict, taken: 1 }),
    verdict: 'unexplained',
  },
  {
    name: 'taken, then refused, and not stored',
    swept: SWEPT,
    answers: logged({ ...conflict, taken: 1 }),
    verdict: 'refused ConflictException',
  },
  {
    name: 'within the filter',
    stored: [T - 29_999],
    swept: SWEPT,
    answers: logged(taken),
    verdict: 'filtered',
  },
  {
    name: 'the filter looks at the latest stored before it',
    stored: [T - 60_000, T - 10_000, T + 40_000],
    swept: SWEPT,
    answers: logged(taken),
    verdict: 'filtered',
  },
  {
    name: 'at the edge of the filter it should have been stored',
    stored: [T - 30_000],
    swept: SWEPT,
    answers: logged(taken),
    verdict: 'unexplained',
  },
  { name: 'no stored predecessor is known', swept: SWEPT, answers: logged(taken), verdict: 'unexplained' },
  {
    name: 'within the filter, history unread',
    stored: [T - 10_000],
    answers: logged(taken),
    verdict: 'unexplained',
  },
  { name: 'never arrived', swept: SWEPT, answers: logged(), verdict: 'lost' },
  { name: 'never arrived, as far as the history was read', answers: logged(), verdict: 'unexplained' },
  { name: 'no ingest log', swept: SWEPT, verdict: 'unexplained' },
  {
    name: 'outside the window that was read',
    swept: [{ from: T + 1, to: T + 2 }],
    answers: logged(),
    verdict: 'unexplained',
  },
  { name: 'at the beginning of the window', swept: [{ from: T, to: T + 1 }], answers: logged(), verdict: 'lost' },
  { name: 'at the end of the window', swept: [{ from: T - 9, to: T }], answers: logged(), verdict: 'unexplained' },
  { name: 'answers may be missing', swept: SWEPT, answers: logged(), doubt: 'half a line', verdict: 'unexplained' },
  { name: 'its own answer is missing', swept: SWEPT, answers: logged(), answerMissed: true, verdict: 'unexplained' },
  { name: 'nothing is known', verdict: 'unexplained' },
];

describe('the fate of an update', () => {
  it.each(CASES)('$name: $verdict', ({ seen = [], stored = [], answerMissed, verdict, ...rest }) => {
    const [fate] = fatesOf({
      watched: true,
      swept: [],
      answers: undefined,
      doubt: undefined,
      ...rest,
      sent: [{ seq: 0, sampleTime: T, sentAt: 5, ...(answerMissed ? { failure: 'no-answer', answerMissed } : {}) }],
      seen: new Set(seen),
      stored: new Set(stored),
    });
    expect([fate?.backend, fate?.code].join(' ').trim()).toBe(verdict);
    expect(fate?.evidence).not.toBe('');
  });

  it.each([
    [undefined, 'acknowledged'],
    ['no-answer', 'unknown'],
    ['connection-lost', 'unknown'],
    ['interrupted', 'unknown'],
    ['unreachable', 'failed'],
    ['tracker:ThrottlingException', 'failed'],
  ])('is %s to the sender: %s', (failure, sender) => {
    const sent = [{ seq: 0, sampleTime: T, sentAt: 5, ...(failure === undefined ? {} : { failure }) }];
    const none = {
      seen: new Set<number>(),
      stored: new Set<number>(),
      watched: true,
      swept: [],
      answers: undefined,
      doubt: undefined,
    };
    expect(fatesOf({ ...none, sent })).toMatchObject([{ sender, backend: 'unexplained' }]);
  });
});
