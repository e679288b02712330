/** What a deployed backend says of itself, by the outputs of its CloudFormation stack (stack-outputs.ts). */
import { cloudFormationClient } from './aws.ts';
import { messageOf, SetupError } from './errors.ts';
import type { OutputName } from './stack-outputs.ts';
import type { DeployedStack, Generators, Target } from './target.ts';

/** What of a target the stack knows. */
export type StackTarget = Pick<
  Target,
  'queryEndpoint' | 'querySigned' | 'mapPage' | 'trackerPrefix' | 'trackerCount'
> & { readonly stack: DeployedStack };

const INGEST = ['lambda', 'stream', 'direct'] as const;

/** @throws SetupError where there is no such stack, it is not deployed, or it is another's. */
export async function readStack(region: string, name: string): Promise<StackTarget> {
  const { status, outputs } = await describe(region, name);
  // While it is updated it stands; while it is made, rolled back to nothing, or deleted, it does not.
  if (!/^(CREATE|UPDATE|IMPORT)_COMPLETE|^UPDATE_(IN_PROGRESS|ROLLBACK)/.test(status)) {
    throw new SetupError(`the stack ${name} in ${region} is not deployed: it is ${status}`, {
      hint: 'Look at its events in CloudFormation; docs/deploy.md says how it is deployed.',
    });
  }
  return targetOf(name, outputs, region);
}

type Outputs = Readonly<Partial<Record<string, string>>>;

async function describe(region: string, name: string): Promise<{ status: string; outputs: Outputs }> {
  const client = await cloudFormationClient({ region });
  try {
    const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const [stack] = Stacks ?? [];
    if (!stack) throw new Error('the answer holds no stack');
    const outputs = (stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue] as const);
    return { status: stack.StackStatus ?? 'without a status', outputs: Object.fromEntries(outputs) };
  } catch (error) {
    const absent = /does not exist/.test(messageOf(error));
    throw new SetupError(
      absent
        ? `there is no stack ${name} in ${region}`
        : `cannot read the stack ${name} in ${region}: ${messageOf(error)}`,
      {
        cause: error,
        hint: absent
          ? 'Is it in another Region (AWS_REGION), or not deployed yet (docs/deploy.md)?'
          : 'Look at the credentials ("aws sts get-caller-identity" shows whose they are) and the network.',
      },
    );
  } finally {
    client.destroy();
  }
}

function targetOf(name: string, outputs: Outputs, region: string): StackTarget {
  const missing = new Set<string>();
  const must = (output: OutputName): string => {
    const value = outputs[output];
    if (!value) missing.add(output);
    return value ?? '';
  };
  const may = (output: OutputName): string | undefined => outputs[output] || undefined;
  const named = must('Ingest');
  const ingest = INGEST.find((design) => design === named);
  const trackerCount = Number(must('TrackerCount'));
  const [mapPage, ingestFunction, ingestLogGroup] = [may('MapPage'), may('IngestFunction'), may('IngestLogGroup')];
  const generators = generatorsOf(may);
  const target = {
    queryEndpoint: must('QueryEndpoint'),
    querySigned: true as const,
    trackerPrefix: must('TrackerPrefix'),
    trackerCount,
    ...(mapPage === undefined ? {} : { mapPage }),
    stack: {
      name,
      ingest: ingest ?? 'lambda',
      queryFunction: must('QueryFunction'),
      registrationRole: must('RegistrationRole'),
      ...(ingestFunction === undefined ? {} : { ingestFunction }),
      ...(ingestLogGroup === undefined ? {} : { ingestLogGroup }),
      ...(generators === undefined ? {} : { generators }),
    },
  };
  if (!ingest) missing.add('Ingest');
  if (!(Number.isInteger(trackerCount) && trackerCount > 0)) missing.add('TrackerCount');
  if (missing.size > 0) {
    throw new SetupError(
      `the stack ${name} in ${region} is no backend of simctl: ${[...missing].join(', ')} is not among its outputs, or not what it should be`,
      {
        hint: 'Name the stack that infra/ deployed, and deploy it again where it is older than this simctl.',
      },
    );
  }
  return target;
}

/** All of them or none: they are made together. */
function generatorsOf(may: (output: OutputName) => string | undefined): Generators | undefined {
  const [queue, bucket, repository] = [may('GeneratorQueue'), may('GeneratorBucket'), may('GeneratorRepository')];
  const [jobRole, executionRole, logGroup] = [
    may('GeneratorJobRole'),
    may('GeneratorExecutionRole'),
    may('GeneratorLogGroup'),
  ];
  if (!queue || !bucket || !repository || !jobRole || !executionRole || !logGroup) return undefined;
  const maxVcpus = Number(may('GeneratorVcpus'));
  return { queue, maxVcpus, bucket, repository, jobRole, executionRole, logGroup };
}
