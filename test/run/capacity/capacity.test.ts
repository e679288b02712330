import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentReporter } from '../../../src/dashboard/reporter.ts';
import { SetupError, UsageError } from '../../../src/errors.ts';
import { brokerQuota, quotaKeeper } from '../../../src/local/broker-quota.ts';
import { type CapacityContext, capacity } from '../../../src/run/capacity/capacity.ts';
import { capacityCost, mostSteps } from '../../../src/run/capacity/cost.ts';
import { DEFAULT_THRESHOLDS, thresholdsFor } from '../../../src/run/capacity/default-thresholds.ts';
import { lastAnswerOf } from '../../../src/run/capacity/last-answer.ts';
import type { CapacityOptions } from '../../../src/run/capacity/options.ts';
import { capacityOptionsOf } from '../../../src/run/capacity/options-of.ts';
import { capacityText, isAnswered } from '../../../src/run/capacity/report.ts';
import { CAPACITY_SETTINGS } from '../../../src/run/capacity/settings.ts';
import { stepOptions } from '../../../src/run/capacity/step-run.ts';
import type { Room } from '../../../src/run/connection-room.ts';
import { optionsOf } from '../../../src/run/options-of.ts';
import { RUN_SETTINGS } from '../../../src/run/settings.ts';
import { defaultsOf } from '../../../src/setting.ts';
import type { Target } from '../../../src/target.ts';
import { writeStep } from '../../support/capacity-step.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-capacity-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function options(name: string, more: Partial<CapacityOptions> = {}): CapacityOptions {
  return {
    search: { from: 10, to: 1000, factor: 2, precision: 0.1, repeat: 3 },
    by: 'rate',
    intervalSeconds: 30,
    stepSeconds: 3,
    warmUpSeconds: 1,
    thresholds: DEFAULT_THRESHOLDS,
    lagLimitMs: 50,
    run: {
      ...optionsOf({ ...defaultsOf(RUN_SETTINGS), agents: 20, transport: 'memory' }),
      out: join(dir, name),
    },
    ...more,
  };
}

/** A target that answers in 10 ms up to so many updates a second, and in a second beyond. */
function bears(most: number, lagMs = 1): Pick<CapacityContext, 'runStep'> {
  return {
    async runStep({ pace, out }) {
      const sent = Number(/rate:([0-9.]+)/.exec(pace)?.[1]);
      const late = sent > most;
      return writeStep(
        out!,
        Array.from({ length: 4 }, () => ({ sent, responseMs: late ? 1000 : 10, lagMs: late ? lagMs : 1 })),
      );
    },
  };
}

function context(more: Partial<CapacityContext> = {}): { context: CapacityContext; notes: string[]; stop(): void } {
  const [stop, abort] = [new AbortController(), new AbortController()];
  const notes: string[] = [];
  const reporter = { ...silentReporter(), note: (text: string) => void notes.push(text) };
  const ending = { stop: stop.signal, abort: abort.signal, request: () => stop.abort(), release() {} };
  return { context: { reporter, ending, readHeldPorts: async () => 0, ...more }, notes, stop: () => stop.abort() };
}

test('the knee, every step behind it, and a directory that holds them', async () => {
  const { context: with_, notes } = context(bears(100));
  const result = await capacity(options('knee'), with_);
  expect(result.knee).toEqual({ kind: 'knee', kept: 95.12, over: 103.7 });
  expect(isAnswered(result)).toBe(true);
  expect(result.steps.map(({ load, verdict }) => `${load} ${verdict}`)).toEqual([
    '10 kept',
    '20 kept',
    '40 kept',
    '80 kept',
    '160 broken',
    '160 broken',
    '113.1 broken',
    '113.1 broken',
    '95.12 kept',
    '95.12 kept',
    '103.7 broken',
    '103.7 broken',
  ]);
  expect(JSON.parse(await readFile(join(result.out, 'capacity.json'), 'utf8'))).toEqual(result);
  expect(result.steps.map(({ out }) => basename(out)).slice(0, 2)).toEqual(['01-10-per-second', '02-20-per-second']);
  expect(notes).toContainEqual(expect.stringMatching(/^160\/s BROKEN: 160\/s answered, response p99 1000 ms/));
  const text = capacityText(result);
  expect(text).toMatch(/^THE KNEE IS BETWEEN 95.12\/s AND 103.7\/s/);
  expect(text).toContain('at 103.7/s: BROKEN  response.p99 < 250ms: 1000 ms');
});

