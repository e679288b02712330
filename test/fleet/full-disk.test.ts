/** Credentials on a small disk that fills up: whole lines, whatever a write took before it was refused. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SetupError } from '../../src/errors.ts';
import { openCredentialStore } from '../../src/fleet/credential-store.ts';
import { openJournal } from '../../src/fleet/journal.ts';

let disk: string;
let mounted = false;
beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'simctl-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' });
    mounted = true;
  } catch {
    mounted = false;
  }
});
afterEach(() => {
  if (mounted) execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

const credentials = (deviceId: string) => ({
  deviceId,
  thingName: deviceId,
  certificateId: `id-${deviceId}`,
  certificateArn: `arn-${deviceId}`,
  certificatePem: 'c'.repeat(700),
  privateKeyPem: 'k'.repeat(301),
});

/** Until there is no room for one more. @returns ids of those that there was room for, and what was said to the next */
function fill(store: { append(of: ReturnType<typeof credentials>): void }): { ids: string[]; error: unknown } {
  const ids: string[] = [];
  for (;;) {
    try {
      store.append(credentials(`d${ids.length}`));
      ids.push(`d${ids.length}`);
    } catch (error) {
      return { ids, error };
    }
  }
}

it('keeps what it has, names the file, and takes more once there is room', (context) => {
  if (!mounted) return context.skip('a small disk takes root, and mount');
  appendFileSync(join(disk, 'of-others'), Buffer.alloc(8192));
  const store = openCredentialStore(disk, { write: true });
  const { ids, error } = fill(store);
  expect(ids.length).toBeGreaterThan(20);
  expect(error).toBeInstanceOf(SetupError);
  expect((error as SetupError).message).toMatch(/^cannot write \S+credentials\.ndjson: ENOSPC/);
  expect((error as SetupError).hint).toMatch(/^Free some space/);
  // A page was left, of which the refused line had taken what there was.
  expect(readFileSync(join(disk, 'credentials.ndjson'), 'utf8').endsWith('}\n')).toBe(true);

  // A file that is written anew has no room beside the old one, which stays.
  expect(() => store.remove(['d0'])).toThrow(/^cannot write \S+credentials\.ndjson: ENOSPC/);
  expect(readdirSync(disk)).not.toContain('credentials.ndjson.new');
  rmSync(join(disk, 'of-others'));
  store.append(credentials('later'));
  store.close();
  const again = openCredentialStore(disk);
  expect([...again.ids()]).toEqual([...ids, 'later']);
  expect(again.get('later')).toEqual(credentials('later'));
  again.close();
});

it('the journal too', (context) => {
  if (!mounted) return context.skip('a small disk takes root, and mount');
  appendFileSync(join(disk, 'of-others'), Buffer.alloc(8192));
  const journal = openJournal(disk);
  let made = 0;
  const begin = () => journal.keyMade({ deviceId: `d${made}`, at: 1, privateKeyPem: 'k'.repeat(1003) });
  expect(() => {
    for (;;) {
      begin();
      made++;
    }
  }).toThrow(/^cannot write \S+journal\.ndjson: ENOSPC/);
  expect(journal.pending.size).toBe(made);
  rmSync(join(disk, 'of-others'));
  begin();
  journal.close();
  const again = openJournal(disk);
  expect(again.pending.size).toBe(made + 1);
  again.close();
});
