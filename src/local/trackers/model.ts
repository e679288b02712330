/**
 * The trackers' half of Amazon Location's service model, as far as requests go: routes and constraints, restated from
 * botocore's `location/2020-11-19` (Apache-2.0, 2026-08-07). A test compares it with that model where it is at hand.
 */
export type Shape =
  | {
      readonly type: 'structure';
      readonly required?: readonly string[];
      readonly members: Readonly<Record<string, string>>;
    }
  | { readonly type: 'list'; readonly member: string; readonly min?: number; readonly max?: number }
  | { readonly type: 'map'; readonly key: string; readonly value: string; readonly min?: number; readonly max?: number }
  | {
      readonly type: 'string';
      readonly min?: number;
      readonly max?: number;
      readonly pattern?: string;
      readonly enum?: readonly string[];
    }
  | { readonly type: 'integer' | 'double'; readonly min?: number; readonly max?: number }
  | { readonly type: 'boolean' | 'timestamp' };

export const OPERATIONS = {
  CreateTracker: { method: 'POST', uri: '/tracking/v0/trackers', input: 'CreateTrackerRequest' },
  DescribeTracker: { method: 'GET', uri: '/tracking/v0/trackers/{TrackerName}', input: 'DescribeTrackerRequest' },
  UpdateTracker: { method: 'PATCH', uri: '/tracking/v0/trackers/{TrackerName}', input: 'UpdateTrackerRequest' },
  ListTrackers: { method: 'POST', uri: '/tracking/v0/list-trackers', input: 'ListTrackersRequest' },
  DeleteTracker: { method: 'DELETE', uri: '/tracking/v0/trackers/{TrackerName}', input: 'DeleteTrackerRequest' },
  BatchUpdateDevicePosition: {
    method: 'POST',
    uri: '/tracking/v0/trackers/{TrackerName}/positions',
    input: 'BatchUpdateDevicePositionRequest',
  },
  BatchGetDevicePosition: {
    method: 'POST',
    uri: '/tracking/v0/trackers/{TrackerName}/get-positions',
    input: 'BatchGetDevicePositionRequest',
  },
  GetDevicePosition: {
    method: 'GET',
    uri: '/tracking/v0/trackers/{TrackerName}/devices/{DeviceId}/positions/latest',
    input: 'GetDevicePositionRequest',
  },
  GetDevicePositionHistory: {
    method: 'POST',
    uri: '/tracking/v0/trackers/{TrackerName}/devices/{DeviceId}/list-positions',
    input: 'GetDevicePositionHistoryRequest',
  },
  ListDevicePositions: {
    method: 'POST',
    uri: '/tracking/v0/trackers/{TrackerName}/list-positions',
    input: 'ListDevicePositionsRequest',
  },
  BatchDeleteDevicePositionHistory: {
    method: 'POST',
    uri: '/tracking/v0/trackers/{TrackerName}/delete-positions',
    input: 'BatchDeleteDevicePositionHistoryRequest',
  },
  AssociateTrackerConsumer: {
    method: 'POST',
    uri: '/tracking/v0/trackers/{TrackerName}/consumers',
    input: 'AssociateTrackerConsumerRequest',
  },
  DisassociateTrackerConsumer: {
    method: 'DELETE',
    uri: '/tracking/v0/trackers/{TrackerName}/consumers/{ConsumerArn}',
    input: 'DisassociateTrackerConsumerRequest',
  },
  ListTrackerConsumers: {
    method: 'POST',
    uri: '/tracking/v0/trackers/{TrackerName}/list-consumers',
    input: 'ListTrackerConsumersRequest',
  },
  TagResource: { method: 'POST', uri: '/tags/{ResourceArn}', input: 'TagResourceRequest' },
  UntagResource: { method: 'DELETE', uri: '/tags/{ResourceArn}', input: 'UntagResourceRequest' },
  ListTagsForResource: { method: 'GET', uri: '/tags/{ResourceArn}', input: 'ListTagsForResourceRequest' },
} as const;

export type OperationName = keyof typeof OPERATIONS;

