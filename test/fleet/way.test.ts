import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { chooseWay } from '../../src/fleet/way.ts';
import type { Target } from '../../src/target.ts';

const aws: Target = {
  name: 'aws',
  region: 'us-east-1',
  mqttHost: 'x-ats.iot.us-east-1.amazonaws.com',
  mqttPort: 8883,
  credentialsDir: 'credentials',
  trackerPrefix: 't',
  trackerCount: 10,
};
const local: Target = { ...aws, name: 'local', iotEndpoint: 'http://localhost:1' };
const stack: Target = {
  ...aws,
  stack: { name: 'simctl', ingest: 'lambda', queryFunction: 'q', registrationRole: 'arn:of-the-stack' },
};

describe('how devices come by their certificates', () => {
  it.each([
    ['few', local, 999, {}, 'calls', undefined],
    ['many, of a stand-in', local, 1000, {}, 'own-authority', /stand-in$/],
    ['many, of a stack', stack, 100_000, {}, 'own-authority', /of-the-stack$/],
    ['many, with a role', aws, 1000, { roleArn: 'arn:mine' }, 'own-authority', /^arn:mine$/],
    ['many, by AWS alone', aws, 20_000, {}, 'calls', undefined],
    ['many, asked for one by one', stack, 20_000, { way: 'calls' }, 'calls', undefined],
    ['few, asked for here', stack, 1, { way: 'own-authority' }, 'own-authority', /of-the-stack$/],
    ['few, with a claim', local, 1, { way: 'claims' }, 'claims', /stand-in$/],
  ] as const)('%s', (_, target, missing, asked, way, roleArn) => {
    const chosen = chooseWay(target, missing, asked);
    expect(chosen.way).toBe(way);
    if (roleArn === undefined) expect(chosen.roleArn).toBeUndefined();
    else expect(chosen.roleArn).toMatch(roleArn);
  });

  it('says what it chose, and what the slow way takes where it must be taken', () => {
    expect(chooseWay(local, 10, {}).note).toBeUndefined();
    expect(chooseWay(local, 1000, {}).note).toMatch(/^For 1000 devices certificates are made here, .*--way calls/);
    // 20,000 at four fifths of 15 CreateCertificateFromCsr a second.
    expect(chooseWay(aws, 20_000, {}).note).toMatch(/take 28 minutes; with --stack NAME or --role-arn ARN/);
  });

  it('refuses a way for which AWS would lack a role', () => {
    expect(() => chooseWay(aws, 1, { way: 'claims' })).toThrow(UsageError);
  });
});
