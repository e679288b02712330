import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cacheDir } from '../../home.ts';
import { makeDirectory } from '../../make-directory.ts';
import { decodeMap, encodeMap, LAYOUT } from './map-file.ts';
import type { RoadMap } from './road-map.ts';

/**
 * The map that was made of a file of this content before, or else the one that `make` makes, which is kept. What is
 * kept and cannot be read is made again; what cannot be kept is made every time.
 */
export async function cachedMap(
  path: string,
  vehicle: string,
  name: string,
  make: () => Promise<RoadMap>,
): Promise<RoadMap> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const kept = join(cacheDir(), 'maps', `${hash.digest('hex').slice(0, 32)}-${vehicle}-${LAYOUT}.graph`);
  try {
    const map = decodeMap(await readFile(kept));
    // The file may have been called something else then.
    return { ...map, graph: { ...map.graph, name } };
  } catch {
    const map = await make();
    await keep(kept, encodeMap(map)).catch(() => undefined);
    return map;
  }
}

/** Written beside and renamed, so that nobody reads half of it. */
async function keep(path: string, bytes: Buffer): Promise<void> {
  makeDirectory(dirname(path), { hint: 'SIMCTL_HOME moves it elsewhere.' });
  const beside = join(dirname(path), `.${basename(path)}-${process.pid}-${performance.now()}`);
  try {
    await writeFile(beside, bytes);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
