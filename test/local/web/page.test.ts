import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Api } from '../../../src/local/http.ts';
import { type PageConfig, pageApi } from '../../../src/local/web/page.ts';

const CONFIG: PageConfig = {
  api: '/default',
  trackerPrefix: 'sim-iot-tracker',
  trackerCount: 10,
  push: '/events',
  map: null,
  pollSeconds: 1,
  readsPerSecond: 10,
};

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-page-'));
  await mkdir(join(dir, 'web', 'assets'), { recursive: true });
  await writeFile(join(dir, 'web', 'index.html'), '<!doctype html>');
  await writeFile(join(dir, 'web', 'assets', 'a-1f.js'), 'let a;');
  await writeFile(join(dir, 'secret.txt'), 'secret');
});
afterAll(() => rm(dir, { recursive: true }));

const get = (api: Api, ...path: string[]) =>
  api({ method: 'GET', path, query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) });
const page = () => pageApi(async () => CONFIG, join(dir, 'web'));

test('the page is at the root, under a policy that lets nothing in from elsewhere', async () => {
  const reply = (await get(page(), ''))!;
  expect(String(reply.body)).toBe('<!doctype html>');
  const policy = reply.headers?.['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  expect(policy).not.toMatch(/https?:|\*/);
  expect(reply.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' });
});

test('assets may be kept for ever, since their names change with them', async () => {
  const reply = (await get(page(), 'assets', 'a-1f.js'))!;
  expect(reply.headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8' });
  expect(reply.headers?.['cache-control']).toContain('immutable');
});

test('its settings', async () => {
  expect((await get(page(), 'config.json'))?.body).toEqual(CONFIG);
});

test.each([
  [['..', 'secret.txt']],
  [['assets', '..', '..', 'secret.txt']],
  [['../secret.txt']],
  [['assets']],
  [['no']],
])('nothing is at %j', async (path) => {
  expect(await get(page(), ...path)).toBeUndefined();
});

test('where it has not been built, it says so', async () => {
  const reply = await get(
    pageApi(async () => CONFIG, join(dir, 'nowhere')),
    '',
  );
  expect(reply).toMatchObject({ status: 503, body: expect.stringContaining('npm run build') });
});
