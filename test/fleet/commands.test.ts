import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '@oclif/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SimctlCommand } from '../../src/command.ts';
import FleetExport from '../../src/commands/fleet/export.ts';
import FleetList from '../../src/commands/fleet/list.ts';
import FleetRemove from '../../src/commands/fleet/remove.ts';
import FleetVerify from '../../src/commands/fleet/verify.ts';
import Provision from '../../src/commands/provision.ts';
import { startIot, targetOf } from '../support/stand-in-iot.ts';

let server: Awaited<ReturnType<typeof startIot>>;
let dir: string;
let ready: string;
const config = await Config.load(import.meta.dirname);

beforeEach(async () => {
  server = await startIot();
  dir = mkdtempSync(join(tmpdir(), 'simctl-commands-'));
  ready = join(dir, 'local.json');
  writeFileSync(join(dir, 'ca.pem'), server.authority.caPem);
  const target = targetOf(server.endpoint, dir, { caFile: join(dir, 'ca.pem'), pid: process.pid });
  writeFileSync(ready, JSON.stringify(target));
  return async () => {
    process.exitCode = undefined;
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  };
});

/** Runs a command as the shell would. */
async function simctl(command: typeof SimctlCommand, ...argv: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const Runnable = command as unknown as new (
    argv: string[],
    config: Config,
  ) => SimctlCommand & { _run(): Promise<unknown> };
  const instance = new Runnable([...argv, '--target', ready], config);
  vi.spyOn(instance, 'log').mockImplementation((text = '') => void out.push(text));
  vi.spyOn(instance, 'logToStderr').mockImplementation((text = '') => void err.push(text));
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const code = await instance._run().then(
    () => process.exitCode ?? 0,
    (error) => error.oclif?.exit ?? error,
  );
  vi.restoreAllMocks();
  return { out, err, code };
}

describe('the fleet on the command line', () => {
  it('is made, listed, looked at, exported and removed', async () => {
    const dry = await simctl(Provision, '--count', '3', '--dry-run', '--list');
    expect(dry).toEqual({
      out: ['DEV-0000', 'DEV-0001', 'DEV-0002'],
      err: ['3 of 3 devices are still to be made for local'],
      code: 0,
    });
    expect(server.registry.things.things.size).toBe(0);

    const made = await simctl(Provision, '--count', '3');
    expect([made.out, made.code]).toEqual([[`3 devices made, 0 there already; credentials in ${dir}/credentials`], 0]);
    const listed = await simctl(FleetList);
    expect(listed.out.map((line) => line.split('\t')[0]).sort()).toEqual(['DEV-0000', 'DEV-0001', 'DEV-0002']);
    expect((await simctl(FleetVerify)).out).toEqual([
      '3 devices of local, 0 not connected yet, 3 attachments looked at: all is well',
    ]);

    const exported = await simctl(FleetExport, 'DEV-0001', '--out', join(dir, 'keys'));
    expect(exported.out[0]).toMatch(/^mosquitto_pub -h localhost -p 8883/);
    expect(readFileSync(join(dir, 'keys/ca.pem'), 'utf8')).toBe(server.authority.caPem);

    const removed = await simctl(FleetRemove, '--yes');
    expect(removed.out[0]).toBe('3 devices removed from local');
    expect((await simctl(FleetList)).out).toEqual([]);
  });

  it('ends with 4 where something is amiss', async () => {
    await simctl(Provision, '--count', '1', '--prefix', 'X');
    server.registry.detachThing('X-0000', server.registry.certificates.certificates.page({ limit: 1 }).items[0]!.arn);
    expect(await simctl(FleetVerify)).toMatchObject({
      out: [
        expect.stringContaining('1 findings'),
        '1 × not-attached: its certificate is not attached to its thing (X-0000)',
      ],
      code: 4,
    });
  });

  it('ends with 2 and a remedy for what the person must change', async () => {
    const list = join(dir, 'ids.txt');
    writeFileSync(list, 'A\nB\nA\n');
    expect(await simctl(Provision, '--devices', list)).toMatchObject({
      err: [`Error: ${list}:3: the device A is there already, on line 1`, 'Each device belongs on one line only.'],
      code: 2,
    });
    expect(await simctl(FleetExport, 'nobody', '--out', dir)).toMatchObject({ code: 2 });
    expect(await simctl(FleetRemove)).toMatchObject({
      err: ['Error: there is no terminal to ask at', 'Say --yes if you mean it.'],
      code: 2,
    });
  });

  it('ends with 3 where the stand-in is gone', async () => {
    await server.close();
    expect(await simctl(Provision, '--count', '1')).toMatchObject({
      err: expect.arrayContaining(['Is the stand-in still running?']),
      code: 3,
    });
  });
});
