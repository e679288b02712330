import { expect, test } from 'vitest';
import { parseErrorText } from '../src/parse-error-text.ts';

const more = '\nSee more help with --help';

test.each([
  [`Parsing --agents \n\tExpected a whole number; got "x"${more}`, '--agents: expected a whole number; got "x"'],
  [`Parsing --agents \n\tExpected an integer but received: x${more}`, '--agents: expected a whole number; got "x"'],
  [`Parsing --agents \n\tExpected an integer but received: ${more}`, '--agents: expected a whole number; got ""'],
  [
    `Parsing --sample \n\tExpected an integer greater than or equal to 0 but received: -1${more}`,
    '--sample: expected a whole number of at least 0; got "-1"',
  ],
  [
    `Parsing --http-port \n\tExpected an integer less than or equal to 65535 but received: 99999${more}`,
    '--http-port: expected a whole number of at most 65535; got "99999"',
  ],
  [`Nonexistent flag: --nosuch${more}`, 'Nonexistent flag: --nosuch'],
  [`The following error occurred:\n  \u001b[2mMissing required flag out\u001b[22m${more}`, '--out is missing'],
  [
    `The following errors occurred:\n  \u001b[2mExactly one of these: --a, --b\n  Missing required flag target\u001b[22m${more}`,
    'Exactly one of these: --a, --b\n--target is missing',
  ],
  [
    `Missing 1 required arg:\nrun  directories of runs, one or more\n\nNote: --metric allows multiple values. Because of this you need to provide all arguments before providing that flag.\nAlternatively, you can use "--" to signify the end of the flags and the beginning of arguments.${more}`,
    'RUN is missing: directories of runs, one or more',
  ],
  [`Flag --pace expects a value${more}`, 'Flag --pace expects a value'],
])('%j', (message, text) => {
  expect(parseErrorText(message)).toBe(text);
});
