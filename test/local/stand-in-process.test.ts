/** How a stand-in's process begins and ends, and what is in its way. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SetupError, UsageError } from '../../src/errors.ts';
import { type StandIn, startStandIn } from '../../src/local/spawn.ts';
import type { Target } from '../../src/target.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-stand-in-'));
  return () => rm(dir, { recursive: true, force: true });
});

describe('a stand-in that cannot', () => {
  const start = (more: object) => startStandIn({ dir: join(dir, 'fails'), credentialsDir: dir, ...more });
  const caught = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );

  it.each([
    ['httpPort', '--http-port'],
    ['mqttPort', '--mqtt-port'],
  ])('have its port says which and what to do (%s)', async (option, flag) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const error = await caught(start({ [option]: port }));
    other.close();
    expect(error).toBeInstanceOf(SetupError);
    expect(error).toMatchObject({
      message: `port ${port} of 127.0.0.1 is in use`,
      hint: expect.stringContaining(flag),
    });
  });

  it('understand what to drop says so', async () => {
    const error = await caught(start({ drop: ['SLE-7115'] }));
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message: '--drop SLE-7115: not a message', hint: expect.stringContaining('@') });
  });

  it('write its directory says so', async () => {
    await writeFile(join(dir, 'file'), '');
    const error = await caught(start({ dir: join(dir, 'file') }));
    expect(error).toBeInstanceOf(SetupError);
    expect(error).toMatchObject({
      message: expect.stringContaining(join(dir, 'file')),
      hint: expect.stringContaining('--dir'),
    });
  });
});

describe('a stand-in that ends', () => {
  let standIn: StandIn;
  beforeEach(async () => {
    standIn = await startStandIn({ dir: join(dir, 'ends'), credentialsDir: dir });
    return async () => void (await standIn.stop());
  });

  it('has its directory to itself until then', async () => {
    const second = startStandIn({ dir: join(dir, 'ends'), credentialsDir: dir });
    await expect(second).rejects.toMatchObject({
      name: 'SetupError',
      message: expect.stringContaining(`held by process ${standIn.target.pid}`),
      hint: expect.stringContaining('--dir'),
    });
    await standIn.stop();
    const third = await startStandIn({ dir: join(dir, 'ends'), credentialsDir: dir });
    await third.stop();
  });

  it('by itself is told of, and stopping it then is no error', async () => {
    const told = new Promise<Error>((resolve) => standIn.onExit(resolve));
    process.kill(standIn.target.pid!, 'SIGKILL');
    expect(await told).toMatchObject({ name: 'RunError', message: expect.stringContaining('signal SIGKILL') });
    expect(await standIn.stop()).toEqual({});
  });
});

describe('simctl local', () => {
  it('writes the ready file, runs until a signal, and leaves nothing behind', async () => {
    const file = join(dir, 'ready.json');
    const script = `import Local from '${new URL('../../dist/src/commands/local.js', import.meta.url)}';
      await Local.run(['--http-port', '0', '--mqtt-port', '0', '--dir', ${JSON.stringify(join(dir, 'local'))}, '--ready-file', ${JSON.stringify(file)}], ${JSON.stringify(process.cwd())});`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    let out = '';
    child.stdout.on('data', (text) => {
      out += text;
    });
    const exit = once(child, 'exit');
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 20_000, interval: 20 });
    const target = JSON.parse(readFileSync(file, 'utf8')) as Target;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await fetch(`${target.queryEndpoint}/get-device-without-tracker?deviceid=AWS-7686`)).status).toBe(200);
    await vi.waitFor(() => expect(out).toContain('aws location list-device-positions'), {
      timeout: 5000,
      interval: 20,
    });
    expect(out).toContain(`export AWS_ENDPOINT_URL_LOCATION=${target.locationEndpoint}`);
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect(existsSync(file)).toBe(false);
    expect(out).toContain('Stopped.');
    expect(() => process.kill(target.pid!, 0)).toThrow('ESRCH');
  });

  it('outlives a signal to the group of whoever started it', async () => {
    const script = `import { startStandIn } from '${new URL('../../dist/src/local/spawn.js', import.meta.url)}';
      const standIn = await startStandIn({ dir: ${JSON.stringify(join(dir, 'group'))}, credentialsDir: '/nowhere' });
      standIn.onExit(() => console.log('gone'));
      process.once('SIGTERM', async () => {
        const { status } = await fetch(standIn.target.queryEndpoint + '/get-device-without-tracker?deviceid=d');
        console.log(status);
        await standIn.stop();
      });
      console.log('ready');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { detached: true });
    let out = '';
    child.stdout.on('data', (text) => {
      out += text;
    });
    await vi.waitFor(() => expect(out).toBe('ready\n'), { timeout: 20_000, interval: 20 });
    process.kill(-child.pid!, 'SIGTERM');
    await once(child, 'close');
    expect(out).toBe('ready\n200\n');
  });

  it('takes the stand-in with it when it is killed', async () => {
    const script = `import { startStandIn } from '${new URL('../../dist/src/local/spawn.js', import.meta.url)}';
      const { target } = await startStandIn({ dir: ${JSON.stringify(join(dir, 'orphan'))}, credentialsDir: '/nowhere' });
      console.log(target.pid);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    const [pid] = await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await vi.waitFor(() => expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH'), {
      timeout: 10_000,
      interval: 20,
    });
  });
});
