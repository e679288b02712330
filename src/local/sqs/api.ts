/** SQS behind the stand-in's HTTP door, as today's SDKs and AWS CLI speak to it (AWS JSON 1.0). */
import type { Api, ApiReply } from '../http.ts';
import { parseJson } from '../json.ts';
import type { Queue, QueueMessage, Queues } from './queues.ts';

type Input = Readonly<Record<string, unknown>>;

/** Code of the old query protocol, which SDKs still map, and name of today's. */
class SqsError extends Error {
  readonly type: string;
  readonly legacyCode: string;

  constructor(type: string, message: string, legacyCode = type) {
    super(message);
    this.type = type;
    this.legacyCode = legacyCode;
  }
}

export interface SqsApiOptions {
  readonly accountId: string;
  /** Where queues are: scheme, host and port. */
  readonly endpoint: () => string;
  /** Resolves after `ms`, for long polling. */
  readonly sleep: (ms: number) => Promise<unknown>;
}

const TARGET = 'AmazonSQS.';
const MAX_RECEIVED = 10;
const MAX_WAIT_S = 20;
const VISIBILITY_S = 30;
/** A message has at most 256 KB. */
const MAX_BODY = 256 * 1024;

export function sqsApi(queues: Queues, { accountId, endpoint, sleep }: SqsApiOptions): Api {
  const urlOf = ({ name }: Queue) => `${endpoint()}/${accountId}/${name}`;

  const operations: Record<string, (input: Input) => unknown> = {
    CreateQueue(input) {
      const name = text(input, 'QueueName');
      if (name.endsWith('.fifo')) throw invalid('The stand-in has standard queues only');
      if (!/^[\w-]{1,80}$/.test(name)) throw invalid('A queue is named by 1 to 80 letters, digits, - and _');
      return { QueueUrl: urlOf(queues.create(name)) };
    },
    GetQueueUrl: (input) => ({ QueueUrl: urlOf(existing(queues.find(text(input, 'QueueName')))) }),
    ListQueues: ({ QueueNamePrefix = '' }) => ({
      QueueUrls: queues
        .all()
        .filter(({ name }) => name.startsWith(String(QueueNamePrefix)))
        .map(urlOf),
    }),
    DeleteQueue(input) {
      queues.delete(queue(input).name);
      return {};
    },
    PurgeQueue(input) {
      queue(input).messages.clear();
      return {};
    },
    SendMessage(input) {
      const body = text(input, 'MessageBody');
      if (Buffer.byteLength(body) > MAX_BODY) throw invalid(`A message has at most ${MAX_BODY} bytes`);
      const { id, md5 } = queues.send(queue(input), body);
      return { MessageId: id, MD5OfMessageBody: md5 };
    },
    async ReceiveMessage(input) {
      const from = queue(input);
      const max = whole(input, 'MaxNumberOfMessages', 1, 1, MAX_RECEIVED);
      const hiddenMs = 1000 * whole(input, 'VisibilityTimeout', VISIBILITY_S, 0, 43_200);
      const waitMs = 1000 * whole(input, 'WaitTimeSeconds', 0, 0, MAX_WAIT_S);
      const received = queues.receive(from, max, hiddenMs);
      if (received.length > 0 || waitMs === 0) return { Messages: received.map(messageOf) };
      let wake = () => {};
      const sent = new Promise<void>((resolve) => {
        wake = resolve;
      });
      from.waiting.add(wake);
      await Promise.race([sleep(waitMs), sent]);
      from.waiting.delete(wake);
      return { Messages: queues.receive(from, max, hiddenMs).map(messageOf) };
    },
    DeleteMessage(input) {
      queues.remove(queue(input), text(input, 'ReceiptHandle'));
      return {};
    },
    GetQueueAttributes(input) {
      const { arn, createdAt, messages } = queue(input);
      const visible = [...messages.values()].filter(({ visibleAt }) => visibleAt <= queues.now()).length;
      return {
        Attributes: {
          QueueArn: arn,
          ApproximateNumberOfMessages: String(visible),
          ApproximateNumberOfMessagesNotVisible: String(messages.size - visible),
          CreatedTimestamp: String(Math.floor(createdAt / 1000)),
          VisibilityTimeout: String(VISIBILITY_S),
        },
      };
    },
  };
  const queue = (input: Input) => existing(queues.byUrl(text(input, 'QueueUrl')));

  return async ({ method, headers, body }) => {
    const target = headers['x-amz-target'];
    if (method !== 'POST' || typeof target !== 'string' || !target.startsWith(TARGET)) return undefined;
    try {
      const name = target.slice(TARGET.length);
      const run = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!run) throw new SqsError('UnsupportedOperation', `The stand-in has no operation ${name}`);
      return { status: 200, headers: JSON_1_0, body: await run(parse(body)) };
    } catch (error) {
      if (error instanceof SqsError) return errorReply(error);
      throw error;
    }
  };
}

const JSON_1_0 = { 'content-type': 'application/x-amz-json-1.0' };

function errorReply({ type, message, legacyCode }: SqsError): ApiReply {
  return {
    status: 400,
    headers: { ...JSON_1_0, 'x-amzn-query-error': `${legacyCode};Sender` },
    body: { __type: `com.amazonaws.sqs#${type}`, message },
  };
}

function messageOf({ id, body, md5, receipt, sentAt, received }: QueueMessage) {
  return {
    MessageId: id,
    ReceiptHandle: receipt,
    MD5OfBody: md5,
    Body: body,
    Attributes: { SentTimestamp: String(sentAt), ApproximateReceiveCount: String(received) },
  };
}

function existing(queue: Queue | undefined): Queue {
  if (queue) return queue;
  throw new SqsError(
    'QueueDoesNotExist',
    'The specified queue does not exist.',
    'AWS.SimpleQueueService.NonExistentQueue',
  );
}

function invalid(message: string): SqsError {
  return new SqsError('InvalidParameterValue', message);
}

function text(input: Input, name: string): string {
  const value = input[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new SqsError('MissingParameter', `The request must contain the parameter ${name}.`);
}

function whole(input: Input, name: string, absent: number, min: number, max: number): number {
  const value = input[name] ?? absent;
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  throw invalid(`${name} must be a whole number from ${min} to ${max}`);
}

function parse(bytes: Buffer): Input {
  try {
    const value = parseJson(bytes);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Input;
  } catch {
    // said below
  }
  throw new SqsError('SerializationException', 'The body must be a JSON object');
}
