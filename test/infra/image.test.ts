import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { stagesOf } from '../support/dockerfile.ts';
import { type Simctl, simctl } from '../support/simctl.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = (name: string) => readFile(join(root, 'infra', 'kubernetes', name), 'utf8');

let cli: Simctl;
beforeAll(async () => {
  cli = await simctl();
});
afterAll(() => cli.remove());

test('the image is small and not root: no tools to build with, and every base pinned', async () => {
  const stages = stagesOf(await file('Dockerfile'));
  const last = stages.at(-1)!;
  expect(last.find(({ name }) => name === 'USER')?.text).toBe('node');
  expect(last.some(({ name }) => name === 'RUN')).toBe(false);
  for (const [from] of stages) expect(from!.text).toMatch(/^node:[0-9]+\.[0-9]+\.[0-9]+-\S+-slim/);
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
