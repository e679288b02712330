/** What a deployed backend (infra/) says of itself: the outputs of its CloudFormation stack, which `--stack` reads. */
export const OUTPUTS = {
  Ingest: 'The way from the topic to the trackers: lambda, stream or direct',
  QueryEndpoint: 'The query API for simctl, which signs its requests',
  TrackerPrefix: 'Trackers are named by it and a number',
  TrackerCount: 'How many trackers there are',
  MapPage: 'The map of the devices',
  IngestLogGroup: 'Where the function that stores prints each answer of the trackers',
  IngestFunction: 'The function that stores',
  QueryFunction: 'The function that answers queries',
  RegistrationRole: 'By which AWS IoT registers devices: --role-arn of simctl provision',
  Dashboard: 'The dashboard in CloudWatch',
  RuleFailures: 'The queue of messages that the topic rule could not hand on',
  StoreFailures: 'The queue of messages that the function could not store',
  ViewerPool: 'The user pool of those who may look at the map',
  ViewerClient: 'The client id of the map page in that pool',
  GeneratorQueue: 'The queue of AWS Batch whose jobs are machines that send: simctl launch',
  GeneratorVcpus: 'How many vCPUs those machines have together, at most',
  GeneratorBucket: 'Where simctl launch leaves what its machines need, and they what they have',
  GeneratorRepository: 'Where the image that the machines run is pushed to',
  GeneratorJobRole: 'What simctl may do on those machines',
  GeneratorExecutionRole: 'By which AWS fetches the image and writes the log',
  GeneratorLogGroup: 'What those machines print',
} as const;

export type OutputName = keyof typeof OUTPUTS;
