/** What all devices of a fleet share: their thing type and their one policy. */

import { isDeepStrictEqual } from 'node:util';
import type { IoTClient } from '@aws-sdk/client-iot';
import { SetupError } from '../errors.ts';
import { basicIngestRoot, TOPIC_ROOT } from '../wire.ts';
import { type Call, nameOf } from './control-plane.ts';

export const THING_TYPE = 'simctl-courier';
export const THING_TYPE_DESCRIPTION = 'A simulated courier (simctl)';
export const POLICY = 'simctl-device';

/** The SDK's module and a client of it; the module is loaded by whoever needs it first. */
export interface Iot {
  readonly sdk: typeof import('@aws-sdk/client-iot');
  readonly client: IoTClient;
  readonly call: Call;
}

/**
 * A device connects as itself only, and publishes to its own topic only, by the broker or straight to the rule. (The 2022 project let every device use every
 * topic, and named that as a flaw: section 5 of its report.)
 * `arnPrefix` ends before the resource: `arn:aws:iot:<region>:<account>:`.
 */
export function devicePolicy(arnPrefix: string) {
  const topics = [TOPIC_ROOT, basicIngestRoot()].map((root) => ownTopic(arnPrefix, root));
  return policyFor(arnPrefix, topics);
}

function ownTopic(arnPrefix: string, root: string): string {
  return `${arnPrefix}topic/${root}/\${iot:Connection.Thing.ThingName}`;
}

function policyFor(arnPrefix: string, topics: string | readonly string[]) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'iot:Connect',
        Resource: `${arnPrefix}client/\${iot:Connection.Thing.ThingName}`,
        Condition: { Bool: { 'iot:Connection.Thing.IsAttached': ['true'] } },
      },
      {
        Effect: 'Allow',
        Action: 'iot:Publish',
        Resource: topics,
      },
    ],
  };
}

/**
 * Makes thing type and policy where they are not there yet.
 * @returns the account's part of every ARN. @throws SetupError where the policy is there and is another.
 */
export async function layGroundwork(iot: Iot): Promise<string> {
  const { sdk, client, call } = iot;
  const thingTypeName = THING_TYPE;
  const thingTypeProperties = { thingTypeDescription: THING_TYPE_DESCRIPTION };
  await unlessExists(
    call('CreateThingType', () => client.send(new sdk.CreateThingTypeCommand({ thingTypeName, thingTypeProperties }))),
  );
  const type = await call('DescribeThingType', () => client.send(new sdk.DescribeThingTypeCommand({ thingTypeName })));
  if (type.thingTypeMetadata?.deprecated) {
    await call('DeprecateThingType', () =>
      client.send(new sdk.DeprecateThingTypeCommand({ thingTypeName, undoDeprecate: true })),
    );
  }
  const arnPrefix = type.thingTypeArn!.slice(0, type.thingTypeArn!.indexOf('thingtype/'));
  // Before Basic Ingest it named one topic; devices that publish there need no more.
  const former = policyFor(arnPrefix, ownTopic(arnPrefix, TOPIC_ROOT));
  await ensurePolicy(iot, JSON.stringify(devicePolicy(arnPrefix)), former);
  return arnPrefix;
}

async function ensurePolicy({ sdk, client, call }: Iot, policyDocument: string, former: object): Promise<void> {
  const created = await unlessExists(
    call('CreatePolicy', () => client.send(new sdk.CreatePolicyCommand({ policyName: POLICY, policyDocument }))),
  );
  if (created) return;
  const found = await call('GetPolicy', () => client.send(new sdk.GetPolicyCommand({ policyName: POLICY })));
  const document: unknown = JSON.parse(found.policyDocument ?? 'null');
  if (!isDeepStrictEqual(document, JSON.parse(policyDocument)) && !isDeepStrictEqual(document, former)) {
    throw new SetupError(`the account has a policy ${POLICY} that is not simctl's`, {
      hint: `Delete it ("aws iot delete-policy --policy-name ${POLICY}") if nothing needs it; it must be: ${policyDocument}`,
    });
  }
}

async function unlessExists<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (nameOf(error) === 'ResourceAlreadyExistsException') return undefined;
    throw error;
  }
}
