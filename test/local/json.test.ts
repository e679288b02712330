import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/local/json.ts';

describe('JSON from outside', () => {
  it('is what JSON.parse takes it for, whatever its length', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.boolean(), (text, long) => {
        const padded = long ? text + ' '.repeat(5000) : text;
        expect(parseJson(Buffer.from(padded))).toEqual(JSON.parse(text));
      }),
    );
  });

  const padding = ' '.repeat(5000);
  it.each<[string, string, boolean]>([
    ['256 lists', '['.repeat(256) + ']'.repeat(256), true],
    ['257 lists', '['.repeat(257) + ']'.repeat(257), false],
    ['257 objects', `${'{"a":'.repeat(257)}1${'}'.repeat(257)}`, false],
    ['lists that never close', '['.repeat(10_000), false],
    ['brackets in a text', `"${'['.repeat(10_000)}"`, true],
    ['brackets after an escaped quote', `"\\"${'['.repeat(10_000)}"`, true],
    ['brackets after a text that ends in a backslash', `["\\\\",${'['.repeat(300)}${']'.repeat(300)}]`, false],
    ['a thousand lists side by side', `[${'[],'.repeat(1000)}[]]`, true],
  ])('may hold %s: %#', (_, text, taken) => {
    const parse = () => parseJson(Buffer.from(text + padding));
    if (taken) expect(parse()).toEqual(JSON.parse(text));
    else expect(parse).toThrow(SyntaxError);
  });
});
