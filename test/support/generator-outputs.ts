/** Outputs of a stack with machines to send from; without a bucket, of one that has none. */
export function generatorOutputs(bucket: string | undefined): Record<string, string> {
  return {
    Ingest: 'lambda',
    QueryEndpoint: 'http://127.0.0.1:9/default',
    TrackerPrefix: 't',
    TrackerCount: '10',
    QueryFunction: 'q',
    RegistrationRole: 'registration-role',
    ...(bucket === undefined
      ? {}
      : {
          GeneratorQueue: 'arn:aws:batch:eu-west-1:123456789012:job-queue/machines',
          GeneratorVcpus: '64',
          GeneratorBucket: bucket,
          GeneratorRepository: 'repository',
          GeneratorJobRole: 'job-role',
          GeneratorExecutionRole: 'execution-role',
          GeneratorLogGroup: 'log-group',
        }),
  };
}
