import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { readEpoch } from '../../src/clock.ts';
import { startReceiver } from '../../src/receiver/receiver.ts';
import type { Target } from '../../src/target.ts';
import { serveApi } from '../support/serve-api.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_EC2_METADATA_DISABLED: 'true' };

test('a viewer signs each of its requests where the API wants it, by the keys of the environment', async () => {
  for (const [name, value] of Object.entries(KEYS)) vi.stubEnv(name, value);
  const dir = await mkdtemp(join(tmpdir(), 'signed-'));
  const signatures: (string | undefined)[] = [];
  const { endpoint, close } = await serveApi(async ({ headers, query }) => {
    signatures.push(headers.authorization);
    return { status: 200, body: query.get('type') === 'history' ? { DevicePositions: [] } : { Entries: [] } };
  });
  const target: Target = {
    name: 'test',
    region: 'eu-west-1',
    mqttHost: 'x',
    mqttPort: 1,
    credentialsDir: '/nowhere',
    trackerPrefix: 't',
    trackerCount: 1,
    queryEndpoint: endpoint,
    querySigned: true,
  };
  const receiver = await startReceiver({
    target,
    out: join(dir, 'received.ndjson'),
    intervalMs: 10,
    epoch: readEpoch(),
  });
  try {
    await receiver.sweep({
      devices: ['d'],
      from: 0,
      to: 1,
      out: join(dir, 'history.ndjson'),
      concurrency: 1,
      onProgress() {},
    });
  } finally {
    await receiver.stop();
    await close();
    await rm(dir, { recursive: true });
    vi.unstubAllEnvs();
  }
  expect(signatures.length).toBeGreaterThan(0);
  for (const signature of signatures)
    expect(signature).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/execute-api\/aws4_request, /,
    );
});
