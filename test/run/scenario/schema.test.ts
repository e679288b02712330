import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseScenario } from '../../../src/run/scenario/read-scenario.ts';
import { scenarioSchema } from '../../../src/run/scenario/schema.ts';
import { RUN_SETTINGS } from '../../../src/run/settings.ts';
import type { Setting } from '../../../src/setting.ts';

const fits = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false }).compile(scenarioSchema());

function isRead(text: string): boolean {
  try {
    parseScenario('s.yaml', text);
    return true;
  } catch {
    return false;
  }
}

test.each(readdirSync('examples').filter((name) => name.endsWith('.yaml')))('examples/%s fits the schema', (name) => {
  expect(fits(parse(readFileSync(`examples/${name}`, 'utf8')))).toBe(true);
});

test.each([
  'treshold: lost == 0',
  'agents: many',
  'agents: 5.5',
  'qos: 2',
  'qos: "1"',
  'ack-timeout: 5 days',
  'ack-timeout: 0',
  'ack-timeout: 0s',
  'ack-timeout: 0.0 min',
  'agents: 0',
  'workers: -1',
  'mqtt: 4',
  'live: "true"',
  'probes: [1]',
  'probes: { a: b }',
  'probes: a\ndataset: b',
  'csv-columns: id=a',
  'transport: carrier-pigeon',
  'phases: []',
  'phases: { a: b }',
  'phases: [a]',
  'phases: [{ name: a }]',
  'phases: [{ duration: 5s }]',
  'phases: [{ name: a, duration: 5s, colour: red }]',
  'phases: [{ name: "a\\tb", duration: 5s }]',
  'phases: [{ name: "", duration: 5s }]',
  'phases: [{ name: -1, duration: 5s }]',
  'phases: [{ name: 1.5, duration: 5s }]',
  '[]',
])('the schema and the reader refuse: %s', (text) => {
  expect(fits(parse(text))).toBe(false);
  expect(isRead(text)).toBe(false);
});

const TAKEN = ['mqtt: 5', 'mqtt: "5"', 'mqtt: 3.1.1', 'ack-timeout: 0.5s', 'ack-timeout: 10 ms', 'linger: 0s'];
const NAMES = ['étape 2', 'rush-hour_1', '5'].map((name) => `phases: [{ name: ${name}, duration: 5s }]`);
test.each([...TAKEN, ...NAMES])('the schema and the reader take: %s', (text) => {
  expect([fits(parse(text)), isRead(text)]).toEqual([true, true]);
});

/** Values of a setting's kind and of others. Texts are ones that mean nothing wrong. */
function valueFor(name: string, setting: Setting): fc.Arbitrary<unknown> {
  const text =
    name === 'pace'
      ? 'rate:5/s'
      : setting.kind === 'texts' && setting.key === 'thresholds'
        ? 'lost == 0'
        : name === 'fault'
          ? 'storm at 1s'
          : 'abc';
  const times = fc.constantFrom('5s', '250 ms', '2min', '5', 'soon');
  const own: fc.Arbitrary<unknown> =
    setting.kind === 'choice'
      ? fc.constantFrom<unknown>(...setting.choices, 'other')
      : setting.kind === 'time'
        ? times
        : fc.constant(text);
  // What means nothing wrong in one setting may in another: paces and thresholds are no numbers and no other texts.
  const strict = name === 'pace' || (setting.kind === 'texts' && setting.key !== undefined);
  return fc.oneof(
    own,
    fc.boolean(),
    fc.constant({ a: 1 }),
    ...(strict
      ? []
      : [
          fc.integer({ min: -3, max: 70_000 }),
          fc.constant(1.5),
          fc.constant('abc'),
          fc.array(fc.constantFrom<unknown>('abc', 5)),
        ]),
  );
}

test('the schema and the reader take and refuse the same settings', () => {
  const scenario = fc
    .subarray(Object.entries<Setting>(RUN_SETTINGS), { minLength: 1, maxLength: 3 })
    .chain((entries) =>
      fc.record(Object.fromEntries(entries.map(([name, setting]) => [setting.key ?? name, valueFor(name, setting)]))),
    );
  let [taken, refused] = [0, 0];
  fc.assert(
    fc.property(scenario, (values) => {
      const text = stringify(values);
      const fit = fits(parse(text));
      fit ? taken++ : refused++;
      expect({ values, isRead: isRead(text) }).toEqual({ values, isRead: fit });
    }),
    { numRuns: 1000 },
  );
  expect(Math.min(taken, refused)).toBeGreaterThan(100);
});
