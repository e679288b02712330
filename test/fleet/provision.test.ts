import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as iot from '@aws-sdk/client-iot';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { StoppableClock } from '../../src/clock.ts';
import { SetupError, UsageError } from '../../src/errors.ts';
import { openCredentialStore } from '../../src/fleet/credential-store.ts';
import { publicKeyOf, publicKeyOfCertificate, signingRequest } from '../../src/fleet/device-key.ts';
import { countedDevices } from '../../src/fleet/device-list.ts';
import { POLICY, THING_TYPE } from '../../src/fleet/groundwork.ts';
import { openJournal } from '../../src/fleet/journal.ts';
import { provision } from '../../src/fleet/provision.ts';
import { removeFleet } from '../../src/fleet/remove.ts';
import type { FleetOptions } from '../../src/fleet/session.ts';
import type { Api, ApiReply, ApiRequest } from '../../src/local/http.ts';
import type { Target } from '../../src/target.ts';
import { newEcKey } from '../../src/x509.ts';
import { ARN, startIot, targetOf } from '../support/stand-in-iot.ts';

let server: Awaited<ReturnType<typeof startIot>>;
let target: Target;
let dir: string;
/** What a test puts between client and control plane. */
let meddle: (request: ApiRequest, answer: () => Promise<ApiReply | undefined>) => Promise<ApiReply | undefined>;

beforeEach(async () => {
  meddle = (_, answer) => answer();
  server = await startIot({ intercept: (api: Api) => (request) => meddle(request, async () => api(request)) });
  dir = mkdtempSync(join(tmpdir(), 'simctl-fleet-'));
  target = targetOf(server.endpoint, dir);
  return async () => {
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  };
});

/** Time that passes as soon as somebody waits for it. */
function hastyClock(): StoppableClock & { waits: number[] } {
  let now = server.clock.now;
  let stopped = false;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    async until(at) {
      await setImmediate();
      if (stopped) return false;
      if (at > now) waits.push(at - now);
      now = Math.max(now, at);
      return true;
    },
    stop() {
      stopped = true;
    },
  };
}

const fleetOptions = (more: Partial<FleetOptions> = {}): FleetOptions => ({
  target,
  clock: hastyClock(),
  random: () => 0.5,
  ...more,
});
const make = (deviceIds: string[], more: Partial<FleetOptions> = {}) => provision({ ...fleetOptions(more), deviceIds });
const remove = (more: Partial<FleetOptions> = {}) => removeFleet(fleetOptions(more));

function isCsr({ method, path }: ApiRequest): boolean {
  return method === 'POST' && path[0] === 'certificates';
}

/** How many of each the control plane holds. */
function held() {
  const { things, certificates, policies } = server.registry;
  return {
    things: things.things.size,
    types: things.types.size,
    certificates: certificates.certificates.size,
    policies: policies.policies.size,
  };
}

/** Every device of the store is whole: its key is its certificate's, active, with the policy, attached to its thing. */
function expectWhole(ids: string[]): void {
  const store = openCredentialStore(target.credentialsDir);
  expect([...store.ids()].sort()).toEqual([...ids].sort());
  for (const id of ids) {
    const credentials = store.get(id)!;
    const certificate = server.registry.activeCertificate(credentials.certificateId)!;
    expect(certificate.pem).toBe(credentials.certificatePem);
    expect([...certificate.policies]).toEqual([POLICY]);
    expect([...certificate.things]).toEqual([id]);
    expect(publicKeyOf(credentials.privateKeyPem)).toBe(publicKeyOfCertificate(credentials.certificatePem));
    expect(server.registry.things.thing(id).typeName).toBe(THING_TYPE);
  }
  store.close();
}

