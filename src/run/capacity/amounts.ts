import { UsageError } from '../../errors.ts';

/** `20s`, `1.5s`, `2min` or `20` → seconds. @throws UsageError */
export function parseSeconds(flag: string, text: string): number {
  const match = /^\s*([0-9]*\.?[0-9]+)\s*(s|min)?\s*$/.exec(text);
  if (match) return Number(match[1]) * (match[2] === 'min' ? 60 : 1);
  throw new UsageError(`${flag} is a number of seconds, such as 20s; got "${text}"`);
}

/** `5%` or `0.05` → 0.05. @throws UsageError */
export function parseShare(flag: string, text: string): number {
  const match = /^\s*([0-9]*\.?[0-9]+)\s*(%)?\s*$/.exec(text);
  if (match) return Number(match[1]) / (match[2] === '%' ? 100 : 1);
  throw new UsageError(`${flag} is a part, such as 5%; got "${text}"`);
}
