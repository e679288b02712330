import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Simctl, simctl } from '../support/simctl.ts';
import { hasTmux, onTmux, type TmuxScreen } from '../support/tmux.ts';

let cli: Simctl;
let screen: TmuxScreen | undefined;
beforeAll(async () => {
  cli = await simctl();
});
afterEach(async () => {
  await screen?.end();
  screen = undefined;
});
afterAll(() => cli.remove());

/** Long enough that nobody waits for its end; the keys do. */
const LONG = ['--agents', '40', '--seconds', '3600', '--transport', 'memory', '--workers', '2', '--settle', '0'];

async function start(columns: number, rows: number, env: Record<string, string>, ...args: string[]) {
  const whole = { SIMCTL_HOME: cli.file('home'), CI: '', NO_COLOR: '', LANG: 'C.UTF-8', ...env };
  screen = await onTmux({ dir: cli.dir, columns, rows, env: whole }, ...args);
  return screen;
}

const widest = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length));

describe.skipIf(!hasTmux)('the dashboard on a real terminal (tmux)', () => {
  test('80 × 24, 40 × 15 and 200 × 50: every page fits; a pause and a stop are said in the report', async () => {
    const it = await start(80, 24, {}, 'run', ...LONG, '--out', 'watched');
    const overview = await it.until(/updates\/s +[▁-█]{2}/);
    expect(overview.split('\n')[1]).toMatch(/^\[1 overview\] 2 workers {2}3 failures .* p pause {2}q stop {2}\? help$/);
    expect(overview).toMatch(/[█░]+ +\d+ %, \d+ of 4800, .* left/);
    expect(overview).toContain('no failures');
    await it.press('2');
    expect(await it.until(/worker▼/)).toMatch(/^0 +20 +\d+.*\n1 +20 +\d+/m);
    await it.press('s');
    await it.until(/devices▼/);
    await it.press('3');
    await it.until(/no failures in \d+ updates/);
    await it.press('4');
    expect(await it.until(/├─+┤/)).toMatch(/[⠁-⣿]/);
    await it.press('Tab');
    await it.until(/99\.99 %/);
    await it.press('?');
    await it.until(/p again goes on/);
    await it.press('1', 'p');
    await it.until(/PAUSED: nothing is sent/);
    await it.resize(40, 15);
    expect(widest(await it.until(/^simctl run ▸ run 5 of 8$/m))).toBeLessThanOrEqual(40);
    await it.press('p');
    await it.until(/\d+ %, \d+\/4800, .*left/);
    await it.resize(200, 50);
    const wide = await it.until(/updates\/s[\s\S]*40 devices, \d/);
    // The screen was cleared: nothing of a former size is left.
    expect(wide.match(/updates\/s/g)).toHaveLength(1);
    await it.press('q');
    const report = await it.until(/ended 130/);
    expect(report).toContain('INTERRUPTED');
    expect(report).toMatch(/PAUSED by hand, once, \d+\.\d s in all/);
  });

  test('NO_COLOR: not one colour; without it, some', async () => {
    const colour = /\[(?:\d+;)*3[0-7]m/;
    const it = await start(80, 24, { NO_COLOR: '1' }, 'run', ...LONG, '--out', 'colourless');
    await it.until(/updates\/s +[▁-█]/);
    expect(await it.capture(true)).not.toMatch(colour);
    await it.press('q');
    await it.until(/ended 130/);
    await it.end();
    const other = await start(80, 24, {}, 'run', ...LONG, '--out', 'colourful');
    await other.until(/updates\/s +[▁-█]/);
    expect(await other.capture(true)).toMatch(colour);
    await other.press('C-c');
    await other.until(/ended 130/);
  });

  test('a terminal that can do nothing gets plain lines', async () => {
    const it = await start(80, 24, { TERM: 'dumb' }, 'run', ...LONG.with(3, '60'), '--pace', 'max', '--out', 'dumb');
    expect(await it.until(/ended 0/)).not.toContain('[1 overview]');
  });

  test('simctl top shows a run of another process, and leaves it alone', async () => {
    const { child, ended } = cli.start('run', ...LONG, '--metrics', ':0', '--out', 'elsewhere');
    let said = '';
    const url = await new Promise<string>((resolve) => {
      child.stdout!.on('data', (chunk) => {
        said += chunk;
        const found = /--metrics (http:\S+)/.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    const it = await start(80, 24, {}, 'top', '--metrics', url);
    const overview = await it.until(/updates\/s +[▁-█]/);
    expect(overview).toContain('simctl top');
    expect(overview).toContain('q leave');
    expect(overview).not.toContain('p pause');
    await it.press('2');
    await it.until(/worker▼[\s\S]*\n1 +20/);
    await it.press('4');
    await it.until(/├─+┤/);
    await it.press('q');
    await it.until(/ended 130/);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });
});
