/** Requests that nobody would send: well formed here and there, so that they get as far as any. */
import fc from 'fast-check';
import { createAuthority } from '../../src/local/certificate-authority.ts';
import { authorityOperations } from '../../src/local/iot/authority-operations.ts';
import { certificateOperations } from '../../src/local/iot/certificate-operations.ts';
import { policyOperations } from '../../src/local/iot/policy-operations.ts';
import { createRegistry } from '../../src/local/iot/registry.ts';
import { templateOperations } from '../../src/local/iot/template-operations.ts';
import { thingOperations } from '../../src/local/iot/thing-operations.ts';
import { topicRuleOperations } from '../../src/local/rules/topic-rule-operations.ts';
import { OPERATIONS } from '../../src/local/trackers/model.ts';

const now = () => Date.now();
const registry = createRegistry({
  region: 'eu-west-1',
  accountId: '0',
  authority: await createAuthority({ now }),
  now,
});
export const controlPlane = [
  ...thingOperations(registry),
  ...certificateOperations(registry),
  ...policyOperations(registry),
  ...authorityOperations(registry),
  ...templateOperations(registry),
  ...topicRuleOperations({} as never),
]
  .map(({ method, path }) => ({ method, path: path.join('/') }))
  // A new RSA key takes a while, and there is nothing in the request to be wrong.
  .filter(({ path }) => path !== 'keys-and-certificate');
export const location = Object.values(OPERATIONS).map(({ method, uri }) => ({ method, path: uri.slice(1) }));
export const query = ['default/getLocation', 'default/get-device-without-tracker'].map((path) => ({
  method: 'GET',
  path,
}));
const SQS = ['CreateQueue', 'GetQueueUrl', 'ListQueues', 'DeleteQueue', 'PurgeQueue', 'SendMessage'];
const RECEIVING = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'Nothing', '__proto__', 'constructor'];

/** A lone surrogate has no place in a URL. */
const encoded = (it: string) => encodeURIComponent(Buffer.from(it).toString());

