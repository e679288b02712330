import { afterEach, describe, expect, test } from 'vitest';
import { newHistory } from '../../src/dashboard/history.ts';
import type { Keys } from '../../src/dashboard/keys.ts';
import type { Progress } from '../../src/dashboard/reporter.ts';
import type { RunState } from '../../src/dashboard/run-state.ts';
import { Screen } from '../../src/dashboard/screen.tsx';
import { SPECTRUM } from '../../src/workers/snapshot.ts';
import { progress } from '../support/progress.ts';
import { show } from '../support/terminal.ts';

const percentiles = { count: 9, p50: 1.5, p90: 2, p95: 5, p99: 12.25, p999: 20, max: 123.4 };
const worker = {
  devices: 500,
  connected: 499,
  connectFailed: 1,
  sent: 5000,
  acknowledged: 4990,
  failed: 0,
  unknown: 0,
  inFlight: 2,
  failures: {},
  disconnects: 0,
  reconnects: 0,
  redeliveries: 0,
  response: 12.3,
  lag: 0.5,
};
const fleet = progress({
  devices: 1000,
  connected: 998,
  connectFailed: 2,
  connectFailures: { 'not-authorised': { devices: 2, first: 'SLE-7115: Not authorized' } },
  startedAt: 10_000,
  now: 40_000,
  sent: 11_000,
  planned: 22_000,
  scheduledMs: 66_000,
  acknowledged: 10_990,
  failed: 7,
  unknown: 3,
  inFlight: 4,
  failures: { 'not-connected': 7, 'no-answer': 3 },
  response: percentiles,
  service: percentiles,
  late: { ...percentiles, max: 0.4 },
  lag: percentiles,
  seen: 10_500,
  workers: [
    { ...worker, sent: 4000, response: 9.1 },
    { ...worker, sent: 7000, failed: 7, unknown: 3, failures: { 'not-connected': 7, 'no-answer': 3 } },
  ],
  spectrum: { response: SPECTRUM.map((at) => 1 + at), service: SPECTRUM.map((at) => 1 + at / 2) },
  positions: [
    [11.9, 57.7],
    [12, 57.75],
  ],
});
const state: RunState = {
  step: 'run',
  text: 'Sending 22000 updates, pace replay:10',
  done: 998,
  total: 1000,
  fleet,
  notes: ['Watch it on the map: http://127.0.0.1:8080/'],
  stopping: false,
};
/** A minute of it: the rate climbs, and the last second is as `fleet` says. */
function history(of: Progress = fleet) {
  const past = newHistory();
  for (let second = 1; second <= 60; second++) {
    const [from, to] = [10_000 + 1000 * (second - 1), 10_000 + 1000 * second];
    const figures = { failed: 0, unknown: 0, response: percentiles, service: percentiles, late: percentiles };
    past.add({
      ...of,
      now: to,
      sent: 6 * second,
      failures: {},
      second: { from, to, sent: 6 * second, ...figures, lag: percentiles },
    });
  }
  past.add({
    ...of,
    second: {
      from: 70_000,
      to: 71_000,
      sent: 366,
      failed: 7,
      unknown: 3,
      response: percentiles,
      service: percentiles,
      late: percentiles,
      lag: percentiles,
    },
  });
  return past;
}

const SIZES = [
  [80, 24],
  [200, 50],
  [40, 15],
  [20, 8],
] as const;
const PAGE_KEYS = ['1', '2', '3', '4', '5', '?'] as const;

let pressed: string[] = [];
const keys: Keys = {
  stop: () => pressed.push('stop'),
  stopText: 'stop it',
  pause: () => pressed.push('pause'),
};
let shown: ReturnType<typeof show> | undefined;
afterEach(() => {
  shown?.end();
  shown = undefined;
  pressed = [];
});

interface Given {
  readonly state?: Partial<RunState>;
  readonly fleet?: Partial<Progress>;
  readonly size?: readonly [number, number];
  readonly keys?: Keys | undefined;
}

function screen(given: Given = {}) {
  const [columns, rows] = given.size ?? [100, 30];
  const now = { ...fleet, ...given.fleet };
  const props = { title: 'simctl run', history: history(now), columns, rows, colours: true };
  const tree = (
    <Screen {...props} state={{ ...state, fleet: now, ...given.state }} keys={'keys' in given ? given.keys : keys} />
  );
  shown?.end();
  shown = show(tree, columns, rows);
  return shown;
}
const textOf = (given: Given = {}) => screen(given).text();

