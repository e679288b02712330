/** What CloudWatch saw, of several shards: the backend's figures, which are the same whoever reads them. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { MetricLine } from './cloudwatch.ts';

/**
 * Shards ended at different moments, so one may have read a minute before CloudWatch had all of it: of each metric and minute
 * the line with the most samples is kept, once.
 * @returns how many lines; 0 where no shard read any, and then there is no file
 */
export async function mergeMetrics(files: readonly string[], out: string): Promise<number> {
  const kept = new Map<string, { line: string; at: number; samples: number }>();
  for (const file of files.filter((name) => existsSync(name))) {
    for (const line of (await readFile(file, 'utf8')).split('\n')) {
      if (line === '') continue;
      const { namespace, metric, dimensions, at, samples } = JSON.parse(line) as MetricLine;
      const key = JSON.stringify([namespace, metric, dimensions, at]);
      if (samples > (kept.get(key)?.samples ?? -1)) kept.set(key, { line, at, samples });
    }
  }
  if (kept.size === 0) return 0;
  const lines = [...kept.values()].sort((a, b) => a.at - b.at).map(({ line }) => `${line}\n`);
  await writeFile(out, lines.join(''));
  return kept.size;
}
