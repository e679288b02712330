/**
 * What simctl costs before it does anything: CPU time (user and system, of children too) of some commands beside a bare
 * start of Node, one of each in turn, in the build; and of whole runs that send next to nothing, 48 updates.
 *
 *     npm run bench:startup -- [--rounds 30] [--bin FILE]
 *
 * `NODE_EXTRA_CA_CERTS` is taken away: Node 20 reads such a file at each start, which is not ours and makes any ratio look
 * better.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    bin: { type: 'string', default: fileURLToPath(new URL('../bin/run.js', import.meta.url)) },
  },
});
const { bin } = values;
const rounds = Number(values.rounds);
const dir = mkdtempSync(join(tmpdir(), 'simctl-bench-'));
const fleet = join(dir, 'fleet');
const { NODE_EXTRA_CA_CERTS: _, ...outer } = process.env;
const env = { ...outer, SIMCTL_HOME: join(dir, 'home') };
execFileSync(
  process.execPath,
  [bin, 'generate', ...'--agents 12 --seconds 120 --every 30 --seed 7 --out'.split(' '), fleet],
  { env, stdio: ['ignore', 'ignore', 'inherit'] },
);
const out = join(dir, 'run');
const run = [bin, 'run', '--dataset', fleet, '--out', out, '--pace', 'replay:60'];
const SIDES: Readonly<Record<string, readonly string[]>> = {
  'node -e 0': ['-e', '0'],
  'simctl --version': [bin, '--version'],
  'simctl --help': [bin, '--help'],
  'simctl fleet --help': [bin, 'fleet', '--help'],
  'simctl run --help': [bin, 'run', '--help'],
  'simctl run --dry-run': [bin, 'run', '--dry-run'],
  'a run, memory': [...run, '--transport', 'memory', '--workers', '1'],
  'a run, stand-in': [...run, '--settle', '200', '--poll', '100', '--workers', '2'],
};

const spent = new Map<string, number[]>(Object.keys(SIDES).map((side) => [side, []]));
for (let round = 0; round < rounds; round++)
  for (const [side, args] of Object.entries(SIDES)) spent.get(side)!.push(cpuMs(args));

const bare = median(spent.get('node -e 0')!);
process.stdout.write(`${rounds} rounds, median CPU ms, Node ${process.version}\n\n`);
for (const [side, ms] of spent) {
  const cost = median(ms);
  process.stdout.write(`${side.padEnd(22)}${cost.toFixed(0).padStart(6)}${(cost / bare).toFixed(2).padStart(8)} x\n`);
}

rmSync(dir, { recursive: true });

/** Of a process, ms, as bash counts it: Node does not tell what its children took. */
function cpuMs(args: readonly string[]): number {
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null 2>&1';
  rmSync(out, { recursive: true, force: true });
  const { stderr, status } = spawnSync('bash', ['-c', script, 'bash', process.execPath, ...args], {
    env,
    encoding: 'utf8',
  });
  // 4: a run whose generator lagged, on a machine that was busy.
  if (status !== 0 && status !== 4) throw new Error(`${args.join(' ')} ended with ${status}`);
  const [user, system] = stderr.trim().split(' ').map(Number);
  return (user! + system!) * 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
