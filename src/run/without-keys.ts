/** What a run writes down of what it was told: nothing of it is a key or a password. */
import type { Target } from '../target.ts';
import type { RunOptions } from './options.ts';

export function targetWithoutKeys({ accessKeyId, secretAccessKey, ...rest }: Target): Partial<Target> {
  return rest;
}

export function optionsWithoutKeys(options: RunOptions): RunOptions {
  return options.broker === undefined ? options : { ...options, broker: withoutPassword(options.broker) };
}

/** `mqtt://user:password@host` → `mqtt://user@host`; whose it was may be of use. */
export function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return '';
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}
