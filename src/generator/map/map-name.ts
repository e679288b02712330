import { resolve } from 'node:path';

export const DEFAULT_MAP = 'gothenburg';

/** What `readMap` takes again, wherever it is asked from. */
export function mapReference(map: string = DEFAULT_MAP): string {
  return /^[a-z0-9-]+$/.test(map) ? map : resolve(map);
}
