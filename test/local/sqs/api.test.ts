import { beforeEach, describe, expect, it } from 'vitest';
import { sqsApi } from '../../../src/local/sqs/api.ts';
import { Queues } from '../../../src/local/sqs/queues.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const URL_OF_Q = 'http://here/0/q';
let clock: ReturnType<typeof fakeClock>;
let queues: Queues;
let call: (operation: string, input?: unknown) => Promise<Record<string, never>>;

beforeEach(() => {
  clock = fakeClock(1_000_000);
  queues = new Queues({ region: 'eu-west-1', accountId: '0', now: clock.now });
  const api = sqsApi(queues, {
    accountId: '0',
    endpoint: () => 'http://here',
    sleep: (ms) => clock.until(clock.now() + ms),
  });
  call = async (operation, input = {}) => {
    const reply = await api({
      method: 'POST',
      path: [''],
      query: new URLSearchParams(),
      headers: { 'x-amz-target': `AmazonSQS.${operation}` },
      body: Buffer.from(typeof input === 'string' ? input : JSON.stringify(input)),
    });
    if (reply?.status === 200) return reply.body as Record<string, never>;
    throw Object.assign(new Error(), reply?.body, { legacy: reply?.headers?.['x-amzn-query-error'] });
  };
});

const receive = async (more = {}) =>
  ((await call('ReceiveMessage', { QueueUrl: URL_OF_Q, ...more })).Messages ?? []) as {
    Body: string;
    ReceiptHandle: string;
  }[];
const bodies = async (more = {}) => (await receive(more)).map(({ Body }) => Body);

describe('a queue', () => {
  beforeEach(() => call('CreateQueue', { QueueName: 'q' }));

  it('gives a message until it is deleted, hidden meanwhile', async () => {
    expect(await call('SendMessage', { QueueUrl: URL_OF_Q, MessageBody: 'hello' })).toEqual({
      MessageId: expect.any(String),
      MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592',
    });
    const [first] = await receive({ VisibilityTimeout: 10 });
    expect(first).toMatchObject({
      Body: 'hello',
      MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
      Attributes: { ApproximateReceiveCount: '1' },
    });
    expect(await bodies()).toEqual([]);
    await clock.advance(10_000);
    const [second] = await receive();
    await call('DeleteMessage', { QueueUrl: URL_OF_Q, ReceiptHandle: first!.ReceiptHandle }); // too late
    expect((await call('GetQueueAttributes', { QueueUrl: URL_OF_Q })).Attributes).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '1',
    });
    await call('DeleteMessage', { QueueUrl: URL_OF_Q, ReceiptHandle: second!.ReceiptHandle });
    await clock.advance(60_000);
    expect(await bodies()).toEqual([]);
  });

  it('gives up to ten at a time', async () => {
    for (let i = 0; i < 12; i++) await call('SendMessage', { QueueUrl: URL_OF_Q, MessageBody: String(i) });
    expect(await bodies()).toHaveLength(1);
    expect(await bodies({ MaxNumberOfMessages: 10 })).toHaveLength(10);
    expect(await bodies({ MaxNumberOfMessages: 10 })).toEqual(['11']);
  });

  it('lets a reader wait for a message, each for its own time', async () => {
    const [patient, hasty] = [bodies({ WaitTimeSeconds: 20 }), bodies({ WaitTimeSeconds: 1 })];
    await clock.advance(2000);
    expect(await hasty).toEqual([]);
    await call('SendMessage', { QueueUrl: URL_OF_Q, MessageBody: 'late' });
    expect(await patient).toEqual(['late']);
  });

  it('is found, listed, emptied and deleted', async () => {
    await call('CreateQueue', { QueueName: 'other' });
    expect(await call('GetQueueUrl', { QueueName: 'q' })).toEqual({ QueueUrl: URL_OF_Q });
    expect(await call('ListQueues', { QueueNamePrefix: 'o' })).toEqual({ QueueUrls: ['http://here/0/other'] });
    await call('SendMessage', { QueueUrl: URL_OF_Q, MessageBody: 'x' });
    await call('PurgeQueue', { QueueUrl: URL_OF_Q });
    expect(await bodies()).toEqual([]);
    await call('DeleteQueue', { QueueUrl: URL_OF_Q });
    await expect(call('GetQueueUrl', { QueueName: 'q' })).rejects.toMatchObject({
      __type: 'com.amazonaws.sqs#QueueDoesNotExist',
      legacy: 'AWS.SimpleQueueService.NonExistentQueue;Sender',
    });
  });

  it.each<[string, string, unknown, string]>([
    ['a FIFO queue', 'CreateQueue', { QueueName: 'q.fifo' }, 'InvalidParameterValue'],
    ['a name that is none', 'CreateQueue', { QueueName: 'a b' }, 'InvalidParameterValue'],
    ['no queue', 'SendMessage', { MessageBody: 'x' }, 'MissingParameter'],
    ['an unknown queue', 'SendMessage', { QueueUrl: 'http://here/0/none', MessageBody: 'x' }, 'QueueDoesNotExist'],
    ['an empty message', 'SendMessage', { QueueUrl: URL_OF_Q, MessageBody: '' }, 'MissingParameter'],
    [
      'a message too large',
      'SendMessage',
      { QueueUrl: URL_OF_Q, MessageBody: 'x'.repeat(262_145) },
      'InvalidParameterValue',
    ],
    ['eleven at once', 'ReceiveMessage', { QueueUrl: URL_OF_Q, MaxNumberOfMessages: 11 }, 'InvalidParameterValue'],
    ['an operation that there is not', 'toString', {}, 'UnsupportedOperation'],
    ['no JSON', 'SendMessage', '{', 'SerializationException'],
    ['a list', 'SendMessage', [], 'SerializationException'],
  ])('refuses %s', async (_, operation, input, type) => {
    await expect(call(operation, input)).rejects.toMatchObject({
      __type: `com.amazonaws.sqs#${type}`,
      message: expect.any(String),
    });
  });
});
