/** What a person has after `npm install simctl`: the package alone, in an empty directory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Image, takeSteps } from '../support/dockerfile.ts';
import { appears, program } from '../support/simctl.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let dir: string;
let packed: { filename: string; size: number; unpackedSize: number; files: { path: string; size: number }[] };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-package-'));
  const { code, stdout, stderr } = await program('npm', [
    ...['pack', root, '--pack-destination', dir, '--ignore-scripts', '--json'],
  ]);
  if (code !== 0) throw new Error(stderr);
  [packed] = JSON.parse(stdout);
}, 120_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('its contents', () => {
  const paths = () => packed.files.map(({ path }) => path);

  test.each([
    'bin/run.js',
    'LICENSE',
    'README.md',
    'dist/oclif.json',
    'dist/oclif.manifest.json',
    'dist/root-help.txt',
    'dist/src/framework.cjs',
    'dist/src/framework-LICENCES.txt',
    'dist/packages/LICENCES.txt',
    'dist/src/model.d.ts',
    'dist/infra/lambdas/store-positions/index.js',
    'dist/infra/lambdas/store-batches/index.js',
    'dist/infra/lambdas/get-positions/index.js',
    'dist/maps/gothenburg.graph',
    'dist/maps/gothenburg-bike.graph',
    'dist/web/index.html',
  ])('%s is there', (path) => expect(paths()).toContain(path));

  test('and nothing that only we need: no source, test, stack, tool, secret or map of lines', () => {
    const allowed =
      /^(package\.json|LICENSE|README\.md|bin\/run\.js|dist\/.*\.(js|cjs|mjs|json|d\.ts|graph|bin|html|css|svg|png|txt))$/;
    expect(paths().filter((path) => !allowed.test(path))).toEqual([]);
    expect(paths().filter((path) => /(^|\/)(test|bench|cdk\.out|node_modules)\/|\.map$|\.tgz$/.test(path))).toEqual([]);
  });

  test('no more than 15 MB to fetch, most of it the roads of the default map', () => {
    const roads = packed.files.filter(({ path }) => path.endsWith('.graph')).reduce((sum, { size }) => sum + size, 0);
    expect(packed.size).toBeLessThan(15e6);
    expect(roads / packed.unpackedSize).toBeGreaterThan(0.6);
  });

  test('every command has the framework from the one file: a second copy would take the start back', async () => {
    const scripts = paths().filter((path) => /^dist\/src\/.*\.js$/.test(path));
    const texts = await Promise.all(
      scripts.map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const),
    );
    expect(texts.filter(([, text]) => text.includes("'@oclif/core'")).map(([path]) => path)).toEqual([]);
  });

  test('a package that is one file is imported as that: a second copy of it would be another', async () => {
    const doors = paths().flatMap((path) => /^dist\/packages\/(.*)\.js$/.exec(path)?.[1] ?? []);
    expect(doors).toEqual(expect.arrayContaining(['aws-sdk-client-iot', 'aws-sdk-client-location', 'aedes', 'mqtt']));
    const scripts = paths().filter((path) => /^dist\/(src|infra)\/.*\.js$/.test(path));
    const names = scripts.map(async (path) =>
      [...(await readFile(join(root, path), 'utf8')).matchAll(/(?:from |import\()'(@?[a-z][^':]*)'/g)].map(([, name]) =>
        name!.replace('@', '').replaceAll('/', '-'),
      ),
    );
    expect((await Promise.all(names)).flat().filter((name) => doors.includes(name))).toEqual([]);
  });

  test('the list of commands is that of this build', async () => {
    const manifest = JSON.parse(await readFile(join(root, 'dist', 'oclif.manifest.json'), 'utf8'));
    expect(Object.keys(manifest.commands)).toEqual(expect.arrayContaining(['run', 'local', 'doctor', 'fleet:list']));
  });
});

/** By the steps of the image, which are those of a person but for the place: one install serves both. */
describe('installed in an empty directory', { timeout: 300_000 }, () => {
  let missing: string | undefined;
  let env: NodeJS.ProcessEnv;
  let image: Image;
  const at = () => join(dir, 'image', 'opt', 'simctl');
  const simctl = (...args: string[]) => program(join(at(), 'node_modules', '.bin', 'simctl'), args, env, dir);

  beforeAll(async () => {
    env = { SIMCTL_HOME: join(dir, 'home'), CI: 'true', NODE_NO_WARNINGS: '1' };
    const made = await takeSteps(
      await readFile(join(root, 'infra', 'kubernetes', 'Dockerfile'), 'utf8'),
      ...([dir, join(dir, 'image')] as const),
      // What `npm ci` fetched a moment ago is not fetched again.
      { npm_config_prefer_offline: 'true', npm_config_fetch_retries: '0' },
    );
    if (!('step' in made)) image = made;
    else if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENOTCACHED|ETIMEDOUT/.test(made.stderr))
      missing = 'npm has no registry, and not all in its cache';
    else throw new Error(`${made.step}\n${made.stderr}`);
  }, 300_000);

  test('it says what it can do, and brings no tool for building', async (context) => {
    if (missing) return context.skip(missing);
    const { code, stdout } = await simctl('--help');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/\n {2}run +Drive a fleet through the backend/)]);
    for (const tool of ['typescript', 'vite', 'aws-cdk-lib', 'esbuild'])
      await expect(readFile(join(at(), 'node_modules', tool, 'package.json'))).rejects.toThrow('ENOENT');
  });

  test('it drives a fleet on its own map through its own stand-in: every update arrives', async (context) => {
    if (missing) return context.skip(missing);
    const { code, stdout, stderr } = await simctl(
      ...['run', '--agents', '12', '--seconds', '90', '--pace', 'max', '--settle', '500', '--lag-limit', '600000'],
      ...['--out', 'out', '--json'],
    );
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    const { sent, acknowledged, seen, superseded } = JSON.parse(stdout);
    expect(sent).toBeGreaterThanOrEqual(36);
    expect([acknowledged, seen + superseded]).toEqual([sent, sent]);
    const { versions } = JSON.parse(await readFile(join(dir, 'out', 'plan.json'), 'utf8'));
    expect(versions.simctl).toBe(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version);
  });

  test('the steps of its image make a simctl that runs a shard, as they leave it', async (context) => {
    if (missing) return context.skip(missing);
    const [node, bin] = image.entry as [string, string];
    const ran = (...args: string[]) => program(node, [join(dir, 'image', bin), ...args], { ...env, ...image.env }, dir);
    expect((await ran('--help')).stdout).toContain('merge');
    const fleet = await ran('generate', '--agents', '4', '--seconds', '60', '--out', 'fleet');
    expect([fleet.code, fleet.code === 0 ? '' : fleet.stderr]).toEqual([0, '']);
    const run = await ran(
      ...['run', '--dataset', 'fleet', '--transport', 'memory', '--pace', 'max', '--settle', '0', '--shard', '1/2'],
      ...['--live', '--lag-limit', '600000', '--out', 'shards'],
    );
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(await readdir(join(dir, 'shards', 'shard-1-of-2'))).toContain('summary.json');
  });

  test('its stand-in serves the map page, and the page’s scripts', async (context) => {
    if (missing) return context.skip(missing);
    const ready = join(dir, 'ready.json');
    const child = spawn(
      join(at(), 'node_modules', '.bin', 'simctl'),
      ['local', '--http-port', '0', '--mqtt-port', '0', '--ready-file', ready],
      { cwd: dir, env: { ...process.env, ...env }, stdio: 'ignore' },
    );
    const closed = once(child, 'close');
    try {
      await Promise.race([appears(ready), closed.then(([code]) => Promise.reject(new Error(`it ended with ${code}`)))]);
      const { mapPage } = JSON.parse(await readFile(ready, 'utf8'));
      const page = await (await fetch(mapPage)).text();
      const script = /<script[^>]* src="([^"]+)"/.exec(page)?.[1];
      const answer = await fetch(new URL(script ?? 'none', mapPage));
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('javascript')]);
    } finally {
      child.kill('SIGTERM');
      await closed;
    }
  });
});
