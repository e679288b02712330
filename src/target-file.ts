/** Which target a `--target` flag means: a ready file that a stand-in wrote, or the account of the environment. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { iotClient, regionOfEnvironment } from './aws.ts';
import { codeOf, messageOf, SetupError, UsageError } from './errors.ts';
import { homeDir } from './home.ts';
import { isRunning } from './process-alive.ts';
import { readStack } from './stack.ts';
import type { Target } from './target.ts';

/** As the 2022 project named its ten trackers, and as `infra/` deploys them. */
const TRACKER_PREFIX = 'sim-iot-tracker';
const TRACKER_COUNT = 10;

/**
 * `aws`: the real services of the environment's region and account, as the stack of infra/ with that name deployed them
 * where there is one; anything else: the path of a ready file.
 * @throws UsageError where the file is none, SetupError where what it names cannot be reached.
 */
export async function readTarget(flag: string, stack?: string): Promise<Target> {
  if (flag === 'aws') return awsTarget(stack);
  if (stack !== undefined) {
    throw new UsageError(`--stack ${stack} is of AWS, and --target is ${flag}`, { hint: 'Say --target aws.' });
  }
  return targetFromFile(flag);
}

async function awsTarget(stack: string | undefined): Promise<Target> {
  const region = regionOfEnvironment('--target aws');
  const unnamed: Target = {
    name: `aws/${region}`,
    region,
    mqttHost: '',
    mqttPort: 8883,
    credentialsDir: '',
    trackerPrefix: TRACKER_PREFIX,
    trackerCount: TRACKER_COUNT,
  };
  const mqttHost = await dataEndpoint(unnamed);
  // The endpoint's first label is the account's own, so that accounts do not share a directory.
  const name = `aws/${mqttHost.split('.')[0]}/${region}`;
  const found = { ...unnamed, name, mqttHost, credentialsDir: join(homeDir(), 'credentials', name) };
  return stack === undefined ? found : { ...found, ...(await readStack(region, stack)) };
}

async function dataEndpoint(target: Target): Promise<string> {
  const client = await iotClient(target);
  try {
    const { DescribeEndpointCommand } = await import('@aws-sdk/client-iot');
    const { endpointAddress } = await client.send(new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }));
    if (!endpointAddress) throw new Error('the answer holds no address');
    return endpointAddress;
  } catch (error) {
    throw new SetupError(`cannot ask AWS IoT in ${target.region} for its endpoint: ${messageOf(error)}`, {
      hint: 'Look at the credentials ("aws sts get-caller-identity" shows whose they are) and the network.',
      cause: error,
    });
  } finally {
    client.destroy();
  }
}

const STRINGS = ['name', 'region', 'mqttHost', 'credentialsDir', 'trackerPrefix'] as const;
const WHOLE_NUMBERS = ['mqttPort', 'trackerCount'] as const;
const OPTIONAL_STRINGS = [
  'caFile',
  'locationEndpoint',
  'iotEndpoint',
  'queryEndpoint',
  'mapPage',
  'ingestLog',
  'accessKeyId',
  'secretAccessKey',
] as const;

async function targetFromFile(file: string): Promise<Target> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'EISDIR') throw noTarget(file, 'it is a directory');
    if (codeOf(error) !== 'ENOENT')
      throw new SetupError(`cannot read the target ${file}: ${messageOf(error)}`, {
        hint: 'Name the ready file of a stand-in with --target, or say aws.',
        cause: error,
      });
    throw new SetupError(`there is no target file ${file}`, {
      hint: `Start a stand-in that writes it, "simctl local --ready-file ${file}", or say --target aws.`,
    });
  }
  const target = parseTarget(text, file);
  if (target.pid !== undefined && !isRunning(target.pid)) {
    throw new SetupError(`the stand-in of ${file} (process ${target.pid}) does not run any more`, {
      hint: `Start it again with "simctl local --ready-file ${file}".`,
    });
  }
  return target;
}

function noTarget(file: string, what: string): UsageError {
  return new UsageError(`${file} is no target file: ${what}`, {
    hint: '"simctl local --ready-file FILE" writes one.',
  });
}

function parseTarget(text: string, file: string): Target {
  const wrong = (what: string) => noTarget(file, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong(text.trim() === '' ? 'it is empty' : messageOf(error).replaceAll('\n', ' '));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('it holds no JSON object');
  const fields = value as Record<string, unknown>;
  const problems = [
    ...STRINGS.filter((name) => typeof fields[name] !== 'string' || fields[name] === '').map(
      (name) => `${name} must be a string`,
    ),
    ...OPTIONAL_STRINGS.filter((name) => fields[name] !== undefined && typeof fields[name] !== 'string').map(
      (name) => `${name} must be a string`,
    ),
    ...WHOLE_NUMBERS.filter((name) => !(Number.isInteger(fields[name]) && (fields[name] as number) > 0)).map(
      (name) => `${name} must be a whole number above 0`,
    ),
  ];
  const { pid, httpsPort } = fields;
  if (httpsPort !== undefined && !(Number.isInteger(httpsPort) && (httpsPort as number) > 0))
    problems.push('httpsPort must be a whole number above 0');
  if (pid !== undefined && !(Number.isInteger(pid) && (pid as number) > 0)) problems.push('pid must be a process id');
  if (problems.length > 0) throw wrong(problems.join('; '));
  return fields as unknown as Target;
}
