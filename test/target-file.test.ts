import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SetupError, UsageError } from '../src/errors.ts';
import { readTarget } from '../src/target-file.ts';
import { startIot } from './support/stand-in-iot.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'simctl-target-'));
  return () => {
    vi.unstubAllEnvs();
    rmSync(dir, { recursive: true, force: true });
  };
});

const GOOD = {
  name: 'local',
  region: 'eu-west-1',
  mqttHost: 'localhost',
  mqttPort: 8883,
  credentialsDir: '/tmp/credentials',
  trackerPrefix: 'tracker',
  trackerCount: 10,
  caFile: '/tmp/ca.pem',
  pid: process.pid,
};

function written(value: unknown): string {
  const file = join(dir, 'local.json');
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  return file;
}

describe('readTarget', () => {
  it('reads a ready file', async () => {
    expect(await readTarget(written(GOOD))).toEqual(GOOD);
  });

  it.each([
    ['no JSON', '{', /is no target file/],
    ['a list', '[]', /it holds no JSON object/],
    ['no name', { ...GOOD, name: undefined }, /name must be a string/],
    ['a port as text', { ...GOOD, mqttPort: '8883' }, /mqttPort must be a whole number above 0/],
    ['no tracker', { ...GOOD, trackerCount: 0 }, /trackerCount must be/],
    ['an authority that is no path', { ...GOOD, caFile: 1 }, /caFile must be a string/],
    ['every problem at once', { ...GOOD, region: '', pid: -1 }, /region must be a string; pid must be a process id/],
  ])('refuses %s', async (_, value, message) => {
    const reading = readTarget(written(value));
    await expect(reading).rejects.toThrow(UsageError);
    await expect(reading).rejects.toThrow(message);
  });

  it('says how to make a file that is not there', async () => {
    const reading = readTarget(join(dir, 'absent.json'));
    await expect(reading).rejects.toThrow(SetupError);
    await expect(reading).rejects.toMatchObject({ hint: expect.stringContaining(`--ready-file ${dir}/absent.json`) });
  });

  it('says so where the stand-in has ended', async () => {
    // Above what Linux gives out.
    await expect(readTarget(written({ ...GOOD, pid: 4_194_304 }))).rejects.toThrow(
      /process 4194304\) does not run any more/,
    );
  });

  it('asks AWS for the endpoint of the account, which names the target', async () => {
    const server = await startIot();
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ENDPOINT_URL_IOT', server.endpoint);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'y');
    vi.stubEnv('SIMCTL_HOME', dir);
    try {
      expect(await readTarget('aws')).toEqual({
        name: 'aws/localhost/eu-west-1',
        region: 'eu-west-1',
        mqttHost: 'localhost',
        mqttPort: 8883,
        credentialsDir: join(dir, 'credentials/aws/localhost/eu-west-1'),
        trackerPrefix: 'sim-iot-tracker',
        trackerCount: 10,
      });
    } finally {
      await server.close();
    }
  });

  it('wants a region for AWS, and says where it looked', async () => {
    vi.stubEnv('AWS_REGION', '');
    vi.stubEnv('AWS_DEFAULT_REGION', '');
    await expect(readTarget('aws')).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('AWS_REGION'),
    });
  });
});
