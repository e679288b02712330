import { expect, it } from 'vitest';
import { optionsOf } from '../../src/run/options-of.ts';
import { RUN_SETTINGS } from '../../src/run/settings.ts';
import { optionsWithoutKeys, targetWithoutKeys, withoutPassword } from '../../src/run/without-keys.ts';
import { defaultsOf } from '../../src/setting.ts';

it.each([
  ['mqtt://user:s3cret@broker:1883', 'mqtt://user@broker:1883'],
  ['mqtts://broker:8883', 'mqtts://broker:8883'],
  ['mqtt://:s3cret@broker', 'mqtt://broker'],
  ['s3cret that is no URL', ''],
])('writes %s down as %s', (url, shown) => expect(withoutPassword(url)).toBe(shown));

it('leaves all else of a run and its target as it was', () => {
  const options = { ...optionsOf(defaultsOf(RUN_SETTINGS), {}), broker: 'mqtt://user:s3cret@broker' };
  expect(optionsWithoutKeys(options)).toEqual({ ...options, broker: 'mqtt://user@broker' });
  const rest = { name: 'local', region: 'eu-west-1', mqttHost: 'localhost', mqttPort: 8883, trackerCount: 10 };
  const target = { ...rest, credentialsDir: 'credentials', accessKeyId: 'A', secretAccessKey: 'S' };
  const { accessKeyId: _, secretAccessKey: __, ...shown } = target;
  expect(targetWithoutKeys(target as never)).toEqual(shown);
});
