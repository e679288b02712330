import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { makeReport } from '../../src/report/report.ts';
import type { PhaseFigures } from '../../src/run/phase-figures.ts';
import { recordedRun, START } from '../support/recorded-run.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

const latency = { count: 400, p50: 10.5, p90: 14, p95: 20, p99: 91, p999: 99, max: 99 };
const phase = (name: string): PhaseFigures => ({
  name,
  seconds: 10,
  sent: 400,
  acknowledged: 400,
  failed: 0,
  unknown: 0,
  response: latency,
  service: latency,
  late: { ...latency, count: 0 },
});

it.skipIf(!existsSync(CHROMIUM))(
  'opens in Chromium without a network: light, dark and on a telephone, without a complaint or a request',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'simctl-page-'));
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    try {
      const pauses = [{ from: START + 5000, to: START + 9000 }];
      const runs = [
        recordedRun(join(dir, 'a'), { seconds: 20, summary: { pauses, phases: [phase('warm up'), phase('peak')] } }),
        recordedRun(join(dir, 'b'), { seconds: 20, failedPerMille: 50 }),
      ];
      const file = join(dir, 'report.html');
      writeFileSync(file, await makeReport(runs, 'html', new Date()));
      for (const [colorScheme, width] of [
        ['light', 1280],
        ['dark', 1280],
        ['light', 390],
      ] as const) {
        const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 }, offline: true });
        const page = await context.newPage();
        const complaints: string[] = [];
        const requests: string[] = [];
        page.on('console', (message) => complaints.push(message.text()));
        page.on('pageerror', (error) => complaints.push(error.message));
        page.on('request', (request) => requests.push(request.url()));
        await page.goto(pathToFileURL(file).href);
        expect(await page.locator('h2').count()).toBeGreaterThan(10);
        // Every mark has a colour, and nothing sticks out at the side.
        const marks = await page.evaluate(`({
          over: document.documentElement.scrollWidth - window.innerWidth,
          bare: [...document.querySelectorAll('svg .l')].filter((one) => getComputedStyle(one).stroke === 'none').length,
        })`);
        expect(marks).toEqual({ over: 0, bare: 0 });
        // The pause, in each of the four charts over time of the run that had it; of those without failures, three.
        expect(await page.locator('svg .mark').count()).toBe(3);
        const rows = await page.locator('section', { hasText: 'Phase by phase' }).locator('tbody tr').allTextContents();
        expect(rows.map((row) => row.trim())).toEqual(
          ['warm up', 'peak'].map((name) => expect.stringMatching(`^${name}.*10.*400.*40\\.0`)),
        );
        expect([complaints, requests.length]).toEqual([[], 1]);
        if (width === 1280 && colorScheme === 'light') {
          expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(10_000);
          // A4 less its margins: what is wider is cut off on paper.
          await page.emulateMedia({ media: 'print' });
          await page.setViewportSize({ width: 688, height: 1000 });
          expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(
            0,
          );
        }
        await context.close();
      }
    } finally {
      await browser.close();
      rmSync(dir, { recursive: true, force: true });
    }
  },
  120_000,
);
