/** Standard queues: each message is handed out until it is deleted, hidden for a while after each time. In memory. */
import { createHash, randomUUID } from 'node:crypto';

export interface QueueMessage {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  /** Epoch ms, as all times here. */
  readonly sentAt: number;
  visibleAt: number;
  /** Of its latest handing-out, which alone may delete it. */
  receipt: string;
  received: number;
}

export interface Queue {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly messages: Map<string, QueueMessage>;
  /** Who waits for a message. */
  readonly waiting: Set<() => void>;
}

export interface QueuesOptions {
  readonly region: string;
  readonly accountId: string;
  /** Epoch ms. */
  readonly now: () => number;
}

/** SQS keeps messages for four days by default; a laptop that nobody reads from keeps this many. */
const MAX_MESSAGES = 100_000;

export class Queues {
  readonly now: () => number;
  readonly #byName = new Map<string, Queue>();
  readonly #arnPrefix: string;

  constructor({ region, accountId, now }: QueuesOptions) {
    this.now = now;
    this.#arnPrefix = `arn:aws:sqs:${region}:${accountId}:`;
  }

  /** The queue of that name, made if it is not there. */
  create(name: string): Queue {
    let queue = this.#byName.get(name);
    if (!queue) {
      queue = { name, arn: this.#arnPrefix + name, createdAt: this.now(), messages: new Map(), waiting: new Set() };
      this.#byName.set(name, queue);
    }
    return queue;
  }

  find(name: string): Queue | undefined {
    return this.#byName.get(name);
  }

  delete(name: string): void {
    this.#byName.delete(name);
  }

  all(): Queue[] {
    return [...this.#byName.values()];
  }

  send({ messages, waiting }: Queue, body: string): QueueMessage {
    const md5 = createHash('md5').update(body).digest('hex');
    const at = this.now();
    const message = { id: randomUUID(), body, md5, sentAt: at, visibleAt: at, receipt: '', received: 0 };
    messages.set(message.id, message);
    for (const [oldest] of messages) {
      if (messages.size <= MAX_MESSAGES) break;
      messages.delete(oldest);
    }
    for (const wake of waiting) wake();
    return message;
  }

  /** Up to `max` messages, hidden from others for `hiddenMs`. */
  receive({ messages }: Queue, max: number, hiddenMs: number): QueueMessage[] {
    const at = this.now();
    const received: QueueMessage[] = [];
    for (const message of messages.values()) {
      if (received.length === max) break;
      if (message.visibleAt > at) continue;
      message.visibleAt = at + hiddenMs;
      message.receipt = `${message.id}#${++message.received}`;
      received.push(message);
    }
    return received;
  }

  /** By the receipt of a handing-out; an older one than the latest has no effect, nor has one of a message that is gone. */
  remove({ messages }: Queue, receipt: string): void {
    const id = receipt.split('#')[0]!;
    if (messages.get(id)?.receipt === receipt) messages.delete(id);
  }

  /** @throws Error where there is no queue of that URL. */
  sendTo(url: string, body: string): void {
    const queue = this.byUrl(url);
    if (!queue) throw new Error(`there is no queue ${url}`);
    this.send(queue, body);
  }

  /** The queue that a URL means: its last segment is the name, whatever the host. */
  byUrl(url: string): Queue | undefined {
    return this.#byName.get(url.slice(url.lastIndexOf('/') + 1));
  }
}
