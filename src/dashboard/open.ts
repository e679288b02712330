import { lineReporter } from './lines.ts';
import type { Reporter } from './reporter.ts';

/** A screen on a terminal, plain lines elsewhere: without a terminal ink would print every frame anew. */
export async function openReporter(stream: NodeJS.WriteStream, title = 'simctl run'): Promise<Reporter> {
  const now = () => performance.now();
  if (!stream.isTTY || process.env.CI || process.env.TERM === 'dumb') {
    return lineReporter((line) => stream.write(`${line}\n`), now);
  }
  // ink, and React under it, are only loaded where they are drawn.
  const { inkReporter } = await import('./ink.tsx');
  return inkReporter({ stdout: stream, now, title });
}
