import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches, parsePattern } from '../../src/local/policy-pattern.ts';

describe('matches', () => {
  const none = () => undefined;

  it('agrees with a regular expression built from the same pattern', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?', '.'), maxLength: 12 });
    fc.assert(
      fc.property(text, fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 12 }), (pattern, value) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(matches(parsePattern(pattern), value, none)).toBe(new RegExp(`^${source}$`, 's').test(value));
      }),
      { numRuns: 2000 },
    );
  });

  it('matches every pattern without wildcards or variables with itself only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (pattern, value) => {
        fc.pre(!/[*?]|\$\{/.test(pattern));
        expect(matches(parsePattern(pattern), value, none)).toBe(pattern === value);
      }),
    );
  });

  it('costs no more than the product of the lengths', () => {
    const pattern = parsePattern(`${'*a'.repeat(500)}b`);
    expect(matches(pattern, 'a'.repeat(20_000), none)).toBe(false);
  });

  it('writes the three special characters literally in braces after a dollar', () => {
    const pattern = parsePattern(`a\${*}b\${?}\${$}`);
    expect(matches(pattern, 'a*b?$', none)).toBe(true);
    expect(matches(pattern, 'axbx$', none)).toBe(false);
  });
});
