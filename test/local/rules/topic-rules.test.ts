/** Topic rules through the official client, and what they do with messages. */
import * as iot from '@aws-sdk/client-iot';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../src/local/certificate-authority.ts';
import { INGEST_DESIGNS, ingestRule } from '../../../src/local/ingest-design.ts';
import { iotApi } from '../../../src/local/iot/api.ts';
import { createRegistry } from '../../../src/local/iot/registry.ts';
import { Stream } from '../../../src/local/kinesis/stream.ts';
import { locationWriter } from '../../../src/local/location-writer.ts';
import { RuleEngine } from '../../../src/local/rules/engine.ts';
import { RuleBook } from '../../../src/local/rules/rule-book.ts';
import { topicRuleOperations } from '../../../src/local/rules/topic-rule-operations.ts';
import { Queues } from '../../../src/local/sqs/queues.ts';
import { locationApi } from '../../../src/local/trackers/api.ts';
import { Trackers } from '../../../src/local/trackers/trackers.ts';
import type { IngestLine } from '../../../src/logs.ts';
import { trackerOf } from '../../../src/tracker-of.ts';
import { encode } from '../../support/payload.ts';
import { serveApi } from '../../support/serve-api.ts';

const NOW = Date.UTC(2026, 10, 24);
const ACCOUNT = { region: 'eu-west-1', accountId: '000000000000' };
const FUNCTION = 'arn:aws:lambda:eu-west-1:000000000000:function:f';

