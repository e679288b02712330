/** What the data directory gives back to the next stand-in, and whom it refuses. */
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SetupError } from '../../../src/errors.ts';
import { createAuthority, newAuthorityKeys } from '../../../src/local/certificate-authority.ts';
import { acknowledged } from '../../../src/local/data-dir/acknowledged.ts';
import { type DataDirectory, openDataDirectory } from '../../../src/local/data-dir/data-directory.ts';
import { createRegistry } from '../../../src/local/iot/registry.ts';
import { RuleEngine } from '../../../src/local/rules/engine.ts';
import { RuleBook } from '../../../src/local/rules/rule-book.ts';
import { RETENTION_MS } from '../../../src/local/trackers/tracker.ts';
import { Trackers } from '../../../src/local/trackers/trackers.ts';
import { createCsr, nameOf, newEcKey, toPem } from '../../../src/x509.ts';

const ACCOUNT = { region: 'eu-west-1', accountId: '000000000000' };
const NOW = Date.UTC(2026, 10, 24, 12);
const DAY = 86_400_000;

let dir: string;
let now: number;
const opened: DataDirectory[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-data-'));
  now = NOW;
  return async () => {
    for (const data of opened.splice(0)) await data.close();
    await rm(dir, { recursive: true, force: true });
  };
});

function openAt(where = dir, region = ACCOUNT.region): DataDirectory {
  const data = openDataDirectory(where, { region, onFailure: (error) => expect.unreachable(error.message) });
  opened.push(data);
  return data;
}

async function closed(data: DataDirectory): Promise<void> {
  opened.splice(opened.indexOf(data), 1);
  await data.close();
}

function trackersIn(data: DataDirectory): Trackers {
  const trackers = new Trackers({ ...ACCOUNT, now: () => now, journal: data.trackers });
  for (const saved of data.trackers.load(now - RETENTION_MS)) trackers.restore(saved);
  return trackers;
}

/** What the next stand-in finds. */
async function reopened(data: DataDirectory): Promise<{ data: DataDirectory; trackers: Trackers }> {
  await closed(data);
  const next = openAt();
  return { data: next, trackers: trackersIn(next) };
}

const at = (deviceId: string, sampleTime: number, more: object = {}) => ({
  deviceId,
  sampleTime,
  position: [11.5 + sampleTime / 1e14, 48.1] as const,
  ...more,
});
const write = (trackers: Trackers, name: string, ...updates: ReturnType<typeof at>[]) => {
  const { positions, filtering } = trackers.tracker(name);
  return updates.map((update) => positions.write(update, filtering, now));
};
const everything = (trackers: Trackers) =>
  trackers.all().map(({ positions, tags, consumers, ...rest }) => {
    const { entries } = positions.list(0, 1000, now);
    const histories = entries.map(([id]) => [id, positions.history(id, 0, Number.MAX_SAFE_INTEGER, 1e6, now)]);
    return { ...rest, tags: [...tags], consumers: [...consumers], histories };
  });

