import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Lines, mergeSeconds } from '../../src/generator/lines.ts';

/** By block and second, the lines of it. */
const blocks = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 10 })).chain(([many, seconds]) =>
  fc.array(fc.array(fc.string({ maxLength: 5 }), { minLength: seconds, maxLength: seconds }), {
    minLength: many,
    maxLength: many,
  }),
);

function linesOf(seconds: readonly string[]): Lines {
  const ends = new Uint32Array(seconds.length);
  let text = '';
  for (const [i, second] of seconds.entries()) {
    text += second;
    ends[i] = Buffer.byteLength(text);
  }
  return { bytes: Buffer.from(text), ends };
}

test('blocks are merged by second, and within it by block', () => {
  fc.assert(
    fc.property(blocks, (of) => {
      const seconds = of[0]!.map((_, second) => of.map((block) => block[second]).join(''));
      expect(Buffer.from(mergeSeconds(of.map(linesOf))).toString()).toBe(seconds.join(''));
    }),
  );
  expect(mergeSeconds([]).length).toBe(0);
});
