/** A command line with several values that are none: all are said at once, with what oclif itself refuses. */
import { expect, test } from 'vitest';
import Estimate from '../../src/commands/estimate.ts';
import { EXIT } from '../../src/errors.ts';
import type { Config } from '../../src/oclif.ts';

const config = { runHook: async () => ({ successes: [], failures: [] }) } as unknown as Config;

test.each<[argv: string[], wrong: string[]]>([
  [['--devices', '0'], ['--devices: expected a whole number of at least 1; got "0"']],
  [
    ['--devices', '0', '--hours', '99', '--poll', 'x', '--days', '7'],
    [
      '--devices: expected a whole number of at least 1; got "0"',
      '--hours: expected a number from 0.001 to 24; got "99"',
      '--poll: expected a number of seconds of at least 0.1, or a time such as 2min; got "x"',
    ],
  ],
  [
    ['--devices', 'many', 'more'],
    ['--devices: expected a whole number of at least 1; got "many"', 'Unexpected argument: more'],
  ],
])('simctl estimate %j', async (argv, wrong) => {
  const refused = await new Estimate(argv, config).run().then(
    () => undefined,
    (error: Error & { oclif?: { exit?: number } }) => error,
  );
  expect(refused?.message.split('\n')).toEqual(wrong);
  expect(refused?.oclif?.exit).toBe(EXIT.usage);
});
