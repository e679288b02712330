import { expect, test } from 'vitest';
import { RUN_SETTINGS } from '../src/run/settings.ts';
import { defaultsOf, numberOf, type Setting } from '../src/setting.ts';

const ms: Setting = { kind: 'time', unit: 'ms', min: 1 };
const s: Setting = { kind: 'time', unit: 's' };
const decimal: Setting = { kind: 'decimal', unit: 's', min: 0.1 };
const percent: Setting = { kind: 'decimal', unit: '%', min: 0, max: 100 };

test.each<[Setting, unknown, number]>([
  [ms, 250, 250],
  [ms, '250', 250],
  [ms, '30 s', 30_000],
  [ms, '4.35s', 4350],
  [ms, '1min', 60_000],
  [s, '2h', 7200],
  [s, 660, 660],
  [s, '-5', -5],
  [{ kind: 'whole', max: 9 }, '9', 9],
  [decimal, '0.5', 0.5],
  [decimal, '.5', 0.5],
  [decimal, '250ms', 0.25],
  [decimal, '2min', 120],
  [percent, '5', 5],
  [percent, '7.5 %', 7.5],
  [{ kind: 'decimal' }, '-1.5', -1.5],
])('%o takes %o', (setting, value, number) => {
  expect(numberOf(setting, value)).toBe(number);
});

test.each<[Setting, unknown, string]>([
  [ms, 0, 'a whole number of ms of at least 1, or a time such as 30s'],
  [ms, '0.5ms', 'a whole number of ms'],
  [ms, '5 days', 'a whole number of ms'],
  [ms, true, 'a whole number of ms'],
  [s, '500ms', 'a whole number of seconds, or a time such as 10min'],
  [{ kind: 'whole' }, '30s', 'a whole number'],
  [{ kind: 'whole', min: 1, max: 9 }, 10, 'a whole number from 1 to 9'],
  [{ kind: 'whole' }, '1e3', 'a whole number'],
  [{ kind: 'whole' }, 2 ** 60, 'a whole number'],
  [decimal, 'x', 'a number of seconds of at least 0.1, or a time such as 2min'],
  [decimal, '0', 'a number of seconds of at least 0.1'],
  [decimal, 'Infinity', 'a number of seconds'],
  [decimal, '', 'a number of seconds'],
  [percent, '5s', 'a number of percent from 0 to 100'],
  [percent, Number.NaN, 'a number of percent'],
  [{ kind: 'decimal', min: 1.1 }, '1e3', 'a number of at least 1.1'],
  [{ kind: 'decimal' }, '30s', 'a number'],
])('%o refuses %o and says what it takes', (setting, value, expected) => {
  expect(numberOf(setting, value)).toContain(expected);
});

test('a run that was told nothing has its defaults, and lists of its own', () => {
  const values = defaultsOf(RUN_SETTINGS);
  expect(values).toMatchObject({ agents: 1000, transport: 'iot', qos: 1, live: false, threshold: [] });
  expect(values.broker).toBeUndefined();
  expect(defaultsOf(RUN_SETTINGS).threshold).not.toBe(values.threshold);
});