describe('trackers', () => {
  it('come back with their settings, their devices in order, and every position as it was', async () => {
    const data = openAt();
    const trackers = trackersIn(data);
    const a = trackers.create('a', { filtering: 'DistanceBased', description: 'first', kmsKeyId: 'k' });
    trackers.tag(a, { team: 'x' });
    trackers.addConsumer(a, 'arn:aws:geo:eu-west-1:000000000000:geofence-collection/c');
    trackers.create('b');
    const properties = { speed: '3.5', é: '☃' };
    write(trackers, 'b', at('z', NOW - DAY, { accuracy: 3, properties }), at('y', NOW - DAY));
    write(trackers, 'b', at('z', NOW - DAY + 30_000), at('z', NOW - DAY + 31_000), at('z', NOW - DAY + 90_000));
    const before = everything(trackers);
    expect(before[1]!.histories.map(([id, history]) => [id, history!.length])).toEqual([
      ['z', 3],
      ['y', 1],
    ]);
    const next = await reopened(data);
    expect(everything(next.trackers)).toEqual(before);
    // A restored position filters and refuses as any other.
    expect(write(next.trackers, 'b', at('z', NOW - DAY + 90_000), at('z', NOW - DAY + 95_000), at('z', 1))).toEqual([
      'repeated',
      'filtered',
      { refused: expect.stringContaining('30 days') },
    ]);
    expect(everything((await reopened(next.data)).trackers)).toEqual(before);
  });

  it('that are deleted and made again have none of their old positions', async () => {
    const data = openAt();
    const trackers = trackersIn(data);
    trackers.create('a');
    trackers.create('b');
    write(trackers, 'a', at('d', NOW - 1000), at('e', NOW - 1000));
    write(trackers, 'b', at('d', NOW - 1000));
    trackers.delete('a');
    trackers.create('a');
    write(trackers, 'a', at('e', NOW - 2000));
    const before = everything(trackers);
    const next = await reopened(data);
    expect(everything(next.trackers)).toEqual(before);
    next.trackers.delete('b');
    expect((await reopened(next.data)).trackers.all().map(({ name }) => name)).toEqual(['a']);
  });

  it('do not give a generation twice, even where nothing is left of it but rows', async () => {
    const data = openAt();
    const trackers = trackersIn(data);
    const { generation } = trackers.create('a');
    write(trackers, 'a', at('d', NOW - 1000));
    // As if the process had ended between the tracker's end and that of its rows.
    data.trackers.close();
    trackers.delete('a');
    const next = await reopened(data);
    expect(next.trackers.create('a').generation).toBeGreaterThan(generation);
    expect(everything(next.trackers)[0]!.histories).toEqual([]);
    expect(everything((await reopened(next.data)).trackers)[0]!.histories).toEqual([]);
  });

  it('forget a device for good, and what is older than 30 days, on disk too', async () => {
    const data = openAt();
    const trackers = trackersIn(data);
    trackers.create('a');
    write(trackers, 'a', at('gone', NOW - 1000), at('d', NOW - 29 * DAY), at('d', NOW - 1000));
    trackers.tracker('a').positions.forget('gone');
    now += 2 * DAY;
    const times = (some: Trackers) =>
      everything(some)[0]!.histories.map(([id, history]) => [
        id,
        (history as { sampleTime: number }[]).map(({ sampleTime }) => sampleTime),
      ]);
    await trackers.expire();
    expect(times(trackers)).toEqual([['d', [NOW - 1000]]]);
    const next = await reopened(data);
    now = NOW; // what was removed does not come back with the clock
    expect(times(next.trackers)).toEqual([['d', [NOW - 1000]]]);
    now += 40 * DAY;
    const last = await reopened(next.data);
    now = NOW;
    expect(times(last.trackers)).toEqual([]);
  });
});

it('the authority is the same for good', async () => {
  const data = openAt();
  const keys = data.authority(() => newAuthorityKeys(() => now));
  await closed(data);
  expect(openAt().authority(() => expect.unreachable('it is there'))).toEqual(keys);
  const { caPem } = await createAuthority({ now: () => now, keys });
  expect(caPem).toBe(keys.certificatePem);
});