describe('provision', () => {
  it('makes a thing, a certificate and one policy for all, and keeps the keys', async () => {
    const ids = countedDevices(20, 'DEV');
    const seen: number[][] = [];
    const result = await make([...ids, 'DEV-0000'], { onProgress: (...progress) => seen.push(progress) });
    expect(result).toEqual({ created: 20, already: 0, resumed: 0, discarded: 0, interrupted: false });
    expectWhole(ids);
    expect(held()).toEqual({ things: 20, types: 1, certificates: 20, policies: 1 });
    expect(seen[0]).toEqual([0, 20]);
    expect(seen.at(-1)).toEqual([20, 20]);
    expect(readdirSync(target.credentialsDir)).toEqual(['credentials.ndjson']);
    const certificate = new X509Certificate(openCredentialStore(target.credentialsDir).get('DEV-0007')!.certificatePem);
    expect(certificate.subject).toBe('CN=DEV-0007');
  });

  it('lets a device be itself and nothing else', async () => {
    await make(['a']);
    const document = JSON.parse(server.registry.policies.policy(POLICY).document);
    expect(document.Statement.map(({ Action, Resource }: Record<string, string>) => [Action, Resource])).toEqual([
      ['iot:Connect', `${ARN}client/\${iot:Connection.Thing.ThingName}`],
      [
        'iot:Publish',
        [
          `${ARN}topic/simUploadLocation/\${iot:Connection.Thing.ThingName}`,
          `${ARN}topic/$aws/rules/store_positions/simUploadLocation/\${iot:Connection.Thing.ThingName}`,
        ],
      ],
    ]);
  });

  it('does nothing for devices that it has, and makes the others', async () => {
    await make(['a', 'b']);
    expect(await make(['a', 'b', 'c'])).toEqual({
      created: 1,
      already: 2,
      resumed: 0,
      discarded: 0,
      interrupted: false,
    });
    expectWhole(['a', 'b', 'c']);
    expect(held().certificates).toBe(3);
  });

  it('refuses an id that cannot name a thing, before it makes anything', async () => {
    await expect(make(['fine', 'dé.1'])).rejects.toThrow(UsageError);
    await expect(make(['fine', 'x'.repeat(129)])).rejects.toThrow(UsageError);
    expect(held().things).toBe(0);
  });

  it.each([1, 2, 3, 4, 5, 7, 9, 12, 16, 21, 24, 26])(
    'goes on after an end at request %i, and leaves nothing twice or over',
    async (last) => {
      const ids = countedDevices(6, 'DEV');
      let requests = 0;
      // From there on nothing is answered any more, whether it was carried out or not, as for a process that was killed.
      meddle = async (_, answer) => {
        requests++;
        if (requests < last) return answer();
        if (requests === last) await answer();
        return { status: 500, headers: { 'x-amzn-errortype': 'InternalFailureException' }, body: { message: 'gone' } };
      };
      await expect(make(ids, { concurrency: 3 })).rejects.toThrow(SetupError);
      meddle = (_, answer) => answer();
      const { created, already } = await make(ids, { concurrency: 3 });
      expect(created + already).toBe(6);
      expectWhole(ids);
      expect(held()).toEqual({ things: 6, types: 1, certificates: 6, policies: 1 });
    },
  );

  it('adopts a certificate whose request was answered too late, and only that', async () => {
    await make(['before']);
    const key = newEcKey();
    const journal = openJournal(target.credentialsDir);
    journal.keyMade({ deviceId: 'late', at: server.clock.now, privateKeyPem: key.privateKeyPem });
    journal.keyMade({ deviceId: 'never', at: server.clock.now, privateKeyPem: newEcKey().privateKeyPem });
    journal.close();
    const made = server.registry.certificates.createFromCsr(signingRequest('late', key), true);
    for (let i = 0; i < 5; i++) server.registry.certificates.createFromCsr(signingRequest('other', newEcKey()), true);
    expect(await make(['before', 'late', 'never'])).toEqual({
      created: 2,
      already: 1,
      resumed: 2,
      discarded: 0,
      interrupted: false,
    });
    expect(openCredentialStore(target.credentialsDir).get('late')!.certificateId).toBe(made.id);
    expectWhole(['before', 'late', 'never']);
  });

  it('finds a certificate whose answer was lost, rather than asking for another', async () => {
    let lost = 0;
    meddle = async (request, answer) => {
      const reply = await answer();
      if (!isCsr(request) || lost++ > 0) return reply;
      return { status: 503, headers: { 'x-amzn-errortype': 'ServiceUnavailableException' }, body: { message: 'lost' } };
    };
    await make(['a', 'b', 'c']);
    expectWhole(['a', 'b', 'c']);
    expect(held().certificates).toBe(3);
  });

  it('slows down where it is throttled, and gets through', async () => {
    let calls = 0;
    meddle = async (request, answer) =>
      isCsr(request) && calls++ % 3 !== 2
        ? { status: 400, headers: { 'x-amzn-errortype': 'ThrottlingException' }, body: { message: 'Rate exceeded' } }
        : answer();
    const clock = hastyClock();
    await make(countedDevices(9, 'DEV'), { clock });
    expectWhole(countedDevices(9, 'DEV'));
    expect(clock.waits.length).toBeGreaterThan(18);
  });

  it('keeps to the rates that it is given', async () => {
    const clock = hastyClock();
    const begin = clock.now();
    await make(countedDevices(31, 'DEV'), {
      clock,
      callsPerSecond: (name) => (name === 'AttachPolicy' ? 10 : undefined),
    });
    expect(clock.now() - begin).toBeCloseTo(3000, -2);
  });

  it('stops between devices when asked to, and goes on later', async () => {
    const ids = countedDevices(40, 'DEV');
    const stopping = new AbortController();
    const result = await make(ids, { signal: stopping.signal, onProgress: (done) => done === 10 && stopping.abort() });
    expect(result.interrupted).toBe(true);
    expect(result.created).toBeLessThan(40);
    await make(ids);
    expectWhole(ids);
    expect(held().certificates).toBe(40);
  });

  it('takes the policy of an earlier version, which knew no Basic Ingest', async () => {
    const { document } = await make(['a']).then(() => server.registry.policies.policy(POLICY));
    const former = JSON.parse(document);
    former.Statement[1].Resource = former.Statement[1].Resource[0];
    const other = await startIot({});
    other.registry.policies.create(POLICY, JSON.stringify(former));
    const credentialsDir = join(target.credentialsDir, 'other');
    const made = await provision({
      target: { ...target, iotEndpoint: other.endpoint, credentialsDir },
      deviceIds: ['b'],
    });
    expect(made.created).toBe(1);
    await other.close();
  });

  it('refuses a policy of the same name that says something else', async () => {
    server.registry.policies.create(
      POLICY,
      JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'iot:*', Resource: '*' } }),
    );
    await expect(make(['a'])).rejects.toThrow(/a policy simctl-device that is not simctl's/);
    expect(held().certificates).toBe(0);
  });

  it('takes back a deprecated thing type', async () => {
    await make(['a']);
    server.registry.things.deprecateType(THING_TYPE, false);
    await make(['a', 'b']);
    expectWhole(['a', 'b']);
  });

  it('begins anew where the credentials are of a stand-in that has ended', async () => {
    await make(['a']);
    const successor = await startIot();
    try {
      const { created, discarded } = await make(['a', 'b'], { target: { ...target, iotEndpoint: successor.endpoint } });
      expect([created, discarded]).toEqual([2, 1]);
      expect(successor.registry.certificates.certificates.size).toBe(2);
    } finally {
      await successor.close();
    }
  });

  it('throws no credentials away on AWS', async () => {
    await make(['a']);
    const account = await startIot();
    vi.stubEnv('AWS_ENDPOINT_URL_IOT', account.endpoint);
    const { iotEndpoint: _, ...aws } = target;
    try {
      await expect(make(['a', 'b'], { target: aws })).rejects.toThrow(/holds 1 devices that local does not know/);
      expect(openCredentialStore(target.credentialsDir).size).toBe(1);
    } finally {
      vi.unstubAllEnvs();
      await account.close();
    }
  });

  it('says where nothing answers', async () => {
    const nobody = { ...target, iotEndpoint: 'http://127.0.0.1:9' };
    await expect(make(['a'], { target: nobody })).rejects.toMatchObject({
      exitCode: 3,
      hint: 'Is the stand-in still running?',
    });
  });

  it('says what it may not do', async () => {
    meddle = async () => ({
      status: 403,
      headers: { 'x-amzn-errortype': 'AccessDeniedException' },
      body: { message: 'no' },
    });
    await expect(make(['a'])).rejects.toMatchObject({ exitCode: 3, hint: expect.stringMatching(/credentials/) });
  });

  it('writes the key of no device into an error or the answer', async () => {
    await make(['a']);
    const text = readFileSync(join(target.credentialsDir, 'credentials.ndjson'), 'utf8');
    expect(text.match(/PRIVATE KEY/g)).toHaveLength(2);
    await expect(make(['b'], { target: { ...target, iotEndpoint: 'http://127.0.0.1:9' } })).rejects.not.toThrow(
      /PRIVATE/,
    );
  });
});

