import { UsageError } from '../errors.ts';

/** `:9464`, `9464`, `0.0.0.0:9464`, `[::1]:9464`; without a host, this machine alone. @throws UsageError */
export function parseMetricsAddress(at: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]*))(?::|^)([0-9]{1,5})$/.exec(/^[0-9]+$/.test(at) ? `:${at}` : at);
  const port = Number(match?.[3] ?? Number.NaN);
  if (!match || !(port <= 65_535))
    throw new UsageError(`--metrics is HOST:PORT, :PORT or PORT; got "${at}"`, { hint: 'Such as --metrics :9464.' });
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port };
}
