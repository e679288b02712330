/** Faults on order: messages that the rule engine is to lose, so that an accounting can be shown to find them. */
import { UsageError } from '../errors.ts';
import type { PublishedMessage } from './rules/engine.ts';

/**
 * Each of `drop` is `<device id>@<seq>`. A payload in the 2022 form has no `seq`; its device's messages are counted
 * from 0 instead.
 * @throws UsageError where one is not of that form.
 */
export function discards(drop: readonly string[]): (message: PublishedMessage) => boolean {
  for (const entry of drop) {
    if (!/^.+@\d+$/.test(entry))
      throw new UsageError(`--drop ${entry}: not a message`, { hint: 'Write <device id>@<seq>, such as SLE-7115@3.' });
  }
  if (drop.length === 0) return () => false;
  const doomed = new Set(drop);
  const counts = new Map<string, number>();
  return ({ topic, payload }) => {
    const device = topic.slice(topic.lastIndexOf('/') + 1);
    const count = counts.get(device) ?? 0;
    counts.set(device, count + 1);
    return doomed.has(`${device}@${seqOf(payload) ?? count}`);
  };
}

function seqOf(payload: Buffer): unknown {
  try {
    return (JSON.parse(payload.toString('utf8')) as { payload?: { seq?: unknown } }).payload?.seq;
  } catch {
    return undefined;
  }
}
