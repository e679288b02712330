import { UsageError } from '../errors.ts';

/** Which rates a stand-in holds its clients to: none, AWS's defaults, or so many publishes a second of all devices together. */
export type QuotaChoice = 'none' | 'aws' | number;

/** `none`, `aws`, `300/s` or `300`. @throws UsageError */
export function parseQuota(text: string): QuotaChoice {
  if (text === 'none' || text === 'aws') return text;
  const perSecond = Number(/^([0-9]*\.?[0-9]+)(?:\/s)?$/.exec(text)?.[1]);
  if (perSecond > 0) return perSecond;
  throw new UsageError(`--quota is none, aws, or a number of publishes a second, such as 300/s; got "${text}"`);
}