/** The stand-in's quota on a clock of its own: what is beyond it gets no answer. */
function heldTo(perSecond: number): Pick<CapacityContext, 'runStep'> {
  let now = 0;
  const admit = quotaKeeper(brokerQuota(perSecond), () => now).publishes().in;
  return {
    async runStep({ pace, out, generate: { agents, seconds }, every }) {
      const rate = Number(/rate:([0-9.]+)/.exec(pace)?.[1]);
      // Another step's burst has long come back.
      now += 60_000;
      const start = now;
      const slices: { sent: number; unknown: number }[] = [];
      for (let i = 0; i < agents * (seconds / every); i++) {
        now = start + (i * 1000) / rate;
        slices[Math.floor(i / rate)] ??= { sent: 0, unknown: 0 };
        const slice = slices[Math.floor(i / rate)]!;
        slice.sent++;
        if (!admit()) slice.unknown++;
      }
      const unknown = slices.reduce((n, slice) => n + slice.unknown, 0);
      return writeStep(out!, slices, { lost: unknown, lastDoneAt: 1_795_519_292_000 + (now - start) });
    },
  };
}

test.each([40, 100, 333, 1234])('the stand-in’s quota of %i/s is found within a tenth of it', async (quota) => {
  const search = { from: 10, to: 10_000, factor: 2, precision: 0.05, repeat: 1 };
  const more = { search, stepSeconds: 4, warmUpSeconds: 1 };
  const { knee } = await capacity(options(`quota-${quota}`, more), { ...context().context, ...heldTo(quota) });
  expect(knee).toMatchObject({ kind: 'knee' });
  expect(knee!.kept!).toBeGreaterThan(quota * 0.9);
  expect(knee!.over!).toBeLessThan(quota * 1.1);
});

test('the last answer is in the send logs, whatever was waited for after it in vain', async () => {
  const out = join(dir, 'answers');
  await mkdir(out);
  const line = (doneAt: number, failure?: string) => `${JSON.stringify({ id: 'a', seq: 0, doneAt, failure })}\n`;
  await writeFile(join(out, 'sent-00.ndjson'), `${line(5, 'no-answer')}${line(3)}{"fault":"storm at 1s","at":9}\n`);
  expect(await lastAnswerOf(out)).toBe(3);
  await writeFile(join(out, 'sent-01.ndjson'), line(4, 'not-connected') + line(9, 'connection-lost'));
  expect(await lastAnswerOf(out)).toBe(4);
  expect(await lastAnswerOf(dir)).toBeUndefined();
});

test('asked to stop, it says what it knows, and leaves the step that was running out', async () => {
  const { context: with_, stop } = context();
  let steps = 0;
  const runStep: CapacityContext['runStep'] = async (step, inner) => {
    if (++steps === 3) stop();
    return { ...(await bears(1e9).runStep!(step, inner)), interrupted: steps === 3 };
  };
  const result = await capacity(options('stopped'), { ...with_, runStep });
  expect(result).toMatchObject({ interrupted: true, knee: { kind: 'none', kept: 20 } });
  expect(result.steps).toHaveLength(2);
  expect(capacityText(result)).toMatch(/^INTERRUPTED.*\nmemory kept every threshold up to 20\/s\./);
  expect(isAnswered(result)).toBe(false);
});

test('a step that is far behind its schedule is ended, and counts', async () => {
  const { context: with_ } = context();
  const progress = { startedAt: 1000, scheduledMs: 4000, planned: 40 };
  const runStep: CapacityContext['runStep'] = async (step, { reporter, ending }) => {
    reporter.fleet({ ...progress, now: 1000 + 4000 + 1900 } as never);
    expect(ending.stop.aborted).toBe(false);
    reporter.fleet({ ...progress, now: 1000 + 4000 + 2100 } as never);
    expect(ending.stop.aborted).toBe(true);
    return { ...writeStep(step.out!, [{ sent: 1 }, { sent: 1 }]), interrupted: true };
  };
  const result = await capacity(options('behind'), { ...with_, runStep });
  expect(result).toMatchObject({ interrupted: false, knee: { kind: 'below', over: 1.25 } });
  expect(isAnswered(result)).toBe(false);
  expect(capacityText(result)).toMatch(/^BROKEN AT 1.25\/s ALREADY/);
});