export const SHAPES: Readonly<Record<string, Shape>> = {
  CreateTrackerRequest: {
    type: 'structure',
    required: ['TrackerName'],
    members: {
      TrackerName: 'ResourceName',
      PricingPlan: 'PricingPlan',
      KmsKeyId: 'KmsKeyId',
      PricingPlanDataSource: 'String',
      Description: 'ResourceDescription',
      Tags: 'TagMap',
      PositionFiltering: 'PositionFiltering',
      EventBridgeEnabled: 'Boolean',
      KmsKeyEnableGeospatialQueries: 'Boolean',
    },
  },
  ResourceName: { type: 'string', min: 1, max: 100, pattern: '[-._\\w]+' },
  PricingPlan: { type: 'string', enum: ['RequestBasedUsage', 'MobileAssetTracking', 'MobileAssetManagement'] },
  KmsKeyId: { type: 'string', min: 1, max: 2048 },
  String: { type: 'string' },
  ResourceDescription: { type: 'string', min: 0, max: 1000 },
  TagMap: { type: 'map', min: 0, max: 50, key: 'TagKey', value: 'TagValue' },
  TagKey: { type: 'string', min: 1, max: 128, pattern: '([\\p{L}\\p{Z}\\p{N}_.,:/=+\\-@]*)' },
  TagValue: { type: 'string', min: 0, max: 256, pattern: '([\\p{L}\\p{Z}\\p{N}_.,:/=+\\-@]*)' },
  PositionFiltering: { type: 'string', enum: ['TimeBased', 'DistanceBased', 'AccuracyBased'] },
  Boolean: { type: 'boolean' },
  DescribeTrackerRequest: { type: 'structure', required: ['TrackerName'], members: { TrackerName: 'ResourceName' } },
  UpdateTrackerRequest: {
    type: 'structure',
    required: ['TrackerName'],
    members: {
      TrackerName: 'ResourceName',
      PricingPlan: 'PricingPlan',
      PricingPlanDataSource: 'String',
      Description: 'ResourceDescription',
      PositionFiltering: 'PositionFiltering',
      EventBridgeEnabled: 'Boolean',
      KmsKeyEnableGeospatialQueries: 'Boolean',
    },
  },
  ListTrackersRequest: {
    type: 'structure',
    members: { MaxResults: 'ListTrackersRequestMaxResultsInteger', NextToken: 'Token' },
  },
  ListTrackersRequestMaxResultsInteger: { type: 'integer', min: 1, max: 100 },
  Token: { type: 'string', min: 1, max: 2000 },
  DeleteTrackerRequest: { type: 'structure', required: ['TrackerName'], members: { TrackerName: 'ResourceName' } },
  BatchUpdateDevicePositionRequest: {
    type: 'structure',
    required: ['TrackerName', 'Updates'],
    members: { TrackerName: 'ResourceName', Updates: 'BatchUpdateDevicePositionRequestUpdatesList' },
  },
  BatchUpdateDevicePositionRequestUpdatesList: { type: 'list', min: 1, max: 10, member: 'DevicePositionUpdate' },
  DevicePositionUpdate: {
    type: 'structure',
    required: ['DeviceId', 'SampleTime', 'Position'],
    members: {
      DeviceId: 'Id',
      SampleTime: 'Timestamp',
      Position: 'Position',
      Accuracy: 'PositionalAccuracy',
      PositionProperties: 'PositionPropertyMap',
    },
  },
  Id: { type: 'string', min: 1, max: 100, pattern: '[-._\\p{L}\\p{N}]+' },
  Timestamp: { type: 'timestamp' },
  Position: { type: 'list', min: 2, max: 2, member: 'Double' },
  Double: { type: 'double' },
  PositionalAccuracy: {
    type: 'structure',
    required: ['Horizontal'],
    members: { Horizontal: 'PositionalAccuracyHorizontalDouble' },
  },
  PositionalAccuracyHorizontalDouble: { type: 'double', min: 0, max: 10000000 },
  PositionPropertyMap: {
    type: 'map',
    min: 0,
    max: 4,
    key: 'PositionPropertyMapKeyString',
    value: 'PositionPropertyMapValueString',
  },
  PositionPropertyMapKeyString: { type: 'string', min: 1, max: 20 },
  PositionPropertyMapValueString: { type: 'string', min: 1, max: 150 },
  BatchGetDevicePositionRequest: {
    type: 'structure',
    required: ['TrackerName', 'DeviceIds'],
    members: {
      TrackerName: 'BatchGetDevicePositionRequestTrackerNameString',
      DeviceIds: 'BatchGetDevicePositionRequestDeviceIdsList',
    },
  },
  BatchGetDevicePositionRequestTrackerNameString: { type: 'string', min: 1, pattern: '[-._\\w]+' },
  BatchGetDevicePositionRequestDeviceIdsList: { type: 'list', min: 1, max: 10, member: 'Id' },
  GetDevicePositionRequest: {
    type: 'structure',
    required: ['TrackerName', 'DeviceId'],
    members: { TrackerName: 'ResourceName', DeviceId: 'Id' },
  },
  GetDevicePositionHistoryRequest: {
    type: 'structure',
    required: ['TrackerName', 'DeviceId'],
    members: {
      TrackerName: 'ResourceName',
      DeviceId: 'Id',
      NextToken: 'Token',
      StartTimeInclusive: 'Timestamp',
      EndTimeExclusive: 'Timestamp',
      MaxResults: 'GetDevicePositionHistoryRequestMaxResultsInteger',
    },
  },
  GetDevicePositionHistoryRequestMaxResultsInteger: { type: 'integer', min: 1, max: 100 },
  ListDevicePositionsRequest: {
    type: 'structure',
    required: ['TrackerName'],
    members: {
      TrackerName: 'ResourceName',
      MaxResults: 'ListDevicePositionsRequestMaxResultsInteger',
      NextToken: 'Token',
      FilterGeometry: 'TrackingFilterGeometry',
    },
  },
  ListDevicePositionsRequestMaxResultsInteger: { type: 'integer', min: 1, max: 100 },
  TrackingFilterGeometry: { type: 'structure', members: { Polygon: 'LinearRings' } },
  LinearRings: { type: 'list', min: 1, member: 'LinearRing' },
  LinearRing: { type: 'list', min: 4, member: 'Position' },
  BatchDeleteDevicePositionHistoryRequest: {
    type: 'structure',
    required: ['TrackerName', 'DeviceIds'],
    members: { TrackerName: 'ResourceName', DeviceIds: 'BatchDeleteDevicePositionHistoryRequestDeviceIdsList' },
  },
  BatchDeleteDevicePositionHistoryRequestDeviceIdsList: { type: 'list', min: 1, max: 100, member: 'Id' },
  AssociateTrackerConsumerRequest: {
    type: 'structure',
    required: ['TrackerName', 'ConsumerArn'],
    members: { TrackerName: 'ResourceName', ConsumerArn: 'Arn' },
  },
  Arn: {
    type: 'string',
    min: 0,
    max: 1600,
    pattern: 'arn(:[a-z0-9]+([.-][a-z0-9]+)*){2}(:([a-z0-9]+([.-][a-z0-9]+)*)?){2}:([^/].*)?',
  },
  DisassociateTrackerConsumerRequest: {
    type: 'structure',
    required: ['TrackerName', 'ConsumerArn'],
    members: { TrackerName: 'ResourceName', ConsumerArn: 'Arn' },
  },
  ListTrackerConsumersRequest: {
    type: 'structure',
    required: ['TrackerName'],
    members: {
      TrackerName: 'ResourceName',
      MaxResults: 'ListTrackerConsumersRequestMaxResultsInteger',
      NextToken: 'Token',
    },
  },
  ListTrackerConsumersRequestMaxResultsInteger: { type: 'integer', min: 1, max: 100 },
  TagResourceRequest: {
    type: 'structure',
    required: ['ResourceArn', 'Tags'],
    members: { ResourceArn: 'Arn', Tags: 'TagMap' },
  },
  UntagResourceRequest: {
    type: 'structure',
    required: ['ResourceArn', 'TagKeys'],
    members: { ResourceArn: 'Arn', TagKeys: 'TagKeys' },
  },
  TagKeys: { type: 'list', min: 1, max: 50, member: 'String' },
  ListTagsForResourceRequest: { type: 'structure', required: ['ResourceArn'], members: { ResourceArn: 'Arn' } },
};
