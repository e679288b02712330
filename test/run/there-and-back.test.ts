import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StandIn, startStandIn } from '../../src/local/spawn.ts';
import { type Leg, legText, thereAndBack } from '../../src/run/there-and-back.ts';

let dir: string;
let standIn: StandIn;
let target: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-test-'));
  standIn = await startStandIn({ dir, credentialsDir: join(dir, 'credentials') });
  target = join(dir, 'target.json');
  await writeFile(target, JSON.stringify(standIn.target));
});

afterAll(async () => {
  await standIn.stop();
  await rm(dir, { recursive: true, force: true });
});

async function travel(options: { target: string; by: 'iot' | 'tracker'; deviceId?: string; timeoutMs?: number }) {
  const legs: Leg[] = [];
  await thereAndBack({
    deviceId: 'DEV-0001',
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    onLeg: (leg) => legs.push(leg),
    ...options,
  });
  return legs;
}

describe('thereAndBack', () => {
  it('takes an update through an embedded stand-in and back, leg by leg', async () => {
    const legs = await travel({ target: 'local', by: 'iot' });
    expect(legs.map(({ name }) => name)).toEqual(['stand-in', 'provision', 'connect', 'publish', 'stored', 'seen']);
    for (const { ms } of legs) expect(ms).toBeGreaterThan(0);
  });

  it('writes straight to the tracker of a target that runs already', async () => {
    const legs = await travel({ target, by: 'tracker', deviceId: 'DEV-0001' });
    expect(legs.map(({ name }) => name)).toEqual(['write', 'stored', 'seen']);
  });

  it('says what to do where the device has no certificate', async () => {
    await expect(travel({ target, by: 'iot', deviceId: 'DEV-0002' })).rejects.toMatchObject({
      name: 'SetupError',
      message: expect.stringContaining('DEV-0002 has no certificate'),
      hint: expect.stringContaining('simctl provision'),
    });
  });

  it('says so where the target is not there', async () => {
    const gone = join(dir, 'gone.json');
    await writeFile(gone, JSON.stringify({ ...standIn.target, locationEndpoint: 'http://127.0.0.1:9' }));
    await expect(travel({ target: gone, by: 'tracker', deviceId: 'DEV-0003' })).rejects.toMatchObject({
      name: 'SetupError',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('legText', () => {
  it('lines the times up', () => {
    expect(legText({ name: 'connect', ms: 12.345, detail: 'there' })).toBe('connect        12.3 ms  there');
  });
});
