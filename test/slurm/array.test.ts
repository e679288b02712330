import { readdir, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Summary } from '../../src/run/summary.ts';
import { inTime, isLate, secondsOf } from '../support/in-time.ts';
import { linesOf, simctl } from '../support/simctl.ts';
import { cluster, hasSlurm } from './cluster.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const script = fileURLToPath(new URL('./array.sh', import.meta.url));

test('an array of four on a real Slurm sends the fleet once, and is one run', { timeout: 600_000 }, async (context) => {
  if (!(await hasSlurm())) return context.skip('this takes root, and slurm-wlm (apt-get install slurm-wlm)');
  const cli = await simctl();
  const slurm = await cluster(4);
  let local: Awaited<ReturnType<typeof cli.local>> | undefined;
  try {
    await cli.run('generate', '--agents', '24', '--seconds', '120', '--every', '30', '--seed', '7', '--out', 'fleet');
    const { submitted, outputs, said } = await inTime(
      async (moment, n) => {
        await rm(cli.file('results'), { recursive: true, force: true });
        for (const name of await outputsIn(cli.dir)) await rm(cli.file(name));
        await local?.stop();
        local = await cli.local('--dir', cli.file(`stand-in-${n}`));
        const { readyFile } = local;
        const seconds = await secondsOf(() => cli.run('provision', '--target', readyFile, '--dataset', 'fleet'));
        const submitted = await slurm.run(
          'sbatch',
          ...['--wait', '--array=0-3', `--chdir=${cli.dir}`],
          `--export=ALL,SIMCTL_HOME=${cli.file('home')},CI=true,SIMCTL=${process.execPath} ${bin}`,
          ...[script, '--dataset', 'fleet', '--target', readyFile, '--start-at', String(moment(seconds))],
          ...['--out', 'results', '--pace', 'replay:60', '--settle', '1000', '--poll', '200', '--workers', '1'],
          ...['--lag-limit', '600000'],
        );
        const outputs = await outputsIn(cli.dir);
        const said = await Promise.all(outputs.map((name) => readFile(cli.file(name), 'utf8')));
        return { submitted, outputs, said };
      },
      ({ said }) => said.some(isLate),
    );
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
    await Promise.all([slurm.stop(), local?.stop()]);
    await cli.remove();
  }
});

async function outputsIn(dir: string): Promise<string[]> {
  return (await readdir(dir)).filter((name) => /^simctl-[0-9]+-[0-3]\.log$/.test(name));
}
