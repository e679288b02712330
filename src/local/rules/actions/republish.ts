/** The rule action `republish`: what SELECT made of the message, on another topic. */
import type { Action } from '../engine.ts';
import { parseTemplate } from '../template.ts';

export interface RepublishOptions {
  /** A substitution template; `$$` stands for a `$` at the front. */
  readonly topic: string;
  readonly qos?: 0 | 1;
}

/** @throws SqlParseError for a template that is none. */
export function republishAction(
  { topic, qos = 0 }: RepublishOptions,
  publish: (topic: string, payload: Buffer, qos: 0 | 1) => void,
): Action {
  const template = parseTemplate(topic.startsWith('$$') ? topic.slice(1) : topic);
  return {
    name: 'republish',
    run({ event, scope }) {
      const text = typeof event === 'string' ? event : JSON.stringify(event);
      publish(template(scope), Buffer.from(text), qos);
    },
  };
}
