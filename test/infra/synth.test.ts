import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const assembly = join(root, 'infra/cdk.out/lambda');

/** A network namespace without an interface, where this machine allows one. */
const offline = spawnSync('unshare', ['-rn', 'true']).status === 0 ? ['unshare', '-rn'] : [];
if (offline.length === 0) console.log('No network namespaces here: the synthesis is tested with the network in reach.');

let said: string;
beforeAll(() => {
  rmSync(assembly, { recursive: true, force: true });
  const [command, ...args] = [...offline, process.execPath, '--import', 'tsx', 'infra/synth.ts', 'lambda'];
  // Neither an account nor a Region nor Docker.
  const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent' };
  said = execFileSync(command!, args, { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}, 120_000);

/** What the handler with this word in its bundle prints and returns, as a process of its own: no package of the repository is in its reach. */
function invoke(word: string, event: unknown): { printed: string[]; returned: unknown } {
  const bundle = readdirSync(assembly)
    .map((name) => join(assembly, name, 'index.mjs'))
    .find((file) => existsSync(file) && readFileSync(file, 'utf8').includes(word));
  expect(bundle).toBeDefined();
  const script = `
    const { handler } = await import(${JSON.stringify(bundle)});
    const returned = await handler(${JSON.stringify(event)}, { functionName: 'f' });
    process.stdout.write('RETURNED ' + JSON.stringify(returned ?? null) + '\\n');`;
  const env = { AWS_REGION: 'eu-west-1', AWS_LAMBDA_FUNCTION_NAME: 'f', TRACKER_PREFIX: 't', TRACKER_COUNT: '10' };
  const lines = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: '/',
    env,
    encoding: 'utf8',
  })
    .trimEnd()
    .split('\n');
  const returned = lines.findIndex((line) => line.startsWith('RETURNED '));
  return { printed: lines.slice(0, returned), returned: JSON.parse(lines[returned]!.slice('RETURNED '.length)) };
}

describe('npm run infra:synth', () => {
  it('works without a network, and says where the assembly is', () => {
    expect(said).toMatch(/^lambda: \d+ resources, assembly in .*infra\/cdk\.out\/lambda$/m);
    expect(existsSync(join(assembly, 'simctl.template.json'))).toBe(true);
  });

  it('bundles the handler that stores, whose log lines are JSON and nothing else', () => {
    const { printed } = invoke('DeviceMismatch', { device: 'a', payload: 'no update' });
    expect(printed.map((line) => JSON.parse(line))).toMatchObject([
      { ingest: 1, id: 'a', code: 'Malformed' },
      { _aws: { CloudWatchMetrics: [{ Namespace: 'simctl' }] }, FunctionName: 'f', Refused: 1 },
    ]);
  });

  it('bundles the handler that answers, on both kinds of route', () => {
    for (const stage of ['/default', '/default/viewer']) {
      const { returned } = invoke('get-device-without-tracker', {
        rawPath: `${stage}/get-device-without-tracker`,
        queryStringParameters: { deviceid: 'AWS-7686' },
      });
      expect(returned).toMatchObject({ statusCode: 200, body: '{"TrackerName":"t7"}' });
    }
  });
});

describe('the package', () => {
  it('depends on nothing of the deployment', () => {
    const listed = execFileSync('npm', ['pkg', 'get', 'dependencies', 'files'], { cwd: root, encoding: 'utf8' });
    expect(listed).not.toMatch(/cdk|constructs|"infra/);
    const found = spawnSync('grep', [
      '-rlE',
      "from '(aws-cdk-lib|constructs|cdk-nag)",
      join(root, 'src'),
      join(root, 'infra/lambdas'),
    ]);
    expect(found.stdout.toString()).toBe('');
  });
});
