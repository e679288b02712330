/** One of the handlers in infra/lambdas as a function: the same file that the stand-in runs, bundled by esbuild on this machine. */
import { fileURLToPath } from 'node:url';
import { type Duration, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction, type NodejsFunctionProps, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { newLog } from './logs.ts';

export interface HandlerFunctionProps {
  /** A folder of infra/lambdas. */
  readonly handler: 'store-positions' | 'store-batches' | 'get-positions';
  readonly description: string;
  readonly environment: Record<string, string>;
  readonly timeout: Duration;
  readonly retain: boolean;
  readonly more?: Pick<NodejsFunctionProps, 'deadLetterQueue' | 'reservedConcurrentExecutions' | 'retryAttempts'>;
}

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export class HandlerFunction extends Construct {
  readonly lambda: NodejsFunction;
  readonly log: LogGroup;

  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id);
    const { handler, description, environment, timeout, retain, more } = props;
    this.log = newLog(this, 'Log', { retain });
    // A role that may write this log alone, where the usual managed policy allows all of the account's.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.log.grantWrite(role);
    this.lambda = new NodejsFunction(this, 'Function', {
      entry: fromHere(`lambdas/${handler}/index.ts`),
      projectRoot: fromHere('..'),
      depsLockFilePath: fromHere('../package-lock.json'),
      description,
      role,
      timeout,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // Memory is CPU too: below this, most of an invocation is TLS.
      memorySize: 256,
      logGroup: this.log,
      loggingFormat: LoggingFormat.JSON,
      environment,
      awsSdkConnectionReuse: false, // SDK 3 always does
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        minify: true,
        logLevel: LogLevel.WARNING,
        // The SDK comes along, in the version that was tested.
        externalModules: [],
        // Parts of the SDK are CommonJS, and ask for require.
        banner: "import{createRequire as r}from'node:module';const require=r(import.meta.url);",
      },
      ...more,
    });
    Validations.of(this).acknowledge({
      id: 'Serverless-LambdaTracing',
      reason:
        'A trace for each of thousands of messages a second costs more than the function; simctl itself times them.',
    });
  }
}
