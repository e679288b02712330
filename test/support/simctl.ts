import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Target } from '../../src/target.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const commandsInOne = fileURLToPath(new URL('./commands-in-one.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built program, in a home and a directory of its own. */
export interface Simctl {
  readonly dir: string;
  file(...parts: string[]): string;
  run(...args: string[]): Promise<Ended>;
  /** The same without a process of its own, for what is refused, or says something: one process does all of these, in turn. */
  ask(...args: string[]): Promise<Ended>;
  /** Starts it and returns at once; `ended` resolves with what it said. */
  start(...args: string[]): { child: ChildProcess; ended: Promise<Ended> };
  /** The same, started by another program, such as `ip netns exec NAME`. */
  startBy(command: readonly string[], ...args: string[]): { child: ChildProcess; ended: Promise<Ended> };
  /** `simctl local` on free ports, once it is ready. */
  local(...args: string[]): Promise<{ target: Target; readyFile: string; stop(): Promise<Ended> }>;
  remove(): Promise<void>;
}

export async function simctl(more: NodeJS.ProcessEnv = {}): Promise<Simctl> {
  const dir = await mkdtemp(join(tmpdir(), 'simctl-e2e-'));
  const file = (...parts: string[]) => join(dir, ...parts);
  const env = { ...process.env, SIMCTL_HOME: file('home'), CI: 'true', NODE_NO_WARNINGS: '1', ...more };
  const options = { cwd: dir, env };
  const start: Simctl['start'] = (...args) => startBy([], ...args);
  const startBy: Simctl['startBy'] = (command, ...args) => {
    // Whether this machine keeps up with a schedule is not what these tests are about.
    const patient = args[0] === 'run' && !args.includes('--lag-limit') ? ['--lag-limit', '600000'] : [];
    const [name, ...rest] = [...command, process.execPath, bin, ...args, ...patient];
    const child = spawn(name!, rest, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
    return { child, ended };
  };
  let one: ChildProcess | undefined;
  let asked: Promise<unknown> = Promise.resolve();
  const askOne = (args: readonly string[]) =>
    new Promise<Ended>((resolve, reject) => {
      one ??= fork(commandsInOne, { ...options, execArgv: [] });
      const died = () => reject(new Error(`the process ended that was asked: simctl ${args.join(' ')}`));
      one.once('exit', died);
      one.once('message', (ended) => {
        one!.off('exit', died);
        resolve(ended as Ended);
      });
      one.send(args);
    });
  return {
    dir,
    file,
    start,
    startBy,
    run: (...args) => start(...args).ended,
    ask(...args) {
      const answer = asked.then(() => askOne(args));
      asked = answer.catch(() => {});
      return answer;
    },
    async local(...args) {
      const readyFile = file(`ready-${args.join('').length}.json`);
      const { child, ended } = start(
        'local',
        '--http-port',
        '0',
        '--mqtt-port',
        '0',
        '--ready-file',
        readyFile,
        ...args,
      );
      const died = ended.then(({ stdout, stderr }) => {
        throw new Error(`simctl local ended:\n${stdout}${stderr}`);
      });
      died.catch(() => {});
      await Promise.race([appears(readyFile), died]);
      const target = JSON.parse(await readFile(readyFile, 'utf8')) as Target;
      return {
        target,
        readyFile,
        stop() {
          child.kill('SIGTERM');
          return ended;
        },
      };
    },
    async remove() {
      one?.disconnect();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Resolves once a file is there: the child writes it when it is ready, however long that takes. */
export async function appears(file: string): Promise<void> {
  for (;;) {
    try {
      return await access(file);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Another program, such as `aws`; its exit code is data. */
export function program(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd?: string,
): Promise<Ended> {
  const options = { env: { ...process.env, ...env }, cwd };
  return new Promise((resolve) => {
    execFile(name, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      resolve({ code, stdout, stderr });
    });
  });
}

export async function linesOf(file: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(file, 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
