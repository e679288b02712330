import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Summary } from '../../src/run/summary.ts';
import { linesOf, simctl } from '../support/simctl.ts';
import { cluster, hasSlurm } from './cluster.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const script = fileURLToPath(new URL('./array.sh', import.meta.url));
/** For all elements to be there and connected, however busy the machine. */
const AHEAD_S = 45;

test('an array of four on a real Slurm sends the fleet once, and is one run', { timeout: 300_000 }, async (context) => {
  if (!(await hasSlurm())) return context.skip('this takes root, and slurm-wlm (apt-get install slurm-wlm)');
  const cli = await simctl();
  const [slurm, local] = await Promise.all([cluster(4), cli.local()]);
  try {
    await cli.run('generate', '--agents', '24', '--seconds', '120', '--every', '30', '--seed', '7', '--out', 'fleet');
    await cli.run('provision', '--target', local.readyFile, '--dataset', 'fleet');
    const startAt = Math.ceil(Date.now() / 1000) + AHEAD_S;
    const submitted = await slurm.run(
      'sbatch',
      ...['--wait', '--array=0-3', `--chdir=${cli.dir}`],
      `--export=ALL,SIMCTL_HOME=${cli.file('home')},CI=true,SIMCTL=${process.execPath} ${bin}`,
      ...[script, '--dataset', 'fleet', '--target', local.readyFile, '--start-at', String(startAt), '--out', 'results'],
      ...['--pace', 'replay:60', '--settle', '1000', '--poll', '200', '--workers', '1', '--lag-limit', '600000'],
    );
    const outputs = (await readdir(cli.dir)).filter((name) => /^simctl-[0-9]+-[0-3]\.log$/.test(name));
    const said = await Promise.all(outputs.map((name) => readFile(cli.file(name), 'utf8')));
    expect([submitted.code, submitted.code === 0 ? '' : `${submitted.stderr}\n${said.join('\n')}`]).toEqual([0, '']);
    expect(outputs).toHaveLength(4);
    for (const text of said) expect(text).toMatch(/shard [0-3] of 4, counted from 0 \(by SLURM_ARRAY_TASK_ID\)/);

    const { code, stdout } = await cli.run('merge', 'results', '--out', 'whole', '--json');
    expect(code).toBe(0);
    const whole = JSON.parse(stdout) as Summary;
    expect(whole).toMatchObject({ devices: 24, planned: 96, sent: 96, acknowledged: 96, lost: 0, unexplained: 0 });
    expect(whole.service.count).toBe(96);
    const names = (await readdir(cli.file('whole'))).filter((name) => name.startsWith('sent-'));
    const sent = (await Promise.all(names.map((name) => linesOf(cli.file('whole', name))))).flat();
    expect(new Set(sent.map(({ id, seq }) => `${id} ${seq}`)).size).toBe(96);
  } finally {
    await Promise.all([slurm.stop(), local.stop()]);
    await cli.remove();
  }
});