describe('overview', () => {
  test('progress, rate, latency, percentiles, failures, lateness and the time left', () => {
    const text = textOf();
    expect(text).toContain('50 %, 11000 of 22000, 36 s left');
    expect(text).toMatch(/updates\/s +[▁-█]{61} +366 +366/);
    expect(text).toMatch(/p99 ms +█{61} +12\.3 +12\.3/);
    expect(text).toMatch(/failed\/s +▁{60}█ +10 +10/);
    expect(text).toContain('998 devices connected (2 not), 4 in flight, 10500 seen by the viewer');
    expect(text).toMatch(/response \(due→answer\) +1\.5 +2\.0 +12\.3 +20\.0 +123/);
    expect(text).toMatch(/late \(due→sent\) +1\.5/);
    expect(text).toMatch(/lag \(simctl's own\) +1\.5/);
    expect(text).toContain('7 failed, 3 without an answer: not-connected 7, no-answer 3');
    expect(text).toContain('Watch it on the map');
    expect(text).toContain('✓ certificates');
    expect(text).toContain('▸ run');
  });

  test('a pause is no progress: the time left does not pass', () => {
    expect(textOf({ fleet: { now: 45_000, pausedMs: 5000 } })).toContain('36 s left');
    const text = textOf({ fleet: { stage: 'paused' } });
    expect(text).toContain('11000 of 22000, PAUSED');
    expect(text).toContain('PAUSED: nothing is sent');
  });

  test('a phase, where the run has several', () => {
    const phase = { name: 'peak', index: 1, of: 3, endsInMs: 12_000 };
    expect(textOf({ fleet: { phase } })).toContain('phase 2 of 3: peak, 12 s left');
    expect(textOf()).not.toContain('phase');
  });

  test('connections that were lost, where there were any', () => {
    const text = textOf({ fleet: { disconnects: 5, reconnects: 4, redeliveries: 3 } });
    expect(text).toContain('5 connections lost, 4 made again, 3 updates redelivered');
    expect(textOf()).not.toContain('connections lost');
  });

  test('without a failure it says so', () => {
    expect(textOf({ fleet: { failed: 0, unknown: 0, failures: {} } })).toContain('no failures');
  });

  test('where there is room, the map lies beside it', () => {
    expect(textOf({ size: [200, 50] })).toMatch(/updates\/s.*\n[\s\S]*2 of 1000 devices/);
    expect(textOf({ size: [100, 50] })).not.toContain('of 1000 devices, 57');
  });
});

test('before the start it shows how far the step is, and no pages', () => {
  const { fleet: _, ...early } = state;
  const tree = { ...early, step: 'provision' as const, text: 'Making 1000 things', done: 250, total: 1000 };
  shown = show(
    <Screen title="simctl run" history={newHistory()} columns={100} rows={30} colours state={tree} keys={keys} />,
    100,
    30,
  );
  expect(shown.text()).toContain('Making 1000 things');
  expect(shown.text()).toMatch(/█░.* 250\/1000/);
  expect(shown.text()).not.toContain('overview');
});

test('after the last send it shows how far what follows is, and the figures stay', () => {
  const text = textOf({ state: { step: 'sweep', text: 'Reading back', done: 12, total: 50 } });
  expect(text).toContain('Reading back 12/50');
  expect(text).toContain('11000 of 22000');
});

test('stopping is said, and that another Ctrl-C cuts off', () => {
  expect(textOf({ state: { stopping: true } })).toContain('Ctrl-C again');
});

describe('keys', () => {
  test('pages: by number, by tab and arrows, round and round', async () => {
    const it = screen();
    const page = () => /\[\d (\w+)\]/.exec(it.text())?.[1];
    const walk = ['', '2', '\t', '\u001B[C', '\u001B[C', '\u001B[C', '\u001B[D', '\u001B[Z', '9'];
    const seen: (string | undefined)[] = [];
    for (const key of walk) {
      if (key !== '') await it.press(key);
      seen.push(page());
    }
    expect(seen).toEqual(['overview', 'workers', 'failures', 'map', 'latency', 'overview', 'latency', 'map', 'map']);
  });

  test('two keys that come together are two keys', async () => {
    const it = screen();
    await it.press('24');
    expect(it.text()).toContain('[4 map]');
  });

  test('q stops once, ctrl-c as often as it is pressed, p and space pause', async () => {
    const it = screen();
    for (const key of ['q', 'p', ' ', '\u0003']) await it.press(key);
    expect(pressed).toEqual(['stop', 'pause', 'pause', 'stop']);
    pressed = [];
    const stopping = screen({ state: { stopping: true } });
    for (const key of ['q', '\u0003']) await stopping.press(key);
    expect(pressed).toEqual(['stop']);
  });

  test('? explains them, and goes away by ? and escape', async () => {
    const it = screen();
    await it.press('?');
    expect(it.text()).toContain('stop it');
    expect(it.text()).toContain('p again goes on');
    await it.press('?');
    expect(it.text()).toContain('11000 of 22000');
  });

  test('a screen of somebody else’s run offers no pause, and p does nothing', async () => {
    const { pause: _, ...watching } = keys;
    const it = screen({ keys: { ...watching, watching: true }, fleet: { stage: 'paused' } });
    expect(it.text()).toContain('q leave');
    expect(it.text()).not.toMatch(/p pause|p goes on/);
    await it.press('p');
    await it.press('?');
    expect(pressed).toEqual([]);
    expect(it.text()).not.toContain('goes on');
  });

  test('without keys there are no pages, and nothing is asked of stdin', async () => {
    const it = screen({ keys: undefined });
    await it.press('2');
    expect(it.text()).not.toContain('[2 workers]');
    expect(it.text()).toContain('11000 of 22000');
  });

  test('s sorts a table by its next column', async () => {
    const it = screen();
    const order = () =>
      it
        .text()
        .match(/^(0|1) /gm)
        ?.map((match) => match.trim());
    await it.press('2');
    expect([order(), it.text().includes('worker▼')]).toEqual([['0', '1'], true]);
    await it.press('ss');
    expect([order(), it.text().includes('sent▼')]).toEqual([['1', '0'], true]);
  });
});

describe('pages', () => {
  const page = async (key: string, given: Given = {}) => {
    const it = screen(given);
    await it.press(key);
    return it.text();
  };

  test('workers: a row each', async () => {
    const text = await page('2');
    expect(text).toMatch(/^0 +499 +4000 .* 9\.1 +0\.5$/m);
    expect(text).toMatch(/^1 +499 +7000 +0 +7 +3 +2 +0 +12\.3 +0\.5$/m);
  });

  test('failures: by code, and who did not connect', async () => {
    const text = await page('3');
    expect(text).toMatch(/^not-connected +7 +0\.064 % +7 +now$/m);
    expect(text).toMatch(/^no-answer +3 +0\.027 % +3 +now$/m);
    expect(text).toContain('2 not-authorised: SLE-7115: Not authorized');
    const well = await page('3', { fleet: { failed: 0, unknown: 0, failures: {}, connectFailures: {} } });
    expect(well).toContain('no failures in 11000 updates');
  });

  test('map: a dot a device, how long a stretch is, and where it is', async () => {
    const text = await page('4');
    expect(text).toMatch(/[⠁-⣿]/);
    expect(text).toMatch(/├─+┤ 2 km {3}2 of 1000 devices, 57\.700…57\.750 N, 11\.900…12\.000 E/);
    const early = await page('4', { fleet: { positions: [] } });
    expect(early).toContain('No device has said yet where it is.');
  });

  test('latency: percentiles by their nines', async () => {
    const text = await page('5');
    expect(text).toMatch(/^ +\d+\.\d │.*[⠁-⣿]/m);
    expect(text).toMatch(/0 +90 +99 +99\.9 +99\.99 %$/m);
    const { spectrum: _, ...none } = fleet;
    const it = show(
      <Screen
        title="t"
        history={history()}
        columns={100}
        rows={30}
        colours
        state={{ ...state, fleet: none }}
        keys={keys}
      />,
      100,
      30,
    );
    await it.press('5');
    expect(it.text()).toContain('Nothing has been answered yet.');
    it.end();
  });
});

describe.each(SIZES)('at %i × %i', (columns, rows) => {
  test.each(PAGE_KEYS)('page %s fits, with a row to spare', async (key) => {
    const it = screen({ size: [columns, rows], fleet: { phase: { name: 'peak', index: 0, of: 2, endsInMs: 1 } } });
    await it.press(key);
    const lines = it.text().split('\n');
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
    expect(lines.length).toBeLessThanOrEqual(Math.max(8, rows - 1));
    expect(it.text()).toContain('simctl run');
  });
});

test('a narrow, low terminal still says what matters', () => {
  const text = textOf({ size: [40, 15] });
  for (const what of ['50 %', 'updates/s', 'p99 ms', 'lag p99', 'response', 'late', '998 devices', '7 failed'])
    expect(text).toContain(what);
  // However much else there is to say, what failed is not pushed off the screen.
  const phase = { name: 'peak', index: 0, of: 2, endsInMs: 1 };
  const full = textOf({ size: [40, 15], fleet: { phase, disconnects: 1 } });
  for (const what of ['phase 1 of 2', '1 connections lost', '7 failed']) expect(full).toContain(what);
});
