/** The rule action `sqs`: what SELECT made of the message, as a message of a standard queue. */
import type { Action } from '../engine.ts';

export interface SqsActionOptions {
  readonly queueUrl: string;
  readonly useBase64?: boolean;
}

/** `send` throws where there is no such queue. */
export function sqsAction(
  { queueUrl, useBase64 = false }: SqsActionOptions,
  send: (queueUrl: string, body: string) => void,
): Action {
  return {
    name: 'sqs',
    run({ event }) {
      const text = typeof event === 'string' ? event : JSON.stringify(event);
      send(queueUrl, useBase64 ? Buffer.from(text).toString('base64') : text);
    },
  };
}
