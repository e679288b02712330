import { expect, test } from 'vitest';
import { type UsageArg, type UsageFlag, usageOf } from '../src/usage.ts';

type Flags = Record<string, Omit<UsageFlag, 'name' | 'type'> & { type?: UsageFlag['type'] }>;

function usage(flags: Flags, args: Record<string, Omit<UsageArg, 'name'>> = {}, strict = true): string {
  const named = <T>(table: Record<string, T>) =>
    Object.fromEntries(
      Object.entries(table).map(([name, entry]) => [name, { type: 'option' as const, name, ...entry }]),
    );
  return usageOf({ id: 'go', strict, args: named(args), flags: named(flags) });
}

test.each<[string, Flags, string]>([
  ['nothing', {}, 'go'],
  ['a switch, and a value of which nothing is said', { yes: { type: 'boolean' }, a: {} }, 'go [--yes] [--a <value>]'],
  [
    'a word for a value, the choices, several',
    { a: { helpValue: 'N' }, b: { options: ['x', 'y'] } },
    'go [--a N] [--b x|y]',
  ],
  ['a value that may come again', { a: { helpValue: 'FILE', multiple: true } }, 'go [--a FILE...]'],
  ['a short name', { out: { char: 'o', helpValue: 'FILE' } }, 'go [-o FILE]'],
  ['what must be said comes first', { a: {}, b: { required: true, helpValue: 'N' } }, 'go --b N [--a <value>]'],
  ['a flag that is not shown', { a: { hidden: true }, yes: { type: 'boolean' } }, 'go [--yes]'],
  [
    'two that rule each other out, said on one side',
    { a: { helpValue: 'A' }, yes: { type: 'boolean' }, b: { helpValue: 'B', exclusive: ['a'] } },
    'go [--a A | --b B] [--yes]',
  ],
  [
    'three that do, said on some sides: no choice is empty',
    { a: { helpValue: 'A', exclusive: ['b'] }, b: { helpValue: 'B' }, c: { type: 'boolean', exclusive: ['a', 'b'] } },
    'go [--a A | --b B | --c]',
  ],
  [
    'a third that joins what were two choices',
    { a: {}, b: { helpValue: 'B' }, c: { type: 'boolean', exclusive: ['b', 'a'] } },
    'go [--a <value> | --b B | --c]',
  ],
  [
    'one of them has to be said',
    { a: { helpValue: 'A', required: true, exclusive: ['b'] }, b: { helpValue: 'B' } },
    'go (--a A | --b B)',
  ],
  [
    'what goes with another flag alone',
    { list: { type: 'boolean', dependsOn: ['dry-run'] }, 'dry-run': { type: 'boolean' } },
    'go [--dry-run [--list]]',
  ],
  [
    'what goes with one side of a choice',
    { a: { helpValue: 'A' }, columns: { helpValue: 'C', dependsOn: ['b'] }, b: { helpValue: 'B', exclusive: ['a'] } },
    'go [--a A | --b B [--columns C]]',
  ],
])('%s', (_, flags, expected) => {
  expect(usage(flags)).toBe(expected);
});

test('arguments come before flags; where more of the last may follow, dots say so', () => {
  const flags = { json: { type: 'boolean' } } as const;
  expect(usage(flags, { run: { required: true }, other: {} })).toBe('go RUN [OTHER] [--json]');
  expect(usage(flags, { run: { required: true } }, false)).toBe('go RUN... [--json]');
  expect(usage(flags, { run: { hidden: true } })).toBe('go [--json]');
});

test('of many flags, what must be said and what is a choice are told, and the list has the rest', () => {
  const many = Object.fromEntries('abcdefghi'.split('').map((name) => [name, {}]));
  expect(usage({ ...many, to: { required: true }, x: { exclusive: ['y'] }, y: {} })).toBe(
    'go --to <value> [--x <value> | --y <value>] [FLAGS]',
  );
  const { a: _, ...fewer } = many;
  expect(usage(fewer)).toMatch(/^go( \[--. <value>\]){8}$/);
});
