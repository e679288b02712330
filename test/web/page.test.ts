import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Target } from '../../src/target.ts';
import { trackerOf } from '../../src/tracker-of.ts';
import { type Ended, linesOf, type Simctl, simctl } from '../support/simctl.ts';
import { CHROMIUM, launch, noChromium, openDoor, openPage, type PageOptions } from './browser.ts';

if (noChromium) console.log(`The map page is not tested: there is no ${CHROMIUM} (Debian package chromium).`);

interface View {
  readonly what: 'fleet' | 'group' | 'device';
  readonly colorScheme?: 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** Drawn in software, the map on the GPU takes most of a small machine: for what concerns the panel alone. */
const LIGHT: PageOptions = { lightMap: true };
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const DEVICES = 1_000;

/**
 * Drawn in software, a thousand markers that glide take all of a small machine, and a map on the GPU most of it: what is
 * about motion comes first, and the rest once the fleet stands still.
 */
describe.skipIf(noChromium)('the map page', { timeout: 120_000 }, () => {
  let cli: Simctl;
  let local: { target: Target; readyFile: string; stop(): Promise<Ended> };
  let browser: Browser;
  let run: ReturnType<Simctl['start']>;
  let url: string;
  let device: string;
  let group: string;

  beforeAll(async () => {
    cli = await simctl();
    [local, browser] = await Promise.all([cli.local(), launch()]);
    url = local.target.mapPage!;
    const fleet = ['--agents', `${DEVICES}`, '--seconds', '1800', '--every', '30', '--seed', '5', '--out', 'fleet'];
    await cli.run('generate', ...fleet);
    device = (await readFile(cli.file('fleet', 'devices.csv'), 'utf8')).split('\n')[17]!.split(',')[0]!;
    group = `${local.target.trackerPrefix}${trackerOf(device, local.target.trackerCount)}`;
    // Longer than the tests that are about motion.
    run = cli.start(
      ...['run', '--target', local.readyFile, '--dataset', 'fleet', '--transport', 'tracker', '--pace', 'replay:10'],
    );
  }, 180_000);
  afterAll(async () => {
    run?.child.kill('SIGKILL');
    await browser?.close();
    await local?.stop();
    await cli?.remove();
  }, 60_000);

  describe('while a thousand devices move', () => {
    let page: Page;
    let complaints: string[];

    beforeAll(async () => {
      ({ page, complaints } = await openPage(browser, url));
    }, 120_000);
    afterAll(async () => {
      await page?.context().close();
      // Its report is nobody's concern here, nor the reading of a thousand histories for it.
      run?.child.kill('SIGKILL');
      await run?.ended;
    }, 60_000);

    test('all devices of all trackers are there, beyond the hundred of a first page', async () => {
      await shows(page, 'devices', (count) => count === DEVICES);
      const rows = await page.getByRole('region', { name: 'Groups' }).getByRole('link').allInnerTexts();
      const counts = rows.map((row) => Number(row.split('\n').filter((line) => /^[0-9,]+$/.test(line))[0]));
      expect(counts).toHaveLength(10);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(DEVICES);
      expect(complaints).toEqual([]);
    });

    test('a device is found by its id, with its group, and moves; its trail grows', async () => {
      const search = page.getByRole('combobox', { name: 'Find a device or a group' });
      await search.fill(device);
      await search.press('Enter');
      await page.getByRole('heading', { name: device }).waitFor();
      expect(page.url()).toBe(`${url}#/device/${device}`);
      await page.getByRole('main').getByRole('link', { name: group, exact: true }).waitFor();
      const position = page.locator('dt:text-is("Position") + dd');
      const before = await position.innerText();
      await expect.poll(() => position.innerText(), { timeout: 60_000 }).not.toBe(before);
      await page.getByRole('button', { name: /^Show \d+ positions$/ }).click();
      const positions = page.locator('tbody tr');
      const at = await positions.count();
      await expect.poll(() => positions.count(), { timeout: 60_000 }).toBeGreaterThan(Math.max(at, 2));
      const times = (await page.locator('tbody tr td:first-child').allInnerTexts()).reverse();
      expect(times).toEqual([...times].sort());
      expect(complaints).toEqual([]);
    });
  });

  describe('of a fleet that stands still', () => {
    // A page goes on drawing for as long as it is there.
    afterEach(async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
    });

    test('what is typed for an id is text, whatever it is', async () => {
      const id = '<img src=x onerror=alert(1)>-0042';
      const { page } = await openPage(browser, `${url}#/device/${encodeURIComponent(id)}`, LIGHT);
      await page.getByRole('heading', { name: id }).waitFor();
      await page.getByText(`${id} could not be looked for`).waitFor();
      expect(await page.locator('img').count()).toBe(0);
    });

    test('a group is followed by its link, and a device of it opened from the list', async () => {
      const { page, complaints } = await openPage(browser, `${url}#/group/${group}`, LIGHT);
      const devices = page.getByRole('list', { name: 'Devices' }).getByRole('link');
      await devices.first().waitFor();
      await page.getByText(/Last update/).waitFor();
      await page
        .getByRole('textbox', { name: 'Filter by id' })
        .or(page.getByRole('searchbox', { name: 'Filter by id' }))
        .fill(device);
      await expect.poll(() => devices.count()).toBe(1);
      await devices.first().click();
      await page.getByRole('heading', { name: device }).waitFor();
      await page.goBack();
      await page.getByRole('heading', { name: group }).waitFor();
      expect(complaints).toEqual([]);
    });

    test('by keyboard: past the map to the list, and back from a device', async () => {
      const { page } = await openPage(browser, `${url}#/group/${group}`, LIGHT);
      await page.getByRole('list', { name: 'Devices' }).getByRole('link').first().waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      const focused = () => page.evaluate(() => document.activeElement?.textContent);
      await expect.poll(focused).toBe(group);
      const first = page.getByRole('list', { name: 'Devices' }).getByRole('link').first();
      const id = (await first.innerText()).split('\n')[0]!;
      await first.focus();
      await page.keyboard.press('Enter');
      await expect.poll(focused).toBe(id);
      await expect.poll(() => page.getByRole('status').innerText()).toBe(id);
    });

    test('the API goes away and comes back', async () => {
      const door = await openDoor(Number(new URL(url).port));
      try {
        const { page } = await openPage(browser, `http://127.0.0.1:${door.port}/`, LIGHT);
        await page.getByRole('complementary').getByText('Live', { exact: true }).waitFor();
        await shows(page, 'devices', (count) => count === DEVICES);
        door.shut();
        await page.getByRole('complementary').getByText('The API cannot be reached').waitFor();
        // What was seen stays.
        await shows(page, 'devices', (count) => count === DEVICES);
        door.reopen();
        await page.getByRole('complementary').getByText('Live', { exact: true }).waitFor();
      } finally {
        await door.close();
      }
    });

    test('without a stream it polls, waits as long as it is told to, and asks nothing while hidden', async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.clock.install();
      await page.addInitScript(() => localStorage.setItem('simctl-map-kind', 'light'));
      await page.route('**/config.json', async (route) => {
        const response = await route.fetch();
        await route.fulfill({
          response,
          json: { ...(await response.json()), push: null, map: null, readsPerSecond: 100 },
        });
      });
      let patience = true;
      let [open, most, asked] = [0, 0, 0];
      await page.route('**/getLocation**', async (route) => {
        asked++;
        most = Math.max(most, ++open);
        if (patience)
          await route.fulfill({ status: 429, headers: { 'retry-after': '2' }, json: { message: 'Too Many' } });
        else await route.continue();
        open--;
      });
      await page.goto(url);
      const panel = page.getByRole('complementary');
      await panel.getByText('The API asks for patience').waitFor();
      // One for each of the four lanes, and none of the other trackers.
      expect(asked).toBe(4);
      patience = false;
      await page.clock.fastForward(2_000);
      await panel.getByText(/asked every/).waitFor({ timeout: 60_000 });
      await shows(page, 'devices', (count) => count === DEVICES);
      expect(most).toBeLessThanOrEqual(4);
      await page.evaluate(() => {
        Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await panel.getByText('Paused while hidden').waitFor({ timeout: 60_000 });
      // What the page asked for is known here once it has the answer to something that it asked for later.
      const heard = () => page.evaluate(() => fetch('config.json').then(({ status }) => status));
      // A round under way is finished; hours bring no other.
      let before: number;
      do {
        before = asked;
        await page.clock.runFor(2_000);
        await heard();
      } while (asked > before || open > 0);
      for (let hour = 0; hour < 3; hour++) {
        await page.clock.fastForward(3_600_000);
        await heard();
      }
      expect(asked).toBe(before);
    });

    // Two pages for all of them: what axe reads is the panel and what surrounds the map, not what is drawn on it.
    test.each<[map: string, options: PageOptions, views: readonly View[]]>([
      [
        'the map on the GPU',
        {},
        [
          { what: 'fleet' },
          { what: 'device' },
          { what: 'device', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
        ],
      ],
      ['the map without WebGL', LIGHT, [{ what: 'device' }, { what: 'group', colorScheme: 'dark' }]],
    ])('axe finds nothing serious on %s: light and dark, on a phone too', async (_, options, views) => {
      const { page, complaints } = await openPage(browser, url, options);
      await page.getByText('OpenStreetMap').waitFor();
      await shows(page, 'devices', (count) => count === DEVICES);
      await page.evaluate(axeSource);
      for (const { what, colorScheme = 'light', viewport } of views) {
        await page.emulateMedia({ colorScheme });
        if (viewport) await page.setViewportSize(viewport);
        const name = { fleet: 'Fleet', group, device }[what];
        await page.evaluate(
          (hash) => {
            location.hash = hash;
          },
          what === 'fleet' ? '' : `#/${what}/${name}`,
        );
        await page.getByRole('heading', { name, exact: true }).waitFor();
        await page
          .getByText(what === 'device' ? 'Dispatched' : 'moving')
          .first()
          .waitFor();
        await page.waitForFunction(
          (wanted) => getComputedStyle(document.documentElement).colorScheme === wanted,
          colorScheme,
        );
        // A colour on its way is neither the old nor the new.
        await page.waitForFunction(() => document.getAnimations().length === 0);
        const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
        const serious = violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
        expect([what, colorScheme, serious]).toEqual([what, colorScheme, []]);
        // Nothing to scroll sideways to.
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      }
      expect(complaints).toEqual([]);
    });
  });

  test('the receive log of a page, analysed beside the send log', { timeout: 180_000 }, async () => {
    // A stand-in of its own: what the page received is what this run sent.
    const other = await simctl();
    const own = await other.local();
    const { page, complaints } = await openPage(browser, own.target.mapPage!, LIGHT);
    try {
      await page.getByRole('complementary').getByText('Live', { exact: true }).waitFor();
      const { code, stderr } = await other.run(
        ...['run', '--target', own.readyFile, '--transport', 'tracker', '--agents', '150', '--seconds', '150'],
        ...['--pace', 'replay:30', '--settle', '500', '--out', 'run'],
      );
      // 4: a machine that was too busy for the pace.
      expect([0, 4], stderr).toContain(code);
      await page.getByRole('button', { name: 'Menu' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: 'Download the receive log' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('received.ndjson');
      const received = other.file('received-by-page.ndjson');
      await download.saveAs(received);
      const seen = await linesOf(received);
      expect(new Set(seen.map(({ id }) => id)).size).toBe(150);
      expect(seen.filter(({ notBefore, seenAt }) => Number(notBefore) > Number(seenAt))).toEqual([]);

      const sent = (await readdir(other.file('run'))).filter((name) => /^sent-.*ndjson$/.test(name));
      const logs = sent.flatMap((name) => ['--sent', other.file('run', name)]);
      const analysis = await other.run('analyse', ...logs, '--received', received, '--tracker-answers', '--json');
      // Each update was pushed, so none was overtaken unseen.
      expect(JSON.parse(analysis.stdout || analysis.stderr)).toMatchObject({
        devices: 150,
        cross: { acknowledged: { seen: 750, superseded: 0, lost: 0, unexplained: 0 } },
        negative: 0,
      });
      expect(complaints).toEqual([]);
    } finally {
      await page.context().close();
      await own.stop();
      await other.remove();
    }
  });
});

/** Waits until the count of that name is as wanted. */
async function shows(page: Page, name: string, wanted: (count: number) => boolean): Promise<void> {
  const value = page.locator(`dt:has-text("${name}") ~ dd, dd:has(+ dt:has-text("${name}"))`).first();
  await expect
    .poll(async () => wanted(Number((await value.innerText()).replaceAll(',', ''))), { timeout: 60_000 })
    .toBe(true);
}
