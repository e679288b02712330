/**
 * What generating costs: CPU seconds of all threads, wall time, peak memory; each measurement is a process of its own.
 *
 *     npm run bench:generator -- [--model realistic] [--workers 1] [--only TEXT] [--map FILE] [--profile]
 *
 * On the Honolulu crop that trip-simulator was measured on, where it is (../shared/data), else on the default map.
 * `--profile` lets V8 take a CPU profile of each, and says which functions the time went to; the profiles are kept.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'realistic' },
    workers: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    map: { type: 'string' },
    profile: { type: 'boolean', default: false },
  },
});

/** Functions that a profile names. */
const TOP = 20;
const SHARED = fileURLToPath(new URL('../../shared/data/honolulu_crop.osm.pbf', import.meta.url));
const BIN = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const map = values.map ?? (existsSync(SHARED) ? SHARED : 'gothenburg');

/** With what is asked of it, and what trip-simulator 3.0.1 took, where that was measured (CPU seconds, MB). */
interface Case {
  readonly name: string;
  readonly flags: readonly string[];
  readonly most?: { readonly cpu: number; readonly mb: number };
  readonly theirs?: string;
}

const SECONDS = ['--seconds', '7200'];
const THINNED = [...SECONDS, '--every', '30'];
const FOUR = ['probes', 'traces', 'changes', 'trips'];
const CASES: readonly Case[] = [
  {
    name: '500 cars, all 3.6 M probes',
    flags: ['--agents', '500', '--every', '1', ...SECONDS],
    most: { cpu: 20, mb: 250 },
    theirs: '504 s, 369 MB, all four files',
  },
  {
    name: '500 cars, one fix in 30 s',
    flags: ['--agents', '500', ...THINNED],
    most: { cpu: 6, mb: 250 },
    theirs: 'as above: it has no such flag',
  },
  { name: '2,500 cars, one fix in 30 s', flags: ['--agents', '2500', ...THINNED] },
  { name: '5,000 cars, one fix in 30 s', flags: ['--agents', '5000', ...THINNED] },
  { name: '10,000 cars, one fix in 30 s', flags: ['--agents', '10000', ...THINNED] },
];
/** The same work as the tool's own. */
const LIKE_THE_TOOL: Case = {
  name: '500 cars, all four files',
  flags: ['--agents', '500', '--every', '1', ...SECONDS],
  most: { cpu: 20, mb: 250 },
  theirs: '504 s, 369 MB',
};

/** Prints what a process has used, of all its threads, when it ends. */
const USED = `data:text/javascript,${encodeURIComponent(
  `import { isMainThread } from 'node:worker_threads';
   if (isMainThread) process.on('exit', () => process.stderr.write('USED ' + JSON.stringify(process.resourceUsage()) + '\\n'));`,
)}`;

const dir = await mkdtemp(join(tmpdir(), 'simctl-bench-'));
const say = (text: string) => process.stdout.write(`${text}\n`);
try {
  // A map is made once and kept; that is not what is measured.
  await generate(['--agents', '1', '--seconds', '60', '--probes', join(dir, 'probes')]);
  say(`${map}, --model ${values.model}, --workers ${values.workers}\n`);
  say(`${''.padEnd(32)}  CPU s  wall s   MB   µs/probe   at most        trip-simulator 3.0.1`);
  for (const of of [...CASES, LIKE_THE_TOOL]) {
    if (!of.name.includes(values.only)) continue;
    await measure(of);
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}

async function measure(of: Case): Promise<void> {
  const files = (of === LIKE_THE_TOOL ? FOUR : ['probes']).flatMap((kind) => [`--${kind}`, join(dir, kind)]);
  const profiles = values.profile ? await mkdtemp(join(tmpdir(), 'simctl-cpu-profile-')) : undefined;
  const from = performance.now();
  const { used, fixes } = await generate([...of.flags, ...files], profiles);
  const wall = (performance.now() - from) / 1000;
  const cpu = (used.userCPUTime + used.systemCPUTime) / 1e6;
  const mb = used.maxRSS / 1024;
  const limits = of.most ? `${of.most.cpu} s, ${of.most.mb} MB` : '';
  const verdict = of.most && (cpu > of.most.cpu || mb > of.most.mb) ? '  MISSED' : '';
  say(
    `${of.name.padEnd(32)} ${cpu.toFixed(1).padStart(6)} ${wall.toFixed(1).padStart(7)} ${mb.toFixed(0).padStart(5)} ${((cpu / fixes) * 1e6).toFixed(1).padStart(10)}   ${limits.padEnd(15)}${of.theirs ?? ''}${verdict}`,
  );
  if (profiles) await explain(profiles);
}

interface Used {
  readonly userCPUTime: number;
  readonly systemCPUTime: number;
  /** KB */
  readonly maxRSS: number;
}

async function generate(flags: readonly string[], profiles?: string): Promise<{ used: Used; fixes: number }> {
  const node = ['--import', USED, ...(profiles ? ['--cpu-prof', '--cpu-prof-dir', profiles] : [])];
  const own = ['--model', values.model, '--workers', values.workers, '--map', map];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...node, BIN, 'generate', ...own, ...flags], {
    maxBuffer: 1 << 26,
  });
  const line = stderr.split('\n').find((text) => text.startsWith('USED '));
  return { used: JSON.parse(line!.slice(5)), fixes: Number(/ ([0-9]+) fixes/.exec(stdout)?.[1]) };
}

interface CpuProfile {
  readonly nodes: readonly { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Where the time went, by function and without what it called; over all threads. */
async function explain(profiles: string): Promise<void> {
  await mkdir(profiles, { recursive: true });
  const own = new Map<string, number>();
  let total = 0;
  for (const file of await readdir(profiles)) {
    const { nodes, samples, timeDeltas }: CpuProfile = JSON.parse(await readFile(join(profiles, file), 'utf8'));
    const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
    for (const [i, id] of samples.entries()) {
      const name = names.get(id)!;
      if (name === '(idle)') continue;
      own.set(name, (own.get(name) ?? 0) + timeDeltas[i]!);
      total += timeDeltas[i]!;
    }
  }
  say(`\n  of ${(total / 1e6).toFixed(1)} s, without what they called (${profiles}):`);
  for (const [name, us] of [...own].sort((a, b) => b[1] - a[1]).slice(0, TOP)) {
    say(`  ${((us / total) * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
  say('');
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const file = /(?:dist\/|node_modules\/)(.*)$/.exec(url)?.[1] ?? url;
  return `${functionName || '(anonymous)'}${file ? `  ${file}:${lineNumber + 1}` : ''}`;
}