describe('removeFleet', () => {
  const ids = countedDevices(12, 'DEV');

  it('takes away exactly what provisioning made', async () => {
    server.registry.things.create({ name: 'mine', typeName: undefined, attributes: {}, billingGroupName: undefined });
    await server.client.send(new iot.CreateKeysAndCertificateCommand({ setAsActive: true }));
    await make(ids);
    server.clock.now += 1000;
    const { removed, notes } = await remove();
    expect(removed).toBe(12);
    expect(notes).toEqual([expect.stringMatching(/deprecated; AWS deletes it after five minutes/)]);
    expect(held()).toEqual({ things: 1, types: 1, certificates: 1, policies: 0 });
    expect(openCredentialStore(target.credentialsDir).size).toBe(0);
    server.clock.now += 5 * 60_000;
    expect(await remove()).toEqual({ removed: 0, notes: [], interrupted: false });
    expect(held().types).toBe(0);
  });

  it.each([1, 3, 8, 20, 33, 47, 60])('goes on after an end at request %i', async (last) => {
    await make(ids);
    let requests = 0;
    meddle = async (_, answer) => {
      if (++requests <= last) return answer();
      return { status: 500, headers: { 'x-amzn-errortype': 'InternalFailureException' }, body: { message: 'gone' } };
    };
    await remove({ concurrency: 3 }).catch(() => {});
    meddle = (_, answer) => answer();
    await remove();
    expect(held()).toMatchObject({ things: 0, certificates: 0, policies: 0 });
    expect(readdirSync(target.credentialsDir)).toEqual(['credentials.ndjson']);
  });

  it('removes devices that provisioning was in the middle of, with certificates that it never heard of', async () => {
    let certified = 0;
    meddle = async (request, answer) => {
      const reply = await answer();
      if (isCsr(request)) certified++;
      return certified >= 4 ? { status: 500, headers: {}, body: {} } : reply;
    };
    await expect(make(ids, { concurrency: 4 })).rejects.toThrow(SetupError);
    expect(held().certificates).toBeGreaterThan(0);
    meddle = (_, answer) => answer();
    await remove();
    expect(held()).toMatchObject({ things: 0, certificates: 0, policies: 0 });
  });

  it('leaves a provisioning after a removal that was cut off with whole devices', async () => {
    await make(ids);
    let deleted = 0;
    meddle = async (request, answer) => {
      const reply = await answer();
      if (request.method === 'DELETE' && request.path[0] === 'certificates') deleted++;
      return deleted >= 5 ? { status: 500, headers: {}, body: {} } : reply;
    };
    await expect(remove({ concurrency: 2 })).rejects.toThrow(SetupError);
    meddle = (_, answer) => answer();
    await make(ids);
    expectWhole(ids);
    expect(held().certificates).toBe(12);
  });

  it('leaves policy and thing type to another fleet of the account', async () => {
    await make(['a']);
    const elsewhere = { ...target, credentialsDir: join(dir, 'elsewhere') };
    await make(['b'], { target: elsewhere });
    const { notes } = await remove();
    expect(notes).toEqual([
      expect.stringMatching(/policy simctl-device stays/),
      expect.stringMatching(/thing type simctl-courier stays/),
    ]);
    expect(held()).toEqual({ things: 1, types: 1, certificates: 1, policies: 1 });
    await remove({ target: elsewhere });
    expect(held()).toMatchObject({ things: 0, certificates: 0, policies: 0 });
  });

  it('leaves a thing that has got a certificate from elsewhere, and says so', async () => {
    await make(['a']);
    const { certificateArn } = await server.client.send(new iot.CreateKeysAndCertificateCommand({ setAsActive: true }));
    server.registry.attachThing('a', certificateArn!);
    const { notes } = await remove();
    expect(notes[0]).toMatch(/the thing a stays/);
    expect(held()).toMatchObject({ things: 1, certificates: 1 });
  });
});
