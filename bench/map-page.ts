/**
 * What the map page costs: `npm run bench:map-page`, after a build. Ten thousand devices, each with a new position a second,
 * in headless Chromium; the page's own scripting per frame, the heap over time, and what a first visit loads.
 *
 *     npm run bench:map-page -- --devices 10000 --seconds 20 --feed push,poll --kind gl,light --minutes 0
 *
 * Scripting is main-thread CPU time inside JavaScript, from Chromium's own trace, between two frames. Rasterising in
 * software is not in it: a laptop's GPU does that. The window is small by default, because software that draws a large one
 * gets to two frames a second, and all that happens in between would count as theirs.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type MapServer, serveMap } from './map-server.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const GL = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
/** Where a task of the main thread runs JavaScript; nested ones are counted once. */
const SCRIPT = new Set([
  'FunctionCall',
  'EvaluateScript',
  'v8.run',
  'RunMicrotasks',
  'V8.GCScavenger',
  'MinorGC',
  'MajorGC',
]);

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '20' },
    feed: { type: 'string', default: 'push,poll' },
    kind: { type: 'string', default: 'gl,light' },
    window: { type: 'string', default: '480x320' },
    /** How long the heap is looked at afterwards; the figure of half an hour needs 30. */
    minutes: { type: 'string', default: '0' },
  },
});
if (!existsSync(CHROMIUM)) {
  console.log(`There is no ${CHROMIUM} (Debian package chromium); CHROMIUM says where it is.`);
  process.exit(0);
}

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--js-flags=--expose-gc', ...GL],
});
for (const feed of values.feed.split(',')) {
  const server = await serveMap({ devices: Number(values.devices), everyMs: 1_000, push: feed === 'push' });
  for (const kind of values.kind.split(',')) await measure(browser, server, feed, kind);
  await server.close();
}
await browser.close();

async function measure(browser: Browser, server: MapServer, feed: string, kind: string): Promise<void> {
  const [width, height] = values.window.split('x').map(Number);
  const context = await browser.newContext({ viewport: { width: width!, height: height! } });
  await context.addInitScript((chosen) => localStorage.setItem('simctl-map-kind', chosen), kind);
  const page = await context.newPage();
  const loaded = new Map<string, number>();
  page.on('response', async (response) => {
    const { pathname } = new URL(response.url());
    if (pathname === '/' || pathname.startsWith('/assets/'))
      loaded.set(pathname, gzipSync(await response.body()).length);
  });
  await page.goto(server.url);
  await page.waitForFunction(
    (all) => document.querySelector('dd')?.textContent === all,
    Number(values.devices).toLocaleString('en'),
  );
  await page.waitForTimeout(5_000);
  const seconds = Number(values.seconds);
  const { frames, drawing, longest } = await scriptingPerFrame(browser, page, seconds);
  const rest = (sum(frames) - sum(drawing)) / seconds;
  console.log(
    `${values.devices} devices a second, by ${feed}, ${kind === 'gl' ? 'on the GPU layer' : 'on the lighter canvas'}:`,
  );
  console.log(`  drawing a frame, ms: ${quantiles(drawing)}; longest task ${longest.toFixed(1)}`);
  console.log(
    `  positions and panel: ${rest.toFixed(0)} ms a second, ${(rest / 60).toFixed(1)} ms a frame at 60 a second`,
  );
  console.log(
    `  ${(frames.length / seconds).toFixed(1)} frames/s here; all scripting between two of them, ms: ${quantiles(frames)}`,
  );
  const own = [...loaded].filter(([path]) => !path.includes('worker'));
  const kilobytes = (sizes: readonly (readonly [string, number])[]) =>
    (sizes.reduce((sum, [, size]) => sum + size, 0) / 1000).toFixed(0);
  console.log(
    `  first load ${kilobytes(own)} kB gzip, and ${kilobytes([...loaded].filter(([path]) => path.includes('worker')))} kB of the map library's worker`,
  );
  for (let minute = 0; minute <= Number(values.minutes); minute++) {
    if (minute > 0) await page.waitForTimeout(60_000);
    console.log(`  heap and array buffers after ${minute} min: ${((await heap(page)) / 1e6).toFixed(1)} MB`);
  }
  await context.close();
}

async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const usage = (await session.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize?: number };
  await session.detach();
  // The receive log is in array buffers, beside the heap.
  return usage.usedSize + (usage.backingStorageSize ?? 0);
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds; `tdur` is CPU time of the thread. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}

function quantiles(numbers: number[]): string {
  numbers.sort((a, b) => a - b);
  const at = (part: number) =>
    (numbers[Math.min(numbers.length - 1, Math.floor(part * numbers.length))] ?? 0).toFixed(1);
  return `mean ${(sum(numbers) / Math.max(1, numbers.length)).toFixed(1)}, p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`;
}

/** @returns ms of scripting: between each two frames, in each frame's own callbacks, and in the longest task */
async function scriptingPerFrame(browser: Browser, page: Page, seconds: number) {
  await browser.startTracing(page, { categories: ['devtools.timeline', 'v8', 'toplevel'] });
  await page.waitForTimeout(seconds * 1_000);
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const frameEvents = trace.traceEvents.filter(({ name }) => name === 'FireAnimationFrame');
  const main = mostCommon(frameEvents.map(({ pid, tid }) => `${pid}:${tid}`));
  const events = trace.traceEvents
    .filter(({ pid, tid, ph }) => `${pid}:${tid}` === main && ph === 'X')
    .sort((a, b) => a.ts - b.ts);
  const [frames, drawing]: [number[], number[]] = [[], []];
  let [until, spent, last, longest] = [0, 0, Number.NEGATIVE_INFINITY, 0];
  for (const { name, ts, dur = 0, tdur = 0 } of events) {
    const ms = tdur / 1_000;
    if (name === 'FireAnimationFrame') {
      // Callbacks of one frame follow each other within it.
      const another = ts - last > 4_000;
      if (another && last > 0) frames.push(spent);
      if (another) [spent, last] = [0, ts];
      if (another) drawing.push(ms);
      else drawing[drawing.length - 1]! += ms;
    }
    if (!SCRIPT.has(name) || ts < until) continue;
    spent += ms;
    longest = Math.max(longest, ms);
    until = ts + dur;
  }
  return { frames, drawing, longest };
}

function mostCommon(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}