async function start() {
  const now = () => NOW;
  const log = {
    failures: [] as string[],
    events: [] as unknown[],
    republished: [] as unknown[],
    lines: [] as IngestLine[],
  };
  const engine = new RuleEngine({
    accountId: ACCOUNT.accountId,
    now,
    onFailure: (_rule, _message, what) => log.failures.push(what),
  });
  const trackers = new Trackers({ ...ACCOUNT, now });
  for (let i = 0; i < 10; i++) trackers.create(`tracker${i}`);
  const stream = new Stream({ name: 'positions', ...ACCOUNT, shards: 1, now });
  stream.shards[0]!.consumers.push(({ partitionKey, data }) =>
    log.events.push([partitionKey, JSON.parse(data.toString())]),
  );
  const queues = new Queues({ ...ACCOUNT, now });
  const book = new RuleBook({
    engine,
    ...ACCOUNT,
    now,
    targets: {
      lambda: (arn) => (arn === FUNCTION ? { enqueue: (event) => void log.events.push(event) } : undefined),
      stream: (name) => (name === 'positions' ? stream : undefined),
      locate: locationWriter(locationApi(trackers), (line) => log.lines.push(line), now),
      send: (url, body) => queues.sendTo(url, body),
      republish: (topic, payload, qos) => log.republished.push([topic, payload.toString(), qos]),
    },
  });
  const registry = createRegistry({ ...ACCOUNT, authority: await createAuthority({ now }), now });
  const server = await serveApi(
    iotApi(registry, { endpointAddress: () => 'localhost', more: topicRuleOperations(book) }),
  );
  const client = new iot.IoTClient({
    region: ACCOUNT.region,
    endpoint: server.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  return {
    ...log,
    book,
    queues,
    engine,
    trackers,
    client,
    publish: (topic: string, payload: string) =>
      engine.publish({ topic, payload: Buffer.from(payload), clientId: 'c', principal: 'x' }),
    async close() {
      client.destroy();
      await server.close();
    },
  };
}

let account: Awaited<ReturnType<typeof start>>;
beforeEach(async () => {
  account = await start();
  return () => account.close();
});
const send: iot.IoTClient['send'] = ((command: never) => account.client.send(command)) as never;
const lambda = { lambda: { functionArn: FUNCTION } };
const create = (ruleName: string, payload: Partial<iot.TopicRulePayload> = {}) =>
  send(
    new iot.CreateTopicRuleCommand({
      ruleName,
      topicRulePayload: { sql: "SELECT * FROM 'a/+'", actions: [lambda], ...payload },
    }),
  );

describe('topic rules', () => {
  it('are created, described, listed, replaced, disabled and deleted', async () => {
    await create('first', { description: 'one' });
    await create('second', { sql: "SELECT * FROM 'b'", ruleDisabled: true });
    const { rule, ruleArn } = await send(new iot.GetTopicRuleCommand({ ruleName: 'first' }));
    expect(ruleArn).toBe('arn:aws:iot:eu-west-1:000000000000:rule/first');
    expect(rule).toEqual({
      ruleName: 'first',
      description: 'one',
      sql: "SELECT * FROM 'a/+'",
      actions: [lambda],
      ruleDisabled: false,
      createdAt: new Date(NOW),
    });
    const list = async (more = {}) =>
      (await send(new iot.ListTopicRulesCommand(more))).rules!.map(({ ruleName }) => ruleName);
    expect(await list()).toEqual(['first', 'second']);
    expect(await list({ topic: 'a/x' })).toEqual(['first']);
    expect(await list({ ruleDisabled: true })).toEqual(['second']);
    expect(await list({ maxResults: 1 })).toEqual(['first']);

    account.publish('a/x', '{"n":1}');
    account.publish('b', '{"n":2}');
    await send(new iot.EnableTopicRuleCommand({ ruleName: 'second' }));
    account.publish('b', '{"n":3}');
    await send(new iot.DisableTopicRuleCommand({ ruleName: 'second' }));
    account.publish('b', '{"n":4}');
    const topicRulePayload = { sql: "SELECT n AS m FROM 'a/#'", actions: [lambda] };
    await send(new iot.ReplaceTopicRuleCommand({ ruleName: 'first', topicRulePayload }));
    account.publish('a/x/y', '{"n":5}');
    await send(new iot.DeleteTopicRuleCommand({ ruleName: 'first' }));
    account.publish('a/x', '{"n":6}');
    expect(account.events).toEqual([{ n: 1 }, { n: 3 }, { m: 5 }]);
    await expect(send(new iot.GetTopicRuleCommand({ ruleName: 'first' }))).rejects.toMatchObject({
      name: 'UnauthorizedException',
    });
  });

  it.each<[string, string, Partial<iot.TopicRulePayload>, string, RegExp]>([
    ['a name that is none', 'a-b', {}, 'InvalidRequestException', /letters, digits and underscores/],
    [
      'SQL that is none',
      'r',
      { sql: "SELECT * FORM 'a'" },
      'SqlParseException',
      /Expected FROM, not 'FORM', at character 10/,
    ],
    [
      'a template that is none',
      'r',
      { actions: [{ republish: { roleArn: 'x', topic: `\${topic(}` } }] },
      'SqlParseException',
      /Expected a value/,
    ],
    [
      'an action that there is not',
      'r',
      { actions: [{ sns: { targetArn: 'a', roleArn: 'b' } }] },
      'InvalidRequestException',
      /no action sns/,
    ],
    ['an action of nothing', 'r', { actions: [{} as never] }, 'InvalidRequestException', /one of its members/],
    [
      'too many actions',
      'r',
      { actions: Array.from({ length: 11 }, () => lambda) },
      'InvalidRequestException',
      /at most 10/,
    ],
    ['no SQL', 'r', { sql: undefined as never }, 'InvalidRequestException', /sql must be a string/],
    [
      'no function',
      'r',
      { actions: [{ lambda: { functionArn: '' } }] },
      'InvalidRequestException',
      /lambda.functionArn/,
    ],
  ])('are refused with %s', async (_, name, payload, error, message) => {
    await expect(create(name, payload)).rejects.toMatchObject({ name: error, message: expect.stringMatching(message) });
    expect(account.book.all()).toEqual([]);
  });

  it('are not created twice', async () => {
    await create('r');
    await expect(create('r')).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException', resourceId: 'r' });
  });

  it('fail when they run with what the account has not, and tell the error action', async () => {
    await create('r', {
      actions: [{ lambda: { functionArn: `${FUNCTION}2` } }, { kinesis: { roleArn: 'x', streamName: 'none' } }],
      errorAction: { republish: { roleArn: 'x', topic: `errors/\${topic(2)}`, qos: 1 } },
    });
    account.publish('a/x', '{}');
    expect(account.failures).toEqual([
      `r, action lambda: there is no ${FUNCTION}2`,
      'r, action kinesis: there is no none',
    ]);
    expect(account.republished).toHaveLength(2);
    expect(account.republished[0]).toEqual(['errors/x', expect.stringContaining('"failedAction":"lambda"'), 1]);
  });

  it('send to standard queues', async () => {
    const sqs = (queueUrl: string, useBase64 = false) => ({ sqs: { roleArn: 'x', queueUrl, useBase64 } });
    const url = 'http://localhost/000000000000/q';
    await create('r', { actions: [sqs(url), sqs(url, true), sqs(`${url}2`)] });
    const queue = account.queues.create('q');
    account.publish('a/x', '{"n":1}');
    expect([...queue.messages.values()].map(({ body }) => body)).toEqual([
      '{"n":1}',
      Buffer.from('{"n":1}').toString('base64'),
    ]);
    expect(account.failures).toEqual([`r, action sqs: there is no queue ${url}2`]);
    await expect(create('fifo', { actions: [sqs(`${url}.fifo`)] })).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringContaining('standard queues only'),
    });
  });

  it('put records into a stream, with a key of their own where none is stated', async () => {
    await create('keyed', {
      actions: [{ kinesis: { roleArn: 'x', streamName: 'positions', partitionKey: `\${topic(2)}` } }],
    });
    await create('unkeyed', { actions: [{ kinesis: { roleArn: 'x', streamName: 'positions' } }] });
    account.publish('a/x', '{"n":1}');
    expect(account.events).toEqual([
      ['x', { n: 1 }],
      [expect.stringMatching(/^[0-9a-f-]{36}$/), { n: 1 }],
    ]);
  });
});

