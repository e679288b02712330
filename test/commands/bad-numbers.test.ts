/** Every flag of every command that takes a number, with what is none: the flag, and what was typed, are said. */
import { readdir } from 'node:fs/promises';
import { Parser } from '@oclif/core';
import { describe, expect, test } from 'vitest';
import { parseErrorText } from '../../src/parse-error-text.ts';

interface NumberFlag {
  readonly type: string;
  readonly options?: readonly string[];
  readonly multiple?: boolean;
  parse(text: string, context: object, options: object): Promise<unknown>;
}

const root = new URL('../../src/commands/', import.meta.url);
const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
const commands = await Promise.all(
  files.map(async (file) => {
    const { default: command } = (await import(new URL(file, root).href)) as {
      default: { flags: Record<string, NumberFlag> };
    };
    const named = await Promise.all(
      Object.entries(command.flags).map(async ([name, flag]) => {
        if (flag.type !== 'option' || flag.options !== undefined) return [];
        // Some number is in the range of each.
        const made = await Promise.all(
          ['1', '2', '60', '200'].map((text) => flag.parse(text, {}, flag).catch(() => undefined)),
        );
        return made.some((value) => typeof value === 'number') ? [[name, flag] as const] : [];
      }),
    );
    return { command: file.replace(/(\/index)?\.ts$/, '').replace('/', ' '), numbers: named.flat() };
  }),
);

test('there are such flags', () => {
  const counts = Object.fromEntries(commands.map(({ command, numbers }) => [command, numbers.length]));
  expect(counts).toMatchObject({ estimate: 10, doctor: 2, provision: 1, compare: 1, 'fleet verify': 1, merge: 0 });
  expect(counts.run).toBeGreaterThan(15);
});

describe.each(commands.filter(({ numbers }) => numbers.length > 0))('$command', ({ numbers }) => {
  const cases = numbers.flatMap(([name, flag]) =>
    ['x', '', 'NaN', 'Infinity', '1e999'].map((bad) => ({ name, flag, bad })),
  );
  test.each(cases)('--$name "$bad"', async ({ name, flag, bad }) => {
    const refused = await Parser.parse([`--${name}=${bad}`], {
      flags: { [name]: { ...flag, dependsOn: [], exclusive: [], exactlyOne: [] } } as never,
    }).then(
      () => undefined,
      (error: Error) => parseErrorText(error.message),
    );
    expect(refused).toMatch(new RegExp(`^--${name}: expected an? .+; got "${bad}"$`));
  });
});
