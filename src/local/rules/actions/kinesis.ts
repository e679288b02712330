/** The rule action `kinesis`: what SELECT made of the message, as a record of a stream. */
import type { Stream } from '../../kinesis/stream.ts';
import type { Action } from '../engine.ts';
import { parseTemplate } from '../template.ts';

/** `partitionKey` is a substitution template. @throws SqlParseError where it is none. */
export function kinesisAction(stream: Stream, { partitionKey }: { readonly partitionKey: string }): Action {
  const key = parseTemplate(partitionKey);
  return {
    name: 'kinesis',
    run({ event, scope }) {
      stream.put(key(scope), Buffer.from(JSON.stringify(event)));
    },
  };
}
