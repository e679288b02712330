/** A fleet's certificates: whether there are enough, whether they are anybody else's to read, and how long they last. */
import { X509Certificate } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openCredentialStore } from '../fleet/credential-store.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

export interface CertificateReading {
  readonly file: string;
  readonly count: number;
  /** Permission bits of the file. */
  readonly mode: number;
  /** How many were opened, evenly chosen, and when the first of these ends (epoch ms). */
  readonly opened: number;
  readonly firstEnd: number | undefined;
}

const DAY_MS = 86_400_000;
const SOON_MS = 7 * DAY_MS;

/** `found`: undefined where nothing was provisioned. `provision`: how it is done for this target. */
export function certificates(
  found: CertificateReading | undefined,
  { devices, now, provision }: { readonly devices: number; readonly now: number; readonly provision: string },
): Finding[] {
  const what = 'device certificates';
  if (found === undefined) return [problem(what, 'none here for this target', `Make them: ${provision}`)];
  const { file, count, mode, opened, firstEnd } = found;
  const findings: Finding[] = [];
  const wanted = `${count} in ${file}, ${devices} wanted`;
  findings.push(count < devices ? problem(what, wanted, `Make the others: ${provision}`) : ok(what, wanted));
  if (mode & 0o077) {
    const bits = (mode & 0o777).toString(8).padStart(4, '0');
    findings.push(problem('who may read them', `others may: ${file} has mode ${bits}`, `chmod 600 ${file}`));
  } else findings.push(ok('who may read them', 'their owner alone'));
  if (firstEnd !== undefined) {
    const detail = `the first of ${opened} looked at ends ${new Date(firstEnd).toISOString()}`;
    const mend = 'Remove the fleet ("simctl fleet remove") and provision it anew.';
    findings.push(
      firstEnd <= now
        ? problem('how long they last', detail, mend)
        : firstEnd < now + SOON_MS
          ? warning('how long they last', detail, mend)
          : ok('how long they last', detail),
    );
  }
  return findings;
}

/** To open each of 100,000 certificates takes seconds. */
const OPENED = 200;

/** @throws SetupError where the store is damaged. */
export function readCertificates(dir: string): CertificateReading | undefined {
  const file = join(dir, 'credentials.ndjson');
  if (!existsSync(file)) return undefined;
  const store = openCredentialStore(dir);
  try {
    const ids = [...store.ids()];
    const step = Math.max(1, Math.floor(ids.length / OPENED));
    let [opened, firstEnd] = [0, Number.POSITIVE_INFINITY];
    for (let i = 0; i < ids.length && opened < OPENED; i += step, opened++) {
      const { validTo } = new X509Certificate(store.get(ids[i]!)!.certificatePem);
      firstEnd = Math.min(firstEnd, Date.parse(validTo));
    }
    const { mode } = statSync(file);
    return { file, count: ids.length, mode, opened, firstEnd: opened > 0 ? firstEnd : undefined };
  } finally {
    store.close();
  }
}
