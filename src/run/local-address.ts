import { isIP } from 'node:net';
import { UsageError } from '../errors.ts';
import type { RunValues } from './settings.ts';

/** `--local-address A,B --local-address C` → three addresses. @throws UsageError */
export function parseLocalAddresses({
  'local-address': texts,
  transport,
  client,
}: Pick<RunValues, 'local-address' | 'transport' | 'client'>): string[] {
  const addresses = texts.flatMap((text) => text.split(',')).map((text) => text.trim());
  if (addresses.length === 0) return [];
  const problems = addresses
    .filter((address) => isIP(address) === 0)
    .map((address) => `--local-address is an IP address of this machine, or several with commas; got "${address}"`);
  if (transport !== 'iot' && transport !== 'mqtt')
    problems.push(`--local-address is for connections that devices keep, which --transport ${transport} has none of`);
  else if (client !== 'lean')
    problems.push(`--local-address goes with --client lean; ${client} lets the system choose where it connects from`);
  if (problems.length > 0) throw new UsageError(problems.join('\n'), { hint: 'See "simctl run --help".' });
  return addresses;
}
