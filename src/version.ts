import { createRequire } from 'node:module';

/** simctl's own version, from its package.json, found from src/ and dist/src/ alike. */
export function version(): string {
  const require = createRequire(import.meta.url);
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const { name, version: found } = require(path) as { name: string; version: string };
      if (name === 'simctl') return found;
    } catch {
      // not there: the other one is
    }
  }
  return 'unknown';
}