const NAMES = [
  ...['TrackerName', 'Updates', 'DeviceId', 'DeviceIds', 'SampleTime', 'Position', 'Accuracy', 'Horizontal', 'Tags'],
  ...['PositionProperties', 'PositionFiltering', 'FilterGeometry', 'Polygon', 'MaxResults', 'NextToken', 'Description'],
  ...['StartTimeInclusive', 'EndTimeExclusive', 'EventBridgeEnabled', 'KmsKeyId', 'PricingPlan', 'ConsumerArn'],
  ...['thingTypeName', 'attributePayload', 'attributes', 'merge', 'thingTypeProperties', 'searchableAttributes'],
  ...['billingGroupName', 'certificatePem', 'caCertificate', 'verificationCertificate', 'status', 'registrationConfig'],
  ...['certificateSigningRequest', 'policyDocument', 'target', 'templateBody', 'parameters', 'templateName', 'type'],
  ...['provisioningRoleArn', 'enabled', 'undoDeprecate', 'tags', 'description', 'expectedVersion', 'removeThingType'],
  ...[
    'sql',
    'actions',
    'errorAction',
    'ruleDisabled',
    'awsIotSqlVersion',
    'lambda',
    'functionArn',
    'location',
    'topic',
  ],
  ...['kinesis', 'streamName', 'partitionKey', 'sqs', 'queueUrl', 'useBase64', 'republish', 'qos', 'trackerName'],
  ...['deviceId', 'latitude', 'longitude', 'timestamp', 'value', 'unit', 'roleArn', 'Statement', 'Resources', 'Ref'],
  ...['QueueName', 'QueueUrl', 'MessageBody', 'MaxNumberOfMessages', 'VisibilityTimeout', 'WaitTimeSeconds'],
  ...['ReceiptHandle', 'QueueNamePrefix', '__proto__', 'constructor', 'toString'],
];
const POLICY = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'iot:*', Resource: '*' } };
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    ...['', 'a', 'sim-iot-tracker1', 'SLE-7115', 'x'.repeat(3000), '../..', '\0', '{}', '[]', 'ACTIVE', '__proto__'],
    ...[
      "SELECT * FROM 'a/#'",
      `SELECT ${'('.repeat(3000)}1 FROM 'a'`,
      'SELECT',
      '2026-11-24T00:00:00Z',
      '$' + '{topic()}',
    ],
    ...['http://127.0.0.1/000000000000/q', 'arn:aws:iot:eu-west-1:000000000000:cert/f00', JSON.stringify(POLICY)],
    ...['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', JSON.stringify({ Resources: { c: null } })],
    ...[
      `{"Resources":{"c":{"Type":"AWS::IoT::Certificate"}}}`,
      '['.repeat(1500),
      `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`,
    ],
  ),
);
const leaf = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, [0, 0], [[[0, 0]]], Number.POSITIVE_INFINITY, -0, 2 ** 53, {}),
);
export const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));
export const object = fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 6, noNullPrototype: true });
const action = fc.oneof(
  value,
  fc
    .constantFrom('lambda', 'location', 'kinesis', 'sqs', 'republish', 'dynamoDB', '__proto__')
    .chain((name) => fc.record({ [name]: fc.oneof(value, object) }, { noNullPrototype: true })),
);
const together = fc.oneof(
  fc.record({
    sql: fc.oneof(
      text,
      fc.string().map((it) => `SELECT ${it} FROM 'a/#' WHERE ${it}`),
      fc.constant("SELECT * FROM 'a'"),
    ),
    actions: fc.oneof(value, fc.array(action, { maxLength: 3 })),
    errorAction: fc.option(action),
  }),
  fc.record({
    policyDocument: fc.oneof(
      text,
      object.map((Statement) => JSON.stringify({ ...POLICY, Statement })),
    ),
  }),
  fc.record({
    templateBody: fc.oneof(
      text,
      object.map((Properties) =>
        JSON.stringify({ Resources: { c: { Type: 'AWS::IoT::Certificate', Properties }, t: Properties } }),
      ),
    ),
    parameters: value,
    provisioningRoleArn: text,
    templateName: text,
    enabled: value,
  }),
  fc.record({ thingTypeName: value, attributePayload: fc.oneof(value, fc.record({ attributes: value })) }),
  fc.record({ TrackerName: text, Updates: fc.array(object, { maxLength: 3 }), Tags: value }),
  fc.record({ QueueUrl: text, QueueName: text, MessageBody: value, ReceiptHandle: value }),
);
const body = fc.oneof(
  { weight: 8, arbitrary: together.map((it) => JSON.stringify(it)) },
  { weight: 8, arbitrary: object.map((it) => JSON.stringify(it)) },
  { weight: 1, arbitrary: value.map((it) => JSON.stringify(it) ?? '') },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.string(),
      fc.uint8Array({ maxLength: 200 }).map((it) => Buffer.from(it)),
    ),
  },
);
const segment = fc.oneof(
  fc.constantFrom(
    'a',
    'sim-iot-tracker1',
    'd',
    'f'.repeat(64),
    '..',
    '%2e%2e%2f',
    '%00',
    '%',
    '%ff',
    'é',
    'x'.repeat(300),
  ),
  fc.string().map((it) => encoded(it)),
);
const parameters = fc
  .dictionary(
    fc.constantFrom(
      ...[
        'maxResults',
        'nextToken',
        'pageSize',
        'marker',
        'isAscendingOrder',
        'setAsActive',
        'newStatus',
        'forceDelete',
      ],
      ...['tagKeys', 'attributeName', 'attributeValue', 'thingTypeName', 'topic', 'ruleDisabled', 'expectedVersion'],
      ...['type', 'trackername', 'deviceid', 'start', 'end', 'nexttoken', 'endpointType', '__proto__'],
    ),
    fc.oneof(text, fc.constantFrom('list', 'device', 'history', '1', '-1', '0', '1e9', 'true', 'ACTIVE')),
    { maxKeys: 4, noNullPrototype: true },
  )
  .map((it) => {
    const entries = Object.entries(it).map(([name, given]) => `${name}=${encoded(given)}`);
    return entries.length === 0 ? '' : `?${entries.join('&')}`.slice(0, 8000);
  });
const headers = fc.record(
  {
    'x-amzn-principal': fc.constantFrom('arn:aws:iot:eu-west-1:000000000000:cert/f00', 'x', ''),
    'content-type': fc.constantFrom('application/json', 'text/plain', ''),
    authorization: fc.constantFrom('AWS4-HMAC-SHA256 Credential=local/20261124/eu-west-1/geo/aws4_request', 'Bearer x'),
  },
  { requiredKeys: [] },
);

export const restful = (routes: readonly { method: string; path: string }[]) =>
  fc.constantFrom(...routes).chain((route) =>
    fc.record({
      method: fc.oneof(
        { weight: 9, arbitrary: fc.constant(route.method) },
        fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
      ),
      path: fc
        .tuple(
          fc.tuple(...route.path.split('/').map((part) => (part.startsWith('{') ? segment : fc.constant(part)))),
          parameters,
        )
        .map(([parts, search]) => `/${parts.join('/')}${search}`),
      headers,
      body,
    }),
  );
export const sqs = fc.record({
  method: fc.constant('POST'),
  path: fc.constant('/'),
  headers: fc
    .constantFrom(...SQS, ...RECEIVING)
    .map((name) => ({ 'x-amz-target': `AmazonSQS.${name}`, 'content-type': 'application/x-amz-json-1.0' })),
  // A long poll is not for here.
  body: body.map((it) => (typeof it === 'string' ? it.replaceAll('WaitTimeSeconds', 'wait') : it)),
});
