import type { Keys } from './keys.ts';
import { lineReporter } from './lines.ts';
import type { Reporter } from './reporter.ts';

/** A screen on a terminal, plain lines elsewhere: without a terminal ink would print every frame anew. */
export async function openReporter(stream: NodeJS.WriteStream, title = 'simctl run', keys?: Keys): Promise<Reporter> {
  const { CI, TERM, NO_COLOR } = process.env;
  if (!stream.isTTY || CI || TERM === 'dumb') {
    return lineReporter(
      (line) => stream.write(`${line}\n`),
      () => performance.now(),
    );
  }
  // ink, and React under it, are only loaded where they are drawn; React's development build draws at twice the cost.
  process.env.NODE_ENV ??= 'production';
  const { inkReporter } = await import('./ink.tsx');
  return inkReporter({ stdout: stream, stdin: process.stdin, title, colours: !NO_COLOR, keys });
}
