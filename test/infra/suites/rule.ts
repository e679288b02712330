import { describe, expect, it } from 'vitest';
import { INGEST_DESIGNS, type IngestDesign, ingestRule } from '../../../src/local/ingest-design.ts';
import { Stream } from '../../../src/local/kinesis/stream.ts';
import type { LocationEntry } from '../../../src/local/rules/actions/location.ts';
import { type RuleDefinition, ruleOf } from '../../../src/local/rules/definition.ts';
import { RuleEngine } from '../../../src/local/rules/engine.ts';
import { trackerOf } from '../../../src/tracker-of.ts';
import { encode } from '../../support/payload.ts';
import { only, resolved, templateOf } from '../template.ts';

const NOW = 1_700_000_000_000;

/** The rule of the template as the IoT API takes it, which begins its members with a small letter. */
function ruleIn(design: IngestDesign): RuleDefinition {
  const { TopicRulePayload } = only(templateOf(design), 'AWS::IoT::TopicRule');
  return asApi(resolved(TopicRulePayload)) as RuleDefinition;
}

function asApi(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asApi);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key[0]!.toLowerCase() + key.slice(1), asApi(inner)]),
  );
}

/** Without the roles, which the stand-in does not look at. */
function withoutRoles(rule: RuleDefinition): Pick<RuleDefinition, 'sql' | 'actions' | 'awsIotSqlVersion'> {
  const actions = rule.actions.map((action) =>
    Object.fromEntries(Object.entries(action).map(([name, { roleArn: _, ...rest }]) => [name, rest])),
  );
  return { sql: rule.sql, actions, awsIotSqlVersion: rule.awsIotSqlVersion! };
}

/** Runs a message through it in the stand-in's engine. */
async function run(rule: RuleDefinition, deviceId: string) {
  const events: unknown[] = [];
  const entries: LocationEntry[] = [];
  const letters: unknown[] = [];
  const stream = new Stream({ name: 's', region: 'r', accountId: '0', shards: 1, now: () => NOW });
  stream.shards[0]!.consumers.push(({ partitionKey, data }) =>
    events.push({ partitionKey, ...JSON.parse(data.toString()) }),
  );
  const engine = new RuleEngine({ accountId: '0', now: () => NOW });
  engine.add(
    ruleOf('r', rule, {
      lambda: () => ({ enqueue: (event: unknown) => void events.push(event) }),
      stream: () => stream,
      send: (_url, body) => void letters.push(JSON.parse(body)),
      locate: async (entry) => void entries.push(entry),
      republish() {},
    }),
  );
  const payload = encode({ deviceId, sampleTime: NOW, position: [11.97, 57.7], seq: 1 });
  engine.publish({
    topic: `simUploadLocation/${deviceId}`,
    payload: Buffer.from(payload),
    clientId: deviceId,
    principal: 'p',
  });
  engine.publish({ topic: 'elsewhere/x', payload: Buffer.from(payload), clientId: deviceId, principal: 'p' });
  await engine.idle();
  return { events, entries, letters };
}

describe.each(INGEST_DESIGNS)('the topic rule of %s in the template', (design) => {
  it('is the one that the stand-in runs', () => {
    const rule = ruleIn(design);
    const [action] = rule.actions;
    const same = ingestRule(design, {
      functionArn: action?.lambda?.functionArn ?? '',
      ...(action?.kinesis ? { streamName: action.kinesis.streamName } : {}),
      trackerPrefix: 'sim-iot-tracker',
      trackerCount: 10,
    });
    expect(withoutRoles(rule)).toEqual(same);
    expect(rule.ruleDisabled).toBe(false);
  });

  it('hands on a message of a device’s own topic, and hands on no other', async () => {
    const { events, entries, letters } = await run(ruleIn(design), 'AWS-7686');
    expect(letters).toEqual([]);
    if (design === 'direct') {
      expect(events).toEqual([]);
      expect(entries).toEqual([
        {
          trackerName: `sim-iot-tracker${trackerOf('AWS-7686', 10)}`,
          deviceId: 'AWS-7686',
          sampleTime: NOW,
          position: [11.97, 57.7],
        },
      ]);
      return;
    }
    expect(entries).toEqual([]);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      device: 'AWS-7686',
      payload: { deviceid: 'AWS-7686' },
      ...(design === 'stream' ? { partitionKey: 'AWS-7686' } : {}),
    });
  });

  it('sends what fails to a queue, by a role that may do no more than its actions', () => {
    const { errorAction } = ruleIn(design);
    expect(errorAction?.sqs?.queueUrl).toMatch(/^<IngestRuleFailures/);
    const template = templateOf(design);
    const may = { lambda: [], stream: ['kinesis:PutRecord'], direct: ['geo:BatchUpdateDevicePosition'] }[design];
    const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) =>
      id.startsWith('IngestRuleRole'),
    );
    const statements = policies.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
    const actions = statements.flatMap(({ Action }: { Action: string | string[] }) => Action);
    expect(actions.toSorted()).toEqual(
      [...may, 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'].toSorted(),
    );
  });
});