test('the generator as the limit, and no knee at all', async () => {
  const late = await capacity(options('late'), { ...context().context, ...bears(100, 80) });
  expect(capacityText(late)).toMatch(
    /^THE GENERATOR IS THE LIMIT, NOT THE TARGET: at 103.7\/s it sent 1 in 100 updates 80.1 ms or more after they were ready.\nmemory kept every threshold at 95.12\/s/,
  );
  expect(isAnswered(late)).toBe(false);
  const never = await capacity(options('never'), { ...context().context, ...bears(1e9) });
  expect(capacityText(never)).toMatch(/^NO KNEE UP TO 1000\/s: memory kept every threshold\./);
  expect(isAnswered(never)).toBe(true);
});

test('devices that wait for answers most of the time are named as what may be the limit', async () => {
  const runStep: CapacityContext['runStep'] = async ({ pace, out }) => {
    const sent = Number(/rate:([0-9.]+)/.exec(pace)?.[1]);
    return writeStep(out!, [
      { sent, responseMs: 190 },
      { sent: Math.min(sent, 100), responseMs: 190 },
    ]);
  };
  const result = await capacity(options('busy'), { ...context().context, runStep });
  expect(capacityText(result)).toMatch(/each of the 20 devices had an update under way 9[0-9]|100 % of the time/);
});

test('what cannot be is refused at once, every problem together, and leaves nothing', async () => {
  const search = { from: 0, to: -1, factor: 1, precision: 0, repeat: 2 };
  const bad = options('bad', { search, stepSeconds: 0, warmUpSeconds: -1, lagLimitMs: 0, quota: 300 });
  const error = await capacity(bad, context().context).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  for (const flag of ['from', 'to', 'factor', 'precision', 'repeat', 'step-time', 'warm-up', 'lag-limit', 'quota'])
    expect((error as Error).message).toContain(`--${flag}`);
  await expect(capacity(options('bad', { thresholds: ['soon'] }), context().context)).rejects.toThrow('--threshold');
  expect(existsSync(join(dir, 'bad'))).toBe(false);
});

test('a search whose first step fails leaves nothing; a later one answers with what there was', async () => {
  const failing = (after: number): CapacityContext => {
    let steps = 0;
    const runStep: CapacityContext['runStep'] = (step, inner) => {
      if (steps++ === after) throw new SetupError('no broker', { hint: 'Start it.' });
      return bears(1e9).runStep!(step, inner);
    };
    return { ...context().context, runStep };
  };
  await expect(capacity(options('first'), failing(0))).rejects.toThrow('no broker');
  expect(existsSync(join(dir, 'first'))).toBe(false);
  const result = await capacity(options('later'), failing(2));
  expect(result).toMatchObject({
    knee: { kind: 'none', kept: 20 },
    failure: { kind: 'setup', message: 'no broker', hint: 'Start it.' },
  });
  expect(result.steps).toHaveLength(2);
  expect(isAnswered(result)).toBe(false);
  expect(capacityText(result)).toMatch(/^ENDED BY A FAILURE: .*\nmemory kept every threshold up to 20\/s\./);
  expect(JSON.parse(await readFile(join(dir, 'later', 'capacity.json'), 'utf8'))).toEqual(result);
});

test.each<[string, room: Room | undefined, wanted: { to: number; kind: string; asked?: number }]>([
  ['enough', { openFiles: 300, ports: 28_232, addresses: 1 }, { to: 100, kind: 'none' }],
  ['no connection a device', undefined, { to: 100, kind: 'none' }],
  ['few open files', { openFiles: 270, ports: 28_232, addresses: 1 }, { to: 70, kind: 'none', asked: 100 }],
  ['few ports', { openFiles: 1000, ports: 15, addresses: 2 }, { to: 30, kind: 'none', asked: 100 }],
])('room for connections is known before the first step: %s', async (name, room, { to, kind, asked }) => {
  const { context: with_, notes } = context({ ...bears(1e9), readRoom: async () => room });
  const search = { from: 10, to: 100, factor: 2, precision: 0.1, repeat: 1, whole: true };
  const result = await capacity(options(`room ${name}`, { search, by: 'devices' }), with_);
  expect(result.knee).toEqual({ kind, kept: to });
  expect(result.search.to).toBe(to);
  expect(result.bound?.asked).toBe(asked);
  expect(isAnswered(result)).toBe(asked === undefined);
  const text = capacityText(result);
  if (asked === undefined) expect(text).toMatch(/^NO KNEE UP TO 100 devices/);
  else {
    expect(notes[0]).toContain(`The search goes up to ${to} devices.`);
    expect(text).toMatch(/^THE GENERATOR IS THE LIMIT, NOT THE TARGET: memory kept every threshold at/);
    expect(text).toContain(`Its knee is at ${to} devices at least. 100 devices are too many for one process here: `);
  }
});

