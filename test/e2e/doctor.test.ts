import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../src/doctor/finding.ts';
import { type Simctl, simctl } from '../support/simctl.ts';

let cli: Simctl;
let local: Awaited<ReturnType<Simctl['local']>>;
beforeAll(async () => {
  cli = await simctl();
  local = await cli.local();
});
afterAll(async () => {
  await local.stop();
  await cli.remove();
});

async function doctor(env: Readonly<Record<string, string>>, ...args: string[]) {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const { ended } = cli.startBy(['env', ...variables], 'doctor', '--json', ...args);
  const { code, stdout, stderr } = await ended;
  const findings: Finding[] = stdout === '' ? [] : JSON.parse(stdout);
  return { code, stdout, stderr, of: (what: string) => findings.find((finding) => finding.what === what) };
}

test('a small run lacks nothing here', async () => {
  const { code, stdout } = await cli.run('doctor', '--devices', '3');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^✓ Node +v[\s\S]*\nNothing is missing/)]);
});

test('a fleet that no machine holds is a problem, with a remedy, and exit code 3', async () => {
  const { code, of } = await doctor({}, '--devices', '2000000000');
  expect(code).toBe(3);
  expect(of('memory')).toMatchObject({ level: 'problem', mend: expect.stringContaining('docs/many-machines.md') });
});

test('of a stand-in: its doors are tried, and its fleet is missed', async () => {
  const { code, of } = await doctor({}, '--devices', '3', '--target', local.readyFile);
  expect(code).toBe(3);
  expect(of('MQTT broker')).toMatchObject({ level: 'ok', detail: expect.stringContaining('over TLS') });
  expect(of('query API')).toMatchObject({ level: 'ok' });
  expect(of('device certificates')).toMatchObject({
    level: 'problem',
    mend: expect.stringContaining(`simctl provision --target ${local.readyFile}`),
  });
});

test('and once it is provisioned, not any more', async () => {
  await cli.run('generate', '--agents', '3', '--seconds', '30', '--out', 'fleet');
  await cli.run('provision', '--target', local.readyFile, '--dataset', 'fleet');
  const { code, of } = await doctor({}, '--devices', '3', '--target', local.readyFile);
  expect([code, of('who may read them')?.level, of('how long they last')?.level]).toEqual([0, 'ok', 'ok']);
});

test('credentials are found and never shown', async () => {
  const { stdout, of } = await doctor({ AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-to-be-seen' });
  expect(of('AWS credentials')).toEqual({
    level: 'ok',
    what: 'AWS credentials',
    detail: 'found (environment variables); they do not expire',
  });
  expect(stdout).not.toMatch(/AKIDEXAMPLE|not-to-be-seen/);
});

test('a target that is none is a problem, a flag that is wrong is usage', async () => {
  expect(await doctor({}, '--target', 'nowhere.json')).toMatchObject({ code: 3 });
  expect(await doctor({}, '--stack', 'x')).toMatchObject({ code: 2 });
});
