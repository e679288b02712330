/** Every flag of `simctl run` that takes a value, with one that it cannot take: exit code 2, before anything starts. */
import { Parser } from '@oclif/core';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { dryRun } from '../../src/run/dry-run.ts';
import { optionsOf } from '../../src/run/options-of.ts';
import { RUN_SETTINGS, type RunValues } from '../../src/run/settings.ts';
import type { Setting } from '../../src/setting.ts';
import { flagsOf } from '../../src/setting-flags.ts';

const settings: Readonly<Record<string, Setting>> = RUN_SETTINGS;

const BAD_TEXTS: Readonly<Record<string, readonly string[]>> = {
  dataset: ['no-such-dataset'],
  probes: ['no-such-file.ndjson'],
  'csv-columns': ['nonsense'],
  model: ['nonsense'],
  profile: ['no-such-profile --model compat'],
  mend: ['nonsense --model compat'],
  dropouts: ['nonsense', '2:x'],
  'query-endpoint': ['nonsense'],
  broker: [
    'nonsense --transport mqtt',
    'http://localhost --transport mqtt',
    'mqtt://h:1/topic --transport mqtt',
    'mqtt://h',
  ],
  topic: ['#'],
  drop: ['nonsense', 'A@x'],
  pace: ['nonsense', 'replay:0', 'rate:x/s', 'ramp:1..', '-1'],
  'min-gap': ['nonsense', '-1'],
  shard: ['nonsense', '4/4'],
  'start-at': ['nonsense', '2026-03-01', '25:00'],
  'local-address': ['nonsense', '300.1.1.1'],
  fault: ['nonsense', 'storm at soon'],
  threshold: ['nonsense', 'lost == x', 'response.p42 < 1ms'],
};

/** Names and places that are looked for only later, or taken as they are; a port in --metrics is bound by the command. */
const TAKEN_AS_THEY_ARE = ['map', 'target', 'stack', 'credentials', 'out', 'metrics'];

async function exitCodeOf(argv: string[]): Promise<unknown> {
  try {
    const { flags } = await Parser.parse(argv, { flags: flagsOf(RUN_SETTINGS) });
    await dryRun(optionsOf(flags as unknown as RunValues, {}));
    return EXIT.done;
  } catch (error) {
    const { exitCode, oclif } = error as { exitCode?: number; oclif?: { exit?: number } };
    return exitCode ?? oclif?.exit ?? error;
  }
}

test('what is wrong with a pace, a fault and a threshold is said at once', async () => {
  const argv = ['--pace', 'rumble', '--fault', 'quake', '--threshold', 'x', '--threshold', 'failed == 0 in phase up'];
  const { flags } = await Parser.parse(argv, { flags: flagsOf(RUN_SETTINGS) });
  await expect(dryRun(optionsOf(flags as unknown as RunValues, {}))).rejects.toThrow(
    /--pace is[\s\S]*fault "quake"[\s\S]*--threshold "x"[\s\S]*no phase "up"/,
  );
});

/** Values that a setting of this kind cannot take. */
function badNumbers(setting: Setting): readonly string[] {
  if (setting.kind === 'choice') return ['nonsense', '99'];
  if (setting.kind === 'whole') return ['nonsense', '1.5', '5s', ''];
  if (setting.kind === 'time') return ['nonsense', '1.5', '5 parsecs', ''];
  return [];
}

const isText = ({ kind }: Setting) => kind === 'text' || kind === 'texts';

test('the table has every flag that takes a text', () => {
  const texts = Object.keys(settings).filter((name) => isText(settings[name]!));
  expect([...Object.keys(BAD_TEXTS), ...TAKEN_AS_THEY_ARE].sort()).toEqual(texts.sort());
});

describe('a value that a flag cannot take', () => {
  const cases = Object.entries(settings).flatMap(([name, setting]) =>
    [...badNumbers(setting), ...(BAD_TEXTS[name] ?? [])].map((value) => [name, value] as const),
  );
  test.each(cases)('--%s %s', async (name, value) => {
    const [bad = '', ...rest] = value.split(' --').map((part, n) => (n === 0 ? part : `--${part}`));
    const besides = name === 'csv-columns' ? ['--probes', 'no-such-file.csv'] : [];
    const argv = [`--${name}=${bad}`, ...rest.flatMap((flag) => flag.split(' ')), ...besides];
    expect(await exitCodeOf(argv)).toBe(EXIT.usage);
  });

  test('and none at all: 0', async () => {
    expect(await exitCodeOf(['--agents', '3', '--settle', '2s', '--shift=-5'])).toBe(EXIT.done);
  });
});
