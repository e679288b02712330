import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineBytes } from '../../src/analyser/bytes.ts';
import { NO_DEVICE, newDeviceTable } from '../../src/analyser/device-table.ts';
import {
  ingestForm,
  type LineForm,
  newReadLine,
  receivedForm,
  sentForm,
  storedForm,
  sweptForm,
} from '../../src/analyser/log-forms.ts';

const lineOf = (text: string) => {
  const line = new LineBytes();
  // In the middle of others, as in a chunk.
  const bytes = Buffer.from(`9${text}\n9`);
  line.set(bytes, 1, bytes.length);
  return line;
};
/** Whether all of the line has been read, up to its newline. */
const isAtEnd = (line: LineBytes) => line.at === line.bytes.length - 2;

describe('a number', () => {
  const json = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.maxSafeInteger().map(String),
    fc.double({ min: 1.7e12, max: 1.8e12, noNaN: true }).map((value) => JSON.stringify(value)),
    fc.double({ min: 0, max: 2e12, noNaN: true }).map((value) => value.toFixed(3)),
    fc.stringMatching(/^-?[0-9]{0,20}\.?[0-9]{0,20}$/),
  );

  test('is what JSON.parse reads, or is left to it', () => {
    fc.assert(
      fc.property(json, (text) => {
        const line = lineOf(text);
        const found = line.number();
        if (Number.isNaN(found)) return; // nothing was taken
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          // A number may be followed by what is no part of it, which whoever reads on will notice.
          expect(isAtEnd(line)).toBe(false);
          return;
        }
        expect(found).toBe(expected);
        expect(isAtEnd(line)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['1764000000000.123', 1764000000000.123],
    ['1764000000000.1235', 1764000000000.1235],
    ['-0.5', -0.5],
    ['0', 0],
  ])('%s is read', (text, value) => expect(lineOf(text).number()).toBe(value));

  test.each(['', '-', '.5', '5.', '01', '1e3', '1E3', 'x'])('"%s" is left to JSON.parse', (text) => {
    expect(lineOf(text).number()).toBeNaN();
  });
});

test('a pair of numbers is passed over exactly where JSON has one', () => {
  const part = fc.stringMatching(/^[-+]?[0-9]{0,3}\.?[0-9]{0,3}(?:[eE][-+]?[0-9]{0,2})?$/);
  fc.assert(
    fc.property(part, part, (a, b) => {
      const line = lineOf(`${a},${b}]`);
      let isPair = true;
      try {
        JSON.parse(`[${a},${b}]`);
      } catch {
        isPair = false;
      }
      expect(line.skipPair() && isAtEnd(line)).toBe(isPair);
    }),
    { numRuns: 2000 },
  );
});

describe('a line in the form that simctl writes', () => {
  const id = fc.oneof(fc.stringMatching(/^[A-Z]{3}-[0-9]{4}$/), fc.string({ minLength: 1 }));
  const time = fc.oneof(fc.nat(), fc.double({ min: 0, max: 2e12, noNaN: true }));
  const position = fc.tuple(
    fc.double({ min: -180, max: 180, noNaN: true }),
    fc.double({ min: -90, max: 90, noNaN: true }),
  );
  const code = fc.option(fc.string(), { nil: undefined });
  type Line = Record<string, unknown>;
  type Case = [
    string,
    LineForm,
    fc.Arbitrary<Line>,
    (line: Line) => unknown,
    (of: ReturnType<typeof newReadLine>) => unknown,
  ];

  test.each<Case>([
    [
      'sent',
      sentForm,
      fc.record({
        id,
        seq: fc.nat(),
        sampleTime: fc.nat(),
        position,
        dueAt: time,
        sentAt: time,
        doneAt: time,
        failure: code,
      }),
      ({ seq, sampleTime, sentAt, failure }) => [seq, sampleTime, sentAt, failure],
      ({ a, sampleTime, b, code }) => [a, sampleTime, b, code],
    ],
    [
      'received',
      receivedForm,
      fc.record({ id, sampleTime: fc.nat(), position, notBefore: time, seenAt: time }),
      ({ sampleTime, notBefore, seenAt }) => [sampleTime, notBefore, seenAt],
      ({ sampleTime, a, b }) => [sampleTime, a, b],
    ],
    [
      'stored',
      storedForm,
      fc.record({ id, sampleTime: fc.nat(), position, receivedTime: fc.nat() }),
      ({ sampleTime, receivedTime }) => [sampleTime, receivedTime],
      ({ sampleTime, a }) => [sampleTime, a],
    ],
    [
      'swept',
      sweptForm,
      fc.record({ swept: id, from: fc.nat(), to: fc.nat(), stored: fc.nat() }),
      ({ from, to, stored }) => [from, to, stored],
      ({ a, b, c }) => [a, b, c],
    ],
    [
      'ingest',
      ingestForm,
      fc.record({
        ingest: fc.constant(1),
        at: time,
        id,
        tracker: code,
        sampleTime: fc.nat(),
        seq: fc.nat(),
        code,
        message: code,
      }),
      ({ sampleTime, code, message }) => [sampleTime, code, message],
      ({ sampleTime, code, message }) => [sampleTime, code, message],
    ],
  ])(
    '%s: is read as JSON.parse reads it, or left to it; nothing cut off or altered passes',
    (_, form, lines, expected, found) => {
      let read = 0;
      fc.assert(
        fc.property(lines, fc.nat(), fc.constantFrom('', 'x', '"', '{', ',', '0', '-', '\\'), (value, at, instead) => {
          const text = JSON.stringify(value);
          const into = newReadLine();
          const line = lineOf(text);
          if (form(line, into)) {
            read++;
            expect(found(into)).toEqual(expected(value));
            const name = line.bytes.toString('utf8', into.idStart, into.idEnd);
            expect(name).toBe(value.id ?? value.swept);
            expect(line.at).toBe(line.bytes.length - 1); // behind the newline
          }
          const cut = (at % text.length) + 1;
          const altered = text.slice(0, cut - 1) + instead + text.slice(cut);
          if (altered === text || !form(lineOf(altered), newReadLine())) return;
          // Taken all the same: then it is JSON too, of the same members.
          expect(Object.keys(JSON.parse(altered))).toEqual(Object.keys(JSON.parse(text)));
        }),
        { numRuns: 1000 },
      );
      expect(read).toBeGreaterThan(100);
    },
  );
});

test('a device has one number, whether its id is met as bytes or as text, and however many there are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ maxLength: 4 }), fc.boolean()), { maxLength: 3000, size: 'max' }),
      (met) => {
        const table = newDeviceTable();
        const numbers = new Map<string, number>();
        for (const [id, asText] of met) {
          const bytes = Buffer.from(`"${id}"`);
          const look = (add: boolean) =>
            asText ? table.findText(id, add) : table.find(bytes, 1, bytes.length - 1, add);
          if (!numbers.has(id)) {
            expect(look(false)).toBe(NO_DEVICE);
            numbers.set(id, look(true));
          }
          expect(look(false)).toBe(numbers.get(id));
        }
        expect(table.size).toBe(numbers.size);
        for (const [id, number] of numbers) expect(table.idOf(number)).toBe(id);
      },
    ),
    { numRuns: 30 },
  );
});