describe('the ingest rule', () => {
  const options = { functionArn: FUNCTION, trackerPrefix: 'tracker', trackerCount: 10 };
  const update = (deviceId: string, seq: number) => ({
    deviceId,
    seq,
    sampleTime: NOW - 86_400_000 + seq * 30_000 + 123,
    position: [-86.78, 36.16] as const,
  });

  it.each(INGEST_DESIGNS)('of the design %s is one that AWS would take', async (design) => {
    const { sql, actions } = ingestRule(design, options);
    await create('r', { sql, actions: actions as iot.Action[] });
    account.publish('simUploadLocation/AWS-7686', encode(update('AWS-7686', 0)));
    expect(account.failures).toEqual([]);
  });

  it('of the design direct stores by itself, in the tracker of the device, and reports', async () => {
    account.book.create('r', ingestRule('direct', options));
    const ids = ['AWS-7686', 'ATE-0124', 'X-9999', 'Y1000'];
    for (const id of ids) for (const seq of [0, 1]) account.publish(`simUploadLocation/${id}`, encode(update(id, seq)));
    account.publish('simUploadLocation/EVE-0001', encode(update('VIC-0001', 0)));
    account.publish('simUploadLocation/AWS-7686', encode(update('AWS-7686', 0)));
    await account.engine.idle();
    for (const id of ids) {
      const tracker = `tracker${trackerOf(id, 10)}`;
      expect(account.trackers.tracker(tracker).positions.latest(id, NOW)).toMatchObject({
        sampleTime: update(id, 1).sampleTime,
      });
    }
    expect(account.lines.map(({ id, seq, code }) => [id, seq, code])).toEqual([
      ...ids.flatMap((id) => [
        [id, 0, undefined],
        [id, 1, undefined],
      ]),
      ['AWS-7686', 0, 'ValidationError'],
    ]);
    expect(account.failures).toEqual([
      'r, action location: ValidationError: timestamps older than already stored not allowed',
    ]);
  });
});
