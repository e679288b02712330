import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { program, type Simctl, simctl } from '../support/simctl.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = (name: string) => readFile(join(root, 'infra', 'kubernetes', name), 'utf8');

let dir: string;
let cli: Simctl;
beforeAll(async () => {
  [dir, cli] = await Promise.all([mkdtemp(join(tmpdir(), 'simctl-image-')), simctl()]);
});
afterAll(async () => {
  await Promise.all([rm(dir, { recursive: true, force: true }), cli.remove()]);
});

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** A Dockerfile by its stages. */
function stagesOf(dockerfile: string): Instruction[][] {
  const lines = dockerfile.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const stages: Instruction[][] = [];
  for (const line of lines) {
    const [, name = '', text = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.push([]);
    stages.at(-1)!.push({ name, text });
  }
  return stages;
}

test('the image is small and not root: no tools to build with, and every base pinned', async () => {
  const stages = stagesOf(await file('Dockerfile'));
  const last = stages.at(-1)!;
  expect(last.find(({ name }) => name === 'USER')?.text).toBe('node');
  expect(last.some(({ name }) => name === 'RUN')).toBe(false);
  for (const [from] of stages) expect(from!.text).toMatch(/^node:[0-9]+\.[0-9]+\.[0-9]+-\S+-slim/);
});

/** No engine of containers is needed: a root that is a directory, and each step taken below it. */
test('its steps, taken in an empty directory, make a simctl that runs', { timeout: 300_000 }, async (context) => {
  const registry = await program('npm', ['view', 'p-limit@7.3.3', 'version', '--fetch-retries=0']);
  if (registry.code !== 0) return context.skip('the registry of npm is not to be reached');
  const [contents, image] = [join(dir, 'context'), join(dir, 'image')];
  await mkdir(contents);
  const packed = await program('npm', ['pack', root, '--pack-destination', contents, '--ignore-scripts']);
  expect([packed.code, packed.code === 0 ? '' : packed.stderr]).toEqual([0, '']);
  let [workdir, entry]: [string, string[]] = ['/', []];
  const env: NodeJS.ProcessEnv = { SIMCTL_HOME: join(dir, 'home') };
  for (const { name, text } of stagesOf(await file('Dockerfile')).flat()) {
    if (name === 'WORKDIR') {
      workdir = text;
      await mkdir(join(image, workdir), { recursive: true });
    } else if (name === 'COPY' && !text.startsWith('--from=')) {
      const [from, to] = text.split(' ') as [string, string];
      const pattern = new RegExp(`^${from.replaceAll('.', '\\.').replace('*', '.*')}$`);
      const [found] = (await readdir(contents)).filter((one) => pattern.test(one));
      await cp(join(contents, found!), join(image, workdir, to));
    } else if (name === 'RUN') {
      const ran = await program('sh', ['-ec', `cd ${join(image, workdir)}\n${text}`]);
      expect([text, ran.code, ran.code === 0 ? '' : ran.stderr]).toEqual([text, 0, '']);
    } else if (name === 'ENV') {
      const [variable, value] = text.split('=') as [string, string];
      env[variable] = value;
    } else if (name === 'ENTRYPOINT') entry = JSON.parse(text) as string[];
  }
  const [node, bin] = entry as [string, string];
  const ran = (...args: string[]) => program(node, [join(image, bin), ...args], env);
  expect((await ran('--help')).stdout).toContain('merge');
  const run = await ran(
    ...['run', '--agents', '4', '--seconds', '60', '--transport', 'memory', '--pace', 'max', '--settle', '0'],
    ...['--shard', '1/2', '--start-at', String(Math.ceil(Date.now() / 1000) + 30), '--out', join(dir, 'results')],
  );
  expect([run.code, run.stderr]).toEqual([0, '']);
  expect(await readdir(join(dir, 'results', 'shard-1-of-2'))).toContain('summary.json');
});

test('the job: each pod finds its shard, may do little, and is not repeated', { timeout: 60_000 }, async () => {
  const { spec } = parse(await file('job.yaml'));
  expect(spec).toMatchObject({ completionMode: 'Indexed', parallelism: spec.completions, backoffLimit: 0 });
  const pod = spec.template.spec;
  expect(pod).toMatchObject({ restartPolicy: 'Never', securityContext: { runAsNonRoot: true } });
  const [container] = pod.containers;
  expect(container.securityContext).toMatchObject({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true });
  expect(container.args).toContain(`--shards=${spec.completions}`);
  const { child, ended } = cli.startBy(['env', 'JOB_COMPLETION_INDEX=19'], ...container.args, '--dry-run');
  const { stdout, stderr } = await ended;
  expect([child.exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toContain('shard 19 of 20, counted from 0 (by JOB_COMPLETION_INDEX)');
  expect(stdout).toContain('5000 devices');
});
