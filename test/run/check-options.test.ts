import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkOptions } from '../../src/run/check-options.ts';
import { optionsOf } from '../../src/run/options-of.ts';
import { RUN_SETTINGS } from '../../src/run/settings.ts';
import { defaultsOf } from '../../src/setting.ts';

const dir = mkdtempSync(join(tmpdir(), 'simctl-credentials-'));
const file = join(dir, 'file');
writeFileSync(file, '');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('--credentials', () => {
  test.each<[target: string, credentials: string | undefined, wrong: string | undefined]>([
    ['target.json', dir, undefined],
    ['target.json', 's3://bucket/fleet', undefined],
    ['local', undefined, undefined],
    ['target.json', join(dir, 'absent'), `--credentials ${join(dir, 'absent')}: there is no such directory`],
    ['aws', file, `--credentials ${file}: it is no directory`],
    ['local', dir, '--credentials are of devices that a --target knows; the embedded stand-in makes its own'],
    ['local', join(dir, 'absent'), '--credentials are of devices that a --target knows'],
  ])('of target %s, at %s', (target, credentials, wrong) => {
    const check = () => checkOptions(optionsOf({ ...defaultsOf(RUN_SETTINGS), target, credentials }, {}));
    if (wrong === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(wrong);
  });

  test('is said together with what else is wrong', () => {
    const values = { ...defaultsOf(RUN_SETTINGS), credentials: dir, pace: 'rumble' };
    expect(() => checkOptions(optionsOf(values, {}))).toThrow(/--pace is[\s\S]*\n--credentials are/);
  });
});
