/** The map page: the files that the build puts into dist/web, and the settings it asks for first. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Api, ApiReply } from '../http.ts';
import { pageHeaders } from './page-headers.ts';

/** `/config.json`, as the page reads it (web/src/config.ts); a deployed page has one of its own. */
export interface PageConfig {
  /** Of the query API, up to and including the stage. */
  readonly api: string;
  readonly trackerPrefix: string;
  readonly trackerCount: number;
  /** Server-sent events, if there are any. */
  readonly push: string | null;
  readonly map: {
    readonly tiles: string;
    /** West, south, east, north. */
    readonly bounds: readonly [number, number, number, number];
    readonly attribution: string;
    readonly name: string;
  } | null;
  readonly pollSeconds: number;
  /** Requests a second that a page may make, at most. */
  readonly readsPerSecond: number;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

const SECURITY = pageHeaders();

const NOT_BUILT = 'The map page has not been built: "npm run build" makes it.\n';

/** From src/local/web/ and from dist/src/local/web/ alike. */
const BUILT = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../dist/web/' : '../../../web/', import.meta.url),
);

/** Files are read once, when the first of them is asked for; what is not among them is not there, whatever its path. */
export function pageApi(config: () => Promise<PageConfig>, dir: string = BUILT): Api {
  let files: Promise<Map<string, ApiReply>> | undefined;
  return async ({ method, path }) => {
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    const name = path.join('/');
    if (name === 'config.json')
      return { status: 200, headers: { ...SECURITY, 'cache-control': 'no-store' }, body: await config() };
    files ??= readFiles(dir);
    const found = (await files).get(name === '' ? 'index.html' : name);
    if (found || name !== '') return found;
    return { status: 503, headers: { 'content-type': 'text/plain' }, body: NOT_BUILT };
  };
}

async function readFiles(dir: string): Promise<Map<string, ApiReply>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const replies = entries
    .filter((entry) => entry.isFile())
    .map(async (entry): Promise<[string, ApiReply]> => {
      const file = join(entry.parentPath, entry.name);
      const name = relative(dir, file).split(sep).join('/');
      const headers = {
        ...SECURITY,
        'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
        // The build names assets by their content.
        'cache-control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      };
      return [name, { status: 200, headers, body: await readFile(file) }];
    });
  return new Map(await Promise.all(replies));
}