it('the registry comes back: who may connect, as what, and by which policy', async () => {
  const data = openAt();
  const registryIn = async ({ authority, shelves }: DataDirectory) => {
    const keys = authority(() => newAuthorityKeys(() => now));
    return createRegistry({
      ...ACCOUNT,
      authority: await createAuthority({ now: () => now, keys }),
      now: () => now,
      shelves,
    });
  };
  const registry = await registryIn(data);
  const { things, policies, certificates, templates } = registry;
  const typed = { name: 'car', description: '', searchableAttributes: [] };
  things.createType(typed);
  const thing = { name: 'SLE-7115', typeName: 'car', attributes: { a: '1' }, billingGroupName: undefined };
  things.create(thing);
  things.create({ ...thing, name: 'gone' });
  things.delete('gone');
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }],
  });
  policies.create('p', document);
  const template = JSON.stringify({
    Resources: { c: { Type: 'AWS::IoT::Certificate', Properties: { CertificateId: 'x' } } },
  });
  templates.create({ name: 't', description: 'd', body: template, roleArn: 'r', enabled: true });
  const key = newEcKey();
  const csr = toPem('CERTIFICATE REQUEST', createCsr(nameOf('SLE-7115'), key.spki, key.privateKey));
  const { id, arn } = certificates.createFromCsr(csr, false);
  registry.attachThing('SLE-7115', arn);
  registry.attachPolicy('p', arn);
  registry.setCertificateStatus(id, 'ACTIVE');
  const other = certificates.createFromCsr(csr, true);
  registry.attachPolicy('p', other.arn);
  registry.setCertificateStatus(other.id, 'INACTIVE');
  registry.deleteCertificate(other.id, true);
  things.update('SLE-7115', { attributes: { b: '2' }, merge: true });

  await closed(data);
  const next = openAt();
  const again = await registryIn(next);
  const listed = ({ certificates: some }: typeof again) =>
    [...some.certificates.values()].map((certificate) => ({ ...certificate }));
  expect(listed(again)).toEqual(listed(registry));
  const certificate = again.activeCertificate(id)!;
  expect(again.thingOf(certificate, 'SLE-7115')).toEqual(things.thing('SLE-7115'));
  expect(again.policiesOf(certificate)).toEqual(registry.policiesOf(certificates.certificate(id)));
  expect([...again.policies.policy('p').targets]).toEqual([id]);
  expect(again.templates.template('t')).toEqual(templates.template('t'));
  // What was there is there as if it had been made just now: idempotent, and in conflict, as before.
  expect(again.things.create(things.thing('SLE-7115') && { ...thing, attributes: { a: '1', b: '2' } }).id).toBe(
    things.thing('SLE-7115').id,
  );
  expect(again.things.createType(typed).id).toBe(things.type('car').id);
  expect([...again.things.things.values()]).toHaveLength(1);
});

it('rules come back, on or off, and one that is set again is not a second', async () => {
  const bookIn = ({ shelves }: DataDirectory) => {
    const engine = new RuleEngine({ accountId: '0', now: () => now });
    const republished: string[] = [];
    const targets = {
      lambda: () => undefined,
      stream: () => undefined,
      send() {},
      locate: async () => {},
      republish: (topic: string) => void republished.push(topic),
    };
    const book = new RuleBook({ engine, ...ACCOUNT, now: () => now, shelves, targets });
    const said = (topic: string) => {
      engine.publish({ topic, payload: Buffer.from('{}'), clientId: '', principal: '' });
      return republished.splice(0);
    };
    return { book, said };
  };
  const data = openAt();
  const { book } = bookIn(data);
  const republish = (topic: string) => ({ sql: "SELECT * FROM 'in'", actions: [{ republish: { topic } }] });
  for (const name of ['on', 'off', 'set', 'gone']) book.create(name, republish(name));
  book.setDisabled('off', true);
  book.set('set', republish('other'));
  book.delete('gone');
  await closed(data);
  const next = openAt();
  const { book: again, said } = bookIn(next);
  expect(again.all()).toEqual(book.all().map((rule) => ({ ...rule, rule: expect.anything() })));
  expect(said('in')).toEqual(['on', 'other']);
  again.setDisabled('off', false);
  expect(said('in').sort()).toEqual(['off', 'on', 'other']);
});