test('a knee within the room is an answer, whatever was asked for', async () => {
  const room = { openFiles: 270, ports: undefined, addresses: 1 };
  const search = { from: 10, to: 100, factor: 2, precision: 0.1, repeat: 1, whole: true };
  const of = options('room knee', { search, by: 'devices', intervalSeconds: 1 });
  const result = await capacity(of, { ...context().context, ...bears(45), readRoom: async () => room });
  expect(result.knee).toMatchObject({ kind: 'knee' });
  expect(isAnswered(result)).toBe(true);
  expect(result.steps.every(({ load }) => load <= 70)).toBe(true);
});

test.each<[string, Partial<CapacityOptions>, message: RegExp, hint: RegExp]>([
  [
    'the first load',
    { by: 'devices' },
    /^10 devices are too many .*: 210 are wanted, and this process may have 205$/,
    /^Raise the limit \("ulimit -n 210", as root\), or begin lower \(--from 5 at most\)\.$/,
  ],
  [
    'the devices that share the load',
    { by: 'rate' },
    /^20 devices are too many .*: 220 are wanted/,
    /ulimit -n 220.*or have fewer devices \(--agents 5 at most\)\.$/,
  ],
])('no room for %s is refused before anything is made', async (name, more, message, hint) => {
  const room = { openFiles: 205, ports: 28_232, addresses: 1 };
  const never = () => Promise.reject(new Error('a step was made'));
  const with_ = { ...context().context, runStep: never, readRoom: async () => room };
  const error = await capacity(options(name, more), with_).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SetupError);
  expect((error as SetupError).message).toMatch(message);
  expect((error as SetupError).hint).toMatch(hint);
  expect(existsSync(join(dir, name))).toBe(false);
});

test.each<[string, Partial<CapacityOptions>, number, { agents: number; seconds: number; pace: string }]>([
  ['fixes for the whole step, at that rate', {}, 100, { agents: 20, seconds: 20 * 30, pace: 'rate:100/s' }],
  ['no more devices than updates', {}, 2, { agents: 8, seconds: 30, pace: 'rate:2/s' }],
  [
    'devices, each at its interval',
    { by: 'devices', intervalSeconds: 2 },
    50,
    { agents: 50, seconds: 60, pace: 'rate:25/s' },
  ],
])('a step has %s', (_, more, load, { agents, seconds, pace }) => {
  const step = stepOptions(options('x', more), load);
  expect(step).toMatchObject({ pace, generate: { agents, seconds, asTheyGo: true, seed: 1 } });
});

