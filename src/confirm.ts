import { createInterface } from 'node:readline/promises';
import { UsageError } from './errors.ts';

/** Asks at the terminal. @throws UsageError where the answer is not yes, or there is nobody to ask. */
export async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new UsageError('there is no terminal to ask at', { hint: 'Say --yes if you mean it.' });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('nothing was done');
}
