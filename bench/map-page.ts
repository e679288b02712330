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
  const { frames, seconds } = await scriptingPerFrame(browser, page, Number(values.seconds));
  frames.sort((a, b) => a - b);
  const at = (part: number) => frames[Math.min(frames.length - 1, Math.floor(part * frames.length))]!.toFixed(1);
  const total = frames.reduce((sum, ms) => sum + ms, 0);
  console.log(
    `${values.devices} devices a second, by ${feed}, ${kind === 'gl' ? 'on the GPU layer' : 'on the lighter canvas'}:`,
  );
  console.log(
    `  scripting per frame: mean ${(total / frames.length).toFixed(1)} ms, p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(1)}`,
  );
  console.log(
    `  ${(frames.length / seconds).toFixed(1)} frames/s here; ${(total / seconds).toFixed(0)} ms of scripting a second, ${(total / seconds / 60).toFixed(1)} ms a frame at 60`,
  );
  const own = [...loaded].filter(([path]) => !path.includes('worker'));
  const kilobytes = (sizes: readonly (readonly [string, number])[]) =>
    (sizes.reduce((sum, [, size]) => sum + size, 0) / 1000).toFixed(0);
  console.log(
    `  first load ${kilobytes(own)} kB gzip, and ${kilobytes([...loaded].filter(([path]) => path.includes('worker')))} kB of the map library's worker`,
  );
  for (let minute = 0; minute <= Number(values.minutes); minute++) {
    if (minute > 0) await page.waitForTimeout(60_000);
    console.log(`  heap after ${minute} min: ${((await heap(page)) / 1e6).toFixed(1)} MB`);
  }
  await context.close();
}

async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
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

/** @returns ms of scripting between each two frames */
async function scriptingPerFrame(browser: Browser, page: Page, seconds: number) {
  await browser.startTracing(page, { categories: ['devtools.timeline', 'v8', 'toplevel'] });
  await page.waitForTimeout(seconds * 1_000);
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const frameEvents = trace.traceEvents.filter(({ name }) => name === 'FireAnimationFrame');
  const main = mostCommon(frameEvents.map(({ pid, tid }) => `${pid}:${tid}`));
  const events = trace.traceEvents
    .filter(({ pid, tid, ph }) => `${pid}:${tid}` === main && ph === 'X')
    .sort((a, b) => a.ts - b.ts);
  const frames: number[] = [];
  let [until, sum, last, seen] = [0, 0, Number.NEGATIVE_INFINITY, 0];
  for (const { name, ts, dur = 0, tdur = 0 } of events) {
    // Callbacks of one frame follow each other within it.
    if (name === 'FireAnimationFrame' && ts - last > 4_000) {
      if (seen++ > 0) frames.push(sum);
      [sum, last] = [0, ts];
    }
    if (!SCRIPT.has(name) || ts < until) continue;
    sum += tdur / 1_000;
    until = ts + dur;
  }
  return { frames, seconds };
}

function mostCommon(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}
