import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { checkProfile, PROFILES, readProfile } from '../../../src/generator/agents/profiles.ts';

const { name: _name, ...CAR } = PROFILES.car;
const KEYS = Object.keys(CAR).filter((key) => key !== 'vehicle');

describe('profiles in files', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'simctl-profiles-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  async function file(text: string): Promise<string> {
    const path = join(dir, 'mine.json');
    await writeFile(path, text);
    return path;
  }

  it('are known by name, or read, with a byte order mark or not, and without what nothing reads', async () => {
    expect(await readProfile('bike')).toBe(PROFILES.bike);
    const path = await file(`\uFEFF${JSON.stringify({ ...CAR, frequency: undefined, vehicle: undefined })}`);
    expect(await readProfile(path)).toEqual({ ...PROFILES.car, name: path });
  });

  it.each([
    { what: 'no such name', named: () => 'lorry', says: 'there is no profile "lorry"' },
    { what: 'an inherited name', named: () => 'constructor', says: 'there is no profile "constructor"' },
    { what: 'no such file', named: () => join(dir, 'none.json'), says: 'none.json' },
    { what: 'a directory', named: () => dir, says: 'cannot read the profile' },
    { what: 'no JSON', named: () => file('{"tripDistance": 8,'), says: 'mine.json is no JSON' },
    { what: 'an empty file', named: () => file(''), says: 'mine.json is no JSON' },
    { what: 'a list', named: () => file('[8]'), says: 'must be a JSON object' },
    { what: 'null', named: () => file('null'), says: 'must be a JSON object' },
  ])('are refused, with a reason: $what', async ({ named, says }) => {
    const error = await readProfile(await named()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toContain(says);
  });
});

function problemsOf(json: unknown): string {
  try {
    checkProfile(json, 'mine.json');
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  return '';
}

describe('what is wrong with a profile', () => {
  it('is said all at once', () => {
    const { tripDistance, idleTimeBetweenTrips: _, ...rest } = CAR;
    const message = problemsOf({
      ...rest,
      tripDistanc: tripDistance,
      horizontalAccuracy: '10 m',
      vehicle: 'boat',
      color: 1,
    });
    expect(message).toBe(
      [
        'the profile mine.json cannot be used:',
        '  unknown key "tripDistanc"; did you mean "tripDistance"?',
        '  unknown key "color"',
        '  "idleTimeBetweenTrips" is missing (milliseconds)',
        '  "horizontalAccuracy" must be a number of kilometres from 0 to 10; got "10 m"',
        '  "vehicle" must be "car" or "bike"; got "boat"',
      ].join('\n'),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, null, '5', [5], {}, true])('is a value of %o', (value) => {
    for (const key of KEYS) expect(problemsOf({ ...CAR, [key]: value })).toContain(`"${key}" must be a number`);
  });

  it('is a key that means something else in JavaScript', () => {
    expect(problemsOf(JSON.parse(`{"__proto__":{"tripDistance":8},${JSON.stringify(CAR).slice(1)}`))).toContain(
      'unknown key "__proto__"',
    );
  });

  it('is a key with a letter too many, too few, another, or two changed places; and the right one is named', () => {
    const mutation = fc.constantFrom('drop', 'double', 'swap', 'case', 'underscore');
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), mutation, fc.nat(), (key, how, at) => {
        const i = 1 + (at % (key.length - 2));
        const misspelt = {
          drop: key.slice(0, i) + key.slice(i + 1),
          double: key.slice(0, i) + key[i] + key.slice(i),
          swap: key.slice(0, i) + key[i + 1] + key[i] + key.slice(i + 2),
          case: key.toUpperCase(),
          underscore: key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        }[how]!;
        if (misspelt === key || (how === 'underscore' && !/[A-Z]/.test(key))) return;
        const { [key as keyof typeof CAR]: value, ...rest } = CAR;
        const message = problemsOf({ ...rest, [misspelt]: value });
        expect(message).toContain(`unknown key "${misspelt}"; did you mean "${key}"?`);
        expect(message.split('\n')).toHaveLength(2);
      }),
    );
  });

  it('is found in any JSON: either it is a profile with numbers within bounds, or a UsageError says what is not', () => {
    const value = fc.oneof(fc.double(), fc.integer(), fc.constant(8), fc.jsonValue({ maxDepth: 1 }));
    const mutated = fc
      .record(Object.fromEntries(KEYS.map((key) => [key, value])), { requiredKeys: [] })
      .chain((some) => fc.dictionary(fc.string(), value, { maxKeys: 1 }).map((odd) => ({ ...CAR, ...some, ...odd })));
    fc.assert(
      fc.property(fc.oneof(mutated, fc.jsonValue()), (json) => {
        const message = problemsOf(json);
        if (message !== '') {
          expect(message).toContain('mine.json');
          return;
        }
        const profile = checkProfile(json, 'mine.json');
        for (const key of KEYS) expect(profile[key as keyof typeof CAR]).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 300 },
    );
  });
});
