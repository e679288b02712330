import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { SetupError } from '../../src/errors.ts';
import { type DeviceCredentials, openCredentialStore } from '../../src/fleet/credential-store.ts';
import { openJournal } from '../../src/fleet/journal.ts';

let dir: string;
beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), 'simctl-store-'));
  dir = join(root, 'credentials');
  return () => rmSync(root, { recursive: true, force: true });
});
const file = () => join(dir, 'credentials.ndjson');

function credentials(deviceId: string): DeviceCredentials {
  return {
    deviceId,
    thingName: deviceId,
    certificateId: `id-${deviceId}`,
    certificateArn: `arn-${deviceId}`,
    certificatePem: '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n',
    privateKeyPem: '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n',
  };
}

function filled(...ids: string[]) {
  const store = openCredentialStore(dir, { write: true });
  for (const id of ids) store.append(credentials(id));
  return store;
}

describe('the credential store', () => {
  it('is empty where there is none, and makes nothing by being read', () => {
    const store = openCredentialStore(dir);
    expect([store.size, store.has('a'), store.get('a'), [...store.ids()]]).toEqual([0, false, undefined, []]);
    expect(() => statSync(dir)).toThrow();
  });

  it('gives back what was put in, in the same process and in the next', () => {
    filled('a', 'b').close();
    const store = openCredentialStore(dir);
    expect(store.get('b')).toEqual(credentials('b'));
    expect([...store.ids()]).toEqual(['a', 'b']);
    store.close();
  });

  it('gives back any device id', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 8 }), (ids) => {
        rmSync(dir, { recursive: true, force: true });
        filled(...ids).close();
        const store = openCredentialStore(dir);
        expect([...store.ids()]).toEqual(ids);
        for (const id of ids) expect(store.get(id)).toEqual(credentials(id));
        store.close();
      }),
      { numRuns: 50 },
    );
    rmSync(dir, { recursive: true, force: true });
    filled('"', '\\', '\\"', 'a\\').close();
    expect([...openCredentialStore(dir).ids()]).toEqual(['"', '\\', '\\"', 'a\\']);
  });

  it('is for its owner alone', () => {
    filled('a').close();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });

  it('loses nothing but the line that a killed writer left unfinished, wherever it was cut', () => {
    filled('a', 'b').close();
    const whole = readFileSync(file());
    const lastLine = whole.indexOf(10) + 1;
    for (let cut = lastLine; cut < whole.length; cut += 7) {
      writeFileSync(file(), whole.subarray(0, cut));
      expect([...openCredentialStore(dir).ids()]).toEqual(['a']);
      const store = filled('c');
      expect([...store.ids()]).toEqual(['a', 'c']);
      expect(store.get('c')).toEqual(credentials('c'));
      store.close();
      expect(openCredentialStore(dir).size).toBe(2);
    }
  });

  it('removes devices for good, and goes on', () => {
    const store = filled('a', 'b', 'c');
    store.remove(['b', 'nobody']);
    expect([...store.ids()]).toEqual(['a', 'c']);
    expect(store.get('c')).toEqual(credentials('c'));
    store.append(credentials('d'));
    store.close();
    const again = openCredentialStore(dir);
    expect([...again.ids()]).toEqual(['a', 'c', 'd']);
    expect(again.get('d')).toEqual(credentials('d'));
    expect(readFileSync(file(), 'utf8')).not.toContain('id-b');
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('goes on being read as it was while another process removes', () => {
    filled('a', 'b').close();
    const reader = openCredentialStore(dir);
    const writer = openCredentialStore(dir, { write: true });
    writer.remove(['a']);
    writer.close();
    expect(reader.get('b')).toEqual(credentials('b'));
    expect(reader.get('a')).toEqual(credentials('a'));
  });

  it('refuses a second device of the same id, and writing where it is open for reading', () => {
    const store = filled('a');
    expect(() => store.append(credentials('a'))).toThrow(/already/);
    store.close();
    expect(() => openCredentialStore(dir).append(credentials('b'))).toThrow(/not open for writing/);
  });

  it.each([
    ['something else', 'hello\n'],
    ['JSON of another kind', '{"thing":"a"}\n'],
    ['a line cut short and continued', '{"deviceId":"x","thing\n'],
  ])('names the line that holds %s', (_, text) => {
    filled('a').close();
    appendFileSync(file(), text);
    expect(() => openCredentialStore(dir, { write: true })).toThrow(SetupError);
    expect(() => openCredentialStore(dir)).toThrow(`${file()}:2:`);
  });

  it('has one writer at a time; the lock of one that died is taken over', () => {
    const store = filled('a');
    expect(() => openCredentialStore(dir, { write: true })).toThrow(new RegExp(`held by process ${process.pid}`));
    expect(openCredentialStore(dir).size).toBe(1);
    store.close();
    for (const left of ['4194304\n', '']) {
      writeFileSync(join(dir, 'writer.lock'), left);
      openCredentialStore(dir, { write: true }).close();
    }
  });

  it('is read by several at once, while it grows', () => {
    const writer = filled('a');
    const readers = [openCredentialStore(dir), openCredentialStore(dir)];
    writer.append(credentials('b'));
    for (const reader of readers) {
      expect(reader.get('a')).toEqual(credentials('a'));
      expect(reader.has('b')).toBe(false);
      reader.close();
    }
    writer.close();
  });
});

describe('the journal', () => {
  const key = (deviceId: string) => ({ deviceId, at: 1, privateKeyPem: `key of ${deviceId}` });
  const certificate = { certificateId: 'c', certificateArn: 'arn', certificatePem: 'pem' };
  beforeEach(() => filled().close());

  it('remembers what was begun and not settled, and how far it came', () => {
    const journal = openJournal(dir);
    for (const id of ['a', 'b', 'c']) journal.keyMade(key(id));
    journal.certified('b', certificate);
    journal.settled('c');
    journal.close();
    const again = openJournal(dir);
    expect([...again.pending.values()]).toEqual([key('a'), { ...key('b'), certificate }]);
    again.close();
    expect(statSync(join(dir, 'journal.ndjson')).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing behind where all is settled', () => {
    const journal = openJournal(dir);
    journal.keyMade(key('a'));
    journal.settled('a');
    journal.close();
    expect(() => statSync(join(dir, 'journal.ndjson'))).toThrow();
  });

  it('stays small while many devices pass through', () => {
    const journal = openJournal(dir);
    journal.keyMade(key('waiting'));
    for (let i = 0; i < 5000; i++) {
      journal.keyMade(key(`d${i}`));
      journal.settled(`d${i}`);
    }
    expect(statSync(join(dir, 'journal.ndjson')).size).toBeLessThan(400_000);
    journal.close();
    expect([...openJournal(dir).pending.keys()]).toEqual(['waiting']);
  });

  it('loses only the line that was not finished', () => {
    const journal = openJournal(dir);
    journal.keyMade(key('a'));
    journal.keyMade(key('b'));
    appendFileSync(join(dir, 'journal.ndjson'), '{"settled":"a');
    const again = openJournal(dir);
    expect([...again.pending.keys()]).toEqual(['a', 'b']);
    again.settled('a');
    expect([...openJournal(dir).pending.keys()]).toEqual(['b']);
  });
});