test('what it costs on AWS is asked about before anything is sent', async () => {
  const target: Target = {
    name: 'aws/abc/eu-west-1',
    region: 'eu-west-1',
    mqttHost: 'abc.iot.eu-west-1.amazonaws.com',
    mqttPort: 8883,
    credentialsDir: join(dir, 'none'),
    trackerPrefix: 'sim-iot-tracker',
    trackerCount: 10,
  };
  const file = join(dir, 'aws.json');
  await writeFile(file, JSON.stringify(target));
  const asked: string[] = [];
  const confirm = async (cost: string) => {
    asked.push(cost);
    throw new UsageError('nothing was done');
  };
  const { run } = options('aws');
  const search = { from: 10, to: 100, factor: 2, precision: 0.1, repeat: 1 };
  const of = options('aws', { search, run: { ...run, target: file, transport: 'tracker' } });
  const never = { ...context({ confirm }).context, runStep: () => Promise.reject(new Error('a step was made')) };
  await expect(capacity(of, never)).rejects.toThrow('nothing was done');
  expect(asked[0]).toMatch(/^AWS: at most 8 steps, 2,200 updates, [0-9.]+ USD \(list prices/);
  expect(existsSync(join(dir, 'aws'))).toBe(false);
  // Tracker writes are what it costs, mostly: 50 USD a million, and reads of the viewer.
  const { usd, updates } = capacityCost(of, target);
  expect(usd).toBeGreaterThan(updates * 50e-6);
});

test('the most steps of a search: all of the raise, and the halvings at the top', () => {
  expect(mostSteps({ from: 10, to: 100, factor: 2, precision: 0.1, repeat: 1 })).toEqual([
    10, 20, 40, 80, 100, 100, 100, 100,
  ]);
});

test('the thresholds are the usual where nobody said any; the same said by hand are somebody’s own', () => {
  expect(thresholdsFor(undefined, true)).toEqual(DEFAULT_THRESHOLDS);
  expect(thresholdsFor(undefined, false)).toEqual(DEFAULT_THRESHOLDS.slice(0, 3));
  expect(thresholdsFor(DEFAULT_THRESHOLDS, false)).toEqual(DEFAULT_THRESHOLDS);
  const values = defaultsOf(CAPACITY_SETTINGS);
  expect(capacityOptionsOf(values).thresholds).toBeUndefined();
  expect(capacityOptionsOf({ ...values, threshold: [...DEFAULT_THRESHOLDS] }).thresholds).toEqual(DEFAULT_THRESHOLDS);
});

/** The steps of those numbers lose a worker thread, and are broken as well. */
function dying(...which: number[]): Pick<CapacityContext, 'runStep'> {
  let steps = 0;
  return {
    async runStep(step, inner) {
      const summary = await bears(1e9).runStep!(step, inner);
      if (!which.includes(steps++)) return summary;
      return writeStep(step.out!, [{ sent: 1, unknown: 1 }], {
        deaths: [{ worker: 1, message: 'out of memory', sent: 1 }],
      });
    },
  };
}

test('a step in which a worker died is no evidence: it is said, and made once more', async () => {
  const { context: with_, notes } = context(dying(1));
  const search = { from: 10, to: 40, factor: 2, precision: 0.1, repeat: 1 };
  const result = await capacity(options('died', { search }), with_);
  expect(result.knee).toEqual({ kind: 'none', kept: 40 });
  expect(result.steps.map(({ load, out }) => [load, basename(out)])).toEqual([
    [10, '01-10-per-second'],
    [20, '03-20-per-second'],
    [40, '04-40-per-second'],
  ]);
  expect(result.died).toMatchObject([{ load: 20, deaths: [{ worker: 1 }] }]);
  expect(isAnswered(result)).toBe(true);
  const line = '20/s: no evidence, worker 1 died (out of memory)';
  expect(notes).toContain(`${line}; it is repeated once`);
  expect(capacityText(result)).toContain(`\nNot in the table: ${line}, in 02-20-per-second.\n`);
});

test.each<[string, number[], { steps: number; knee?: object; says: RegExp }]>([
  [
    'a later step',
    [2, 3],
    { steps: 2, knee: { kind: 'none', kept: 20 }, says: /\nmemory kept every threshold up to 20\/s/ },
  ],
  ['the first', [0, 1], { steps: 0, says: /\nNOTHING IS KNOWN/ }],
])('where workers die again, of %s, it ends with what is known', async (name, which, { steps, knee, says }) => {
  const { context: with_ } = context(dying(...which));
  const result = await capacity(options(`died again, ${name}`), with_);
  expect(result.steps).toHaveLength(steps);
  expect(result.knee).toEqual(knee);
  expect(result.died).toHaveLength(2);
  expect(result.failure).toMatchObject({
    kind: 'run',
    message: expect.stringMatching(/^worker threads died in two steps/),
  });
  expect(isAnswered(result)).toBe(false);
  expect(capacityText(result)).toMatch(/^ENDED BY A FAILURE: this is what/);
  expect(capacityText(result)).toMatch(says);
  expect(existsSync(result.died![1]!.out)).toBe(true);
});

test.each<[string, number | undefined, boolean[], number]>([
  ['wait for their minute', 15, [false], 60],
  ['are free at once', 0, [false], 0],
])('ports of the steps before, which %s, are taken into account', async (name, held, asked, seconds) => {
  let now = 0;
  const until = async (at: number) => {
    now = at;
    return true;
  };
  const clock = { now: () => now, stop() {}, until };
  const loopback = new Set<boolean>();
  const { context: with_, notes } = context({
    ...bears(1e9),
    clock,
    readRoom: async () => ({ openFiles: 1000, ports: 30, addresses: 1 }),
    readHeldPorts: async (of) => {
      loopback.add(of);
      return held;
    },
  });
  // Each step has its 20 devices: two have 40 connections.
  const search = { from: 10, to: 20, factor: 2, precision: 0.1, repeat: 1 };
  const result = await capacity(options(`ports ${name}`, { search }), with_);
  expect(result.knee).toEqual({ kind: 'none', kept: 20 });
  expect([...loopback]).toEqual(asked);
  expect(now / 1000).toBe(seconds);
  expect(notes.filter((note) => note.startsWith('Waiting for local ports'))).toHaveLength(seconds > 0 ? 1 : 0);
});
