import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '@oclif/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SimctlCommand } from '../../src/command.ts';
import FleetActivate from '../../src/commands/fleet/activate.ts';
import FleetExport from '../../src/commands/fleet/export.ts';
import FleetList from '../../src/commands/fleet/list.ts';
import FleetRemove from '../../src/commands/fleet/remove.ts';
import FleetVerify from '../../src/commands/fleet/verify.ts';
import IotTest from '../../src/commands/iot-test.ts';
import Provision from '../../src/commands/provision.ts';
import TrackerTest from '../../src/commands/tracker-test.ts';
import { type CloudFormation, serveStacks } from '../support/cloudformation.ts';
import { REGION, startIot } from '../support/stand-in-iot.ts';

const config = await Config.load(import.meta.dirname);

let iot: Awaited<ReturnType<typeof startIot>>;
let cloud: CloudFormation;
let dir: string;
beforeEach(async () => {
  const outputs = {
    Ingest: 'lambda',
    QueryEndpoint: 'http://127.0.0.1:9/default',
    TrackerPrefix: 't',
    TrackerCount: '3',
    QueryFunction: 'q',
    RegistrationRole: 'arn:aws:iam::123456789012:role/r',
  };
  dir = mkdtempSync(join(tmpdir(), 'simctl-stack-'));
  [iot, cloud] = await Promise.all([startIot(), serveStacks({ simctl: { status: 'CREATE_COMPLETE', outputs } })]);
  vi.stubEnv('SIMCTL_HOME', dir);
  vi.stubEnv('AWS_REGION', REGION);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_ENDPOINT_URL_IOT', iot.endpoint);
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', cloud.endpoint);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  await Promise.all([iot.close(), cloud.close()]);
  rmSync(dir, { recursive: true, force: true });
});

/** Runs a command as the shell would. */
async function simctl(command: typeof SimctlCommand, ...argv: string[]) {
  const said: string[] = [];
  const Runnable = command as unknown as new (
    argv: string[],
    config: Config,
  ) => SimctlCommand & { _run(): Promise<unknown> };
  const instance = new Runnable(argv, config);
  vi.spyOn(instance, 'log').mockImplementation((text = '') => void said.push(text));
  vi.spyOn(instance, 'logToStderr').mockImplementation((text = '') => void said.push(text));
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const code = await instance._run().then(
    () => process.exitCode ?? 0,
    (error) => error.oclif?.exit ?? error,
  );
  stderr.mockRestore();
  return { said: said.join('\n'), code };
}

const STACK = ['--target', 'aws', '--stack', 'simctl'];

describe('--stack of the commands that work on a backend', () => {
  it('makes, lists, verifies, exports and removes the devices of the stack, and leaves it what it deployed', async () => {
    expect(await simctl(Provision, ...STACK, '--count', '2')).toMatchObject({ code: 0 });
    expect((await simctl(FleetList, ...STACK)).said).toContain(`2 devices of aws/localhost/${REGION}`);
    expect((await simctl(FleetVerify, ...STACK)).said).toContain(`2 devices of aws/localhost/${REGION}`);
    expect((await simctl(FleetExport, 'DEV-0001', ...STACK, '--out', join(dir, 'keys'))).code).toBe(0);
    expect((await simctl(FleetRemove, ...STACK, '--yes')).said).toContain('2 devices removed');
    expect(cloud.asked.map(({ stack }) => stack)).toEqual(Array(5).fill('simctl'));
  });

  it.each<[string, typeof SimctlCommand, string[]]>([
    ['provision', Provision, ['--count', '1']],
    ['fleet list', FleetList, []],
    ['fleet verify', FleetVerify, []],
    ['fleet activate', FleetActivate, []],
    ['fleet export', FleetExport, ['DEV-0001', '--out', 'keys']],
    ['fleet remove', FleetRemove, ['--yes']],
    ['iot-test', IotTest, []],
    ['tracker-test', TrackerTest, []],
  ])('%s says that there is no such stack, and that a stack is of AWS', async (_, command, more) => {
    expect(await simctl(command, ...more, '--target', 'aws', '--stack', 'absent')).toEqual({
      said: expect.stringContaining(`there is no stack absent in ${REGION}`),
      code: 3,
    });
    expect(await simctl(command, ...more, '--target', 'local', '--stack', 'simctl')).toEqual({
      said: expect.stringContaining('--stack simctl is of AWS, and --target is local'),
      code: 2,
    });
  });
});
