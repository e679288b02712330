import { describe, expect, it } from 'vitest';
import { discards } from '../../../src/local/faults.ts';
import {
  type Action,
  type PublishedMessage,
  RuleEngine,
  type RuleEngineOptions,
} from '../../../src/local/rules/engine.ts';
import { parseSql } from '../../../src/local/rules/sql.ts';
import { topicMatcher } from '../../../src/local/topic-filter.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const message = (topic: string, payload: unknown = {}): PublishedMessage => ({
  topic,
  payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
  clientId: 'c',
  principal: 'f00',
});

function engineWith(rules: Record<string, string>, options: Partial<RuleEngineOptions> = {}) {
  const events: [rule: string, event: unknown][] = [];
  const failures: string[] = [];
  const engine = new RuleEngine({
    accountId: '0',
    now: () => 0,
    onFailure: (_rule, _message, what) => failures.push(what),
    ...options,
  });
  for (const [name, sql] of Object.entries(rules)) {
    const action: Action = { name: 'lambda', run: ({ event }) => void events.push([name, event]) };
    engine.add({ name, statement: parseSql(sql), actions: [action] });
  }
  return { engine, events, failures };
}

describe('the rule engine', () => {
  it('gives each message to every rule that it fits', () => {
    const { engine, events } = engineWith({
      store: "SELECT *, topic(2) AS device FROM 'up/+'",
      audit: "SELECT topic() AS t FROM '#'",
      idle: "SELECT status FROM 'up/#' WHERE status = 'idle'",
    });
    engine.publish(message('up/d1', { status: 'idle' }));
    engine.publish(message('other'));
    expect(events).toEqual([
      ['store', { status: 'idle', device: 'd1' }],
      ['audit', { t: 'up/d1' }],
      ['idle', { status: 'idle' }],
      ['audit', { t: 'other' }],
    ]);
    expect(engine.counters).toEqual({ messages: 2, matched: 4, failed: 0, discarded: 0 });
  });

  it('gives Basic Ingest to the rule that is named, and to no other', () => {
    const { engine, events } = engineWith({ a: "SELECT topic() AS t FROM 'x'", b: "SELECT * FROM '#'" });
    engine.publish(message('$aws/rules/a/up/d1'));
    engine.publish(message('$aws/rules/none/up/d1'));
    expect(events).toEqual([['a', { t: 'up/d1' }]]);
  });

  it('counts and tells what fails, and goes on', () => {
    const { engine, events, failures } = engineWith({ a: "SELECT *, 1 AS x FROM '#'", b: "SELECT 2 AS x FROM '#'" });
    for (const payload of ['no JSON', '[1]', '']) engine.publish(message('t', payload));
    engine.add({
      name: 'c',
      statement: parseSql("SELECT * FROM 'c'"),
      actions: [
        {
          name: 'sqs',
          run() {
            throw new Error('no queue');
          },
        },
      ],
    });
    engine.publish(message('c'));
    expect(failures.at(-1)).toBe('c, action sqs: no queue');
    expect(engine.counters.failed).toBe(6);
    // Where nothing of the payload is wanted, JSON of any shape will do.
    expect(events).toEqual([
      ['b', { x: 2 }],
      ['a', { x: 1 }],
      ['b', { x: 2 }],
    ]);
  });

  it('loses what it is told to lose', () => {
    const update = (device: string, seq?: number) => message(`up/${device}`, { payload: { deviceid: device, seq } });
    const { engine, events } = engineWith(
      { a: "SELECT topic(2) AS d, payload.seq AS n FROM 'up/+'" },
      { discards: discards(['d1@1', 'd@2@0', 'old@1']) },
    );
    for (const all of [
      update('d1', 0),
      update('d1', 1),
      update('d2', 1),
      update('d@2', 0),
      update('old'),
      update('old'),
      message('up/x', 'no JSON'),
    ])
      engine.publish(all);
    expect(engine.counters).toMatchObject({ messages: 7, discarded: 3, failed: 1 });
    expect(events.map(([, event]) => event)).toEqual([{ d: 'd1', n: 0 }, { d: 'd2', n: 1 }, { d: 'old' }]);
    expect(() => discards(['d1'])).toThrow('--drop d1: not a message');
  });
});

describe('an error action', () => {
  it('gets one message for each failure, whenever it comes', async () => {
    const told: unknown[] = [];
    const { engine } = engineWith({});
    const failing = (name: string, run: Action['run']): Action => ({ name, run });
    engine.add({
      name: 'r',
      statement: parseSql("SELECT payload AS p FROM 't'"),
      actions: [
        failing('location', async () => {
          throw new Error('refused');
        }),
        failing('kinesis', () => {
          throw new Error('full');
        }),
        failing('lambda', () => {}),
      ],
      errorAction: { name: 'sqs', run: ({ event }) => void told.push(event) },
    });
    const sent = message('t', { payload: 1 });
    engine.publish(sent);
    engine.publish(message('t', 'no JSON'));
    await engine.idle();
    const failure = (failedAction: string, errorMessage: unknown) => ({
      ruleName: 'r',
      topic: 't',
      clientId: 'c',
      base64OriginalPayload: expect.any(String),
      failures: [{ failedAction, failedResource: expect.any(String), errorMessage }],
    });
    expect(told).toEqual([
      failure('kinesis', 'full'),
      failure('rule', expect.stringContaining('JSON')),
      failure('location', 'refused'),
    ]);
    expect(told[0]).toMatchObject({ base64OriginalPayload: sent.payload.toString('base64') });
    expect(engine.counters.failed).toBe(3);
  });
});

describe('the jitter of the rule engine', () => {
  it('mixes up messages, the same way for the same seed, and loses none', async () => {
    const run = async (seed: number) => {
      const clock = fakeClock();
      const { engine, events } = engineWith({ r: "SELECT n FROM 't'" }, { jitter: { ms: 100, clock, seed } });
      for (let n = 0; n < 20; n++) {
        engine.publish(message('t', { n }));
        await clock.advance(10);
      }
      await clock.advance(100);
      await engine.idle();
      return events.map(([, event]) => (event as { n: number }).n);
    };
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    const sent = Array.from({ length: 20 }, (_, n) => n);
    expect(first).not.toEqual(sent);
    expect([...first].sort((a, b) => a - b)).toEqual(sent);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});

describe('a topic filter', () => {
  it.each<[string, string, boolean]>([
    ['a/b', 'a/b', true],
    ['a/b', 'a/b/c', false],
    ['a/+', 'a/b', true],
    ['a/+', 'a/', true],
    ['a/+', 'a', false],
    ['a/+/c', 'a/b/c', true],
    ['+/+', '/a', true],
    ['#', 'a/b', true],
    ['a/#', 'a/b/c', true],
    ['a/#', 'a', false], // on AWS
    ['#', '$aws/x', false],
    ['+/x', '$aws/x', false],
    ['$aws/#', '$aws/x', true],
    ['A', 'a', false],
  ])('%s and %s: %s', (filter, topic, expected) => {
    expect(topicMatcher(filter)(topic.split('/'))).toBe(expected);
  });
});
