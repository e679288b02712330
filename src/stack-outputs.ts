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
} as const;

export type OutputName = keyof typeof OUTPUTS;
