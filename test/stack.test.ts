import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SetupError, UsageError } from '../src/errors.ts';
import { registrationRole } from '../src/fleet/provision.ts';
import { readStack } from '../src/stack.ts';
import { readTarget } from '../src/target-file.ts';
import { type CloudFormation, serveStacks } from './support/cloudformation.ts';
import { startIot } from './support/stand-in-iot.ts';

/** Of the template that was reviewed; what only a deployment knows is a name of its own. */
function outputsOf(design: string): Record<string, string> {
  const file = new URL(`infra/snapshots/${design}.template.snap`, import.meta.url);
  const { Outputs } = JSON.parse(readFileSync(file, 'utf8')) as { Outputs: Record<string, { Value: unknown }> };
  return Object.fromEntries(
    Object.entries(Outputs).map(([name, { Value }]) => [
      name,
      typeof Value === 'string' ? Value : `the ${name} & more`,
    ]),
  );
}

let cloud: CloudFormation;
beforeAll(async () => {
  const outputs = outputsOf('lambda');
  const { QueryEndpoint: _, ...incomplete } = outputs;
  cloud = await serveStacks({
    simctl: { status: 'UPDATE_COMPLETE', outputs },
    direct: { status: 'CREATE_COMPLETE', outputs: outputsOf('direct') },
    making: { status: 'CREATE_IN_PROGRESS', outputs: {} },
    failed: { status: 'ROLLBACK_COMPLETE', outputs: {} },
    updated: { status: 'UPDATE_ROLLBACK_COMPLETE', outputs },
    another: { status: 'CREATE_COMPLETE', outputs: { WebsiteURL: 'http://x' } },
    incomplete: { status: 'CREATE_COMPLETE', outputs: { ...incomplete, TrackerCount: 'ten' } },
  });
});
afterAll(() => cloud.close());
beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', cloud.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'y');
  return () => vi.unstubAllEnvs();
});

describe('a deployed stack', () => {
  it('says where its parts are', async () => {
    expect(await readStack('eu-west-1', 'simctl')).toEqual({
      queryEndpoint: 'the QueryEndpoint & more',
      querySigned: true,
      mapPage: 'the MapPage & more',
      trackerPrefix: 'sim-iot-tracker',
      trackerCount: 10,
      stack: {
        name: 'simctl',
        ingest: 'lambda',
        ingestFunction: 'the IngestFunction & more',
        ingestLogGroup: 'the IngestLogGroup & more',
        queryFunction: 'the QueryFunction & more',
        registrationRole: 'the RegistrationRole & more',
      },
    });
    expect(cloud.asked.at(-1)).toEqual({
      action: 'DescribeStacks',
      stack: 'simctl',
      scope: 'cloudformation/aws4_request',
    });
  });

  it('has no function that stores where the rule does', async () => {
    const { stack } = await readStack('eu-west-1', 'direct');
    expect(stack).toMatchObject({ ingest: 'direct' });
    expect(stack).not.toHaveProperty('ingestFunction');
  });

  it('is good after an update that was rolled back', async () => {
    expect((await readStack('eu-west-1', 'updated')).trackerCount).toBe(10);
  });

  it.each([
    ['absent', /there is no stack absent in eu-west-1/],
    ['making', /is not deployed: it is CREATE_IN_PROGRESS/],
    ['failed', /is not deployed: it is ROLLBACK_COMPLETE/],
    ['another', /is no backend of simctl: Ingest, TrackerCount, QueryEndpoint/],
    ['incomplete', /is no backend of simctl: QueryEndpoint, TrackerCount is not among/],
  ])('%s cannot be used', async (name, message) => {
    const reading = readStack('eu-west-1', name);
    await expect(reading).rejects.toThrow(SetupError);
    await expect(reading).rejects.toThrow(message);
  });
});

describe('--stack', () => {
  it('makes a target of the account’s endpoint and the stack, with the role that registers devices', async () => {
    const iot = await startIot();
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ENDPOINT_URL_IOT', iot.endpoint);
    try {
      const target = await readTarget('aws', 'simctl');
      expect(target).toMatchObject({ name: 'aws/localhost/eu-west-1', trackerCount: 10, stack: { name: 'simctl' } });
      expect(registrationRole(target, undefined)).toEqual({ roleArn: 'the RegistrationRole & more' });
      expect(registrationRole(target, 'arn:mine')).toEqual({ roleArn: 'arn:mine' });
    } finally {
      await iot.close();
    }
  });

  it('is of AWS alone', async () => {
    await expect(readTarget('local.json', 'simctl')).rejects.toThrow(UsageError);
  });
});
