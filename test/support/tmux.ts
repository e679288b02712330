import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const call = promisify(execFile);
const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** Within a test's time, so that it can say what it saw instead. */
const PATIENCE_MS = 40_000;

/** The built program on a real terminal: tmux's, on a server of its own. */
export interface TmuxScreen {
  /** Types keys, one after the other, as tmux names them. */
  press(...keys: string[]): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** What is on the screen; with `styles`, escape sequences and all. */
  capture(styles?: boolean): Promise<string>;
  /** Captures until `what` is on it. */
  until(what: RegExp): Promise<string>;
  end(): Promise<void>;
}

/** @param env beside the caller's own; what is '' there is not set */
export async function onTmux(
  { dir, columns, rows, env }: { dir: string; columns: number; rows: number; env: Record<string, string> },
  ...args: string[]
): Promise<TmuxScreen> {
  const server = ['-L', `simctl-${randomUUID()}`, '-f', '/dev/null'];
  const tmux = async (...of: string[]) => (await call('tmux', [...server, ...of])).stdout;
  const unset = Object.keys(env).flatMap((name) => (env[name] === '' ? ['-u', name] : []));
  const set = Object.entries(env).flatMap(([name, value]) => (value === '' ? [] : [`${name}=${value}`]));
  const words = ['env', ...unset, ...set, process.execPath, bin, ...args];
  const command = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  // It stays when the program has ended, so that its last words can be read.
  await tmux(
    'new-session',
    '-d',
    '-x',
    `${columns}`,
    '-y',
    `${rows}`,
    '-c',
    dir,
    `${command}; echo ended $?; sleep 3600`,
  );
  const capture = (styles = false) => tmux('capture-pane', '-p', ...(styles ? ['-e'] : []));
  return {
    press: async (...keys) => void (await tmux('send-keys', ...keys)),
    resize: async (wide, high) => void (await tmux('resize-window', '-x', `${wide}`, '-y', `${high}`)),
    capture,
    async until(what) {
      const begun = performance.now();
      for (;;) {
        const text = await capture();
        if (what.test(text)) return text;
        if (performance.now() - begun > PATIENCE_MS) throw new Error(`${what} does not come; the screen says\n${text}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    end: async () => void (await tmux('kill-server')),
  };
}