describe('an answer', () => {
  it('waits for what it rests on, and for nothing where all is written', async () => {
    const data = openAt();
    const trackers = trackersIn(data);
    const request = { method: 'GET', path: [], query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) };
    const api = acknowledged(() => {
      if (!trackers.find('a')) trackers.create('a');
      return { status: 200 };
    }, data.settled);
    const reply = api(request);
    expect(data.settled()).toBeInstanceOf(Promise);
    expect(await reply).toEqual({ status: 200 });
    expect(data.settled()).toBeUndefined();
    expect(await api(request)).toEqual({ status: 200 });
  });

  it('is an error where that could not be written, and nothing at all for a path of somebody else', async () => {
    const request = { method: 'GET', path: [], query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) };
    const failing = () => Promise.reject(new Error('no space'));
    expect(await acknowledged(() => ({ status: 200 }), failing)(request)).toMatchObject({
      status: 500,
      body: { message: 'no space' },
    });
    const settled = vi.fn(failing);
    expect(await acknowledged(() => undefined, settled)(request)).toBeUndefined();
    expect(settled).not.toHaveBeenCalled();
  });
});

describe('the directory', () => {
  it('is for its owner alone: the key of the authority is in it', async () => {
    const made = join(dir, 'made');
    await closed(openAt(made));
    expect(statSync(made).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(made))
      expect([name, statSync(join(made, name)).mode & 0o777]).toEqual([name, 0o600]);
    chmodSync(join(made, 'stand-in.mdb'), 0o644);
    openAt(made);
    expect(statSync(join(made, 'stand-in.mdb')).mode & 0o777).toBe(0o600);
  });

  const refused = (where: string, region?: string) => {
    try {
      openAt(where, region);
    } catch (error) {
      expect(error).toBeInstanceOf(SetupError);
      const { message, hint } = error as SetupError;
      return `${message} ${hint}`;
    }
    return expect.unreachable('it was opened');
  };

  it('is for one stand-in at a time, and free again when that has gone', async () => {
    const data = openAt();
    expect(refused(dir)).toMatch(
      /another stand-in uses the data directory .* held by process \d+ .*--data-dir, or stop/,
    );
    await closed(data);
    openAt();
  });

  it('that cannot be made says so', () => {
    writeFileSync(join(dir, 'file'), '');
    expect(refused(join(dir, 'file', 'data'))).toMatch(
      /cannot make the data directory .*file is no directory.*--data-dir/,
    );
    expect(refused(join(dir, 'file'))).toMatch(/cannot make the data directory .*--data-dir/);
  });

  it.each([
    ['text', (file: string) => writeFileSync(file, 'x'.repeat(10_000)), 'is no LMDB file'],
    ['a byte', (file: string) => writeFileSync(file, 'x'), 'is no LMDB file'],
    ['zeros', (file: string) => writeFileSync(file, Buffer.alloc(100_000)), 'is no LMDB file'],
    ['half of it', (file: string) => truncateSync(file, 8192), 'was cut short'],
  ])('whose file is damaged says so (%s), and is left as it is', async (_, damage, message) => {
    await closed(openAt());
    const file = join(dir, 'stand-in.mdb');
    damage(file);
    const { size } = statSync(file);
    expect(refused(dir)).toMatch(new RegExp(`cannot use the data directory .*${message} .*left as it is`));
    expect(statSync(file).size).toBe(size);
    expect(existsSync(join(dir, 'data.lock'))).toBe(false);
  });

  it('that holds something else is left as it is', async () => {
    const name = join(dir, 'directory');
    mkdirSync(join(name, 'stand-in.mdb'), { recursive: true });
    expect(refused(name)).toMatch(/cannot use the data directory/);
  });

  it('of another format, or of another region, says which', async () => {
    await closed(openAt());
    expect(refused(dir, 'us-east-1')).toMatch(/region eu-west-1, not us-east-1 .*--region eu-west-1/);
    const root = open({ path: join(dir, 'stand-in.mdb'), noSubdir: true });
    await root.openDB({ name: 'meta', encoding: 'json' }).put('format', 2);
    await root.close();
    expect(refused(dir)).toMatch(/format 2, and this simctl reads 1 .*--data-dir/);
  });
});
