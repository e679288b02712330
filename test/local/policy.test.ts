import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, decide, MalformedPolicy, parsePolicy } from '../../src/local/policy.ts';

const ARN = 'arn:aws:iot:eu-west-1:123456789012:';
const TOPIC = `${ARN}topic/`;

function statement(effect: string, action: unknown, resource: unknown, condition?: unknown) {
  return {
    Effect: effect,
    Action: action,
    Resource: resource,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

function policy(...statements: unknown[]) {
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
}

const VARIABLES: Record<string, string> = {
  'iot:ClientId': 'SLE-7115',
  'iot:Connection.Thing.ThingName': 'SLE-7115',
  'iot:Connection.Thing.ThingTypeName': 'simctl-courier',
  'iot:Connection.Thing.IsAttached': 'true',
  'iot:Connection.Thing.Attributes[city]': 'honolulu',
};

function ask(policies: ReturnType<typeof policy>[], action: string, resource: string, variables = VARIABLES): Decision {
  return decide(policies, { action, resource: ARN + resource, variables: (name) => variables[name] });
}

describe('decide', () => {
  const own = `\${iot:Connection.Thing.ThingName}`;
  const attached = { Bool: { 'iot:Connection.Thing.IsAttached': ['true'] } };
  const cases: [string, unknown[], string, string, Decision][] = [
    ['nothing attached', [], 'iot:Publish', 'topic/a', 'unmentioned'],
    ['an exact topic', [statement('Allow', 'iot:Publish', `${TOPIC}a`)], 'iot:Publish', 'topic/a', 'allowed'],
    ['another topic', [statement('Allow', 'iot:Publish', `${TOPIC}a`)], 'iot:Publish', 'topic/b', 'unmentioned'],
    ['another action', [statement('Allow', 'iot:Publish', '*')], 'iot:Receive', 'topic/a', 'unmentioned'],
    [
      'a list of actions',
      [statement('Allow', ['iot:Connect', 'iot:Publish'], '*')],
      'iot:Publish',
      'topic/a',
      'allowed',
    ],
    ['actions in any case', [statement('Allow', 'IOT:publish', '*')], 'iot:Publish', 'topic/a', 'allowed'],
    [
      'resources in their own case',
      [statement('Allow', 'iot:Publish', `${TOPIC}A`)],
      'iot:Publish',
      'topic/a',
      'unmentioned',
    ],
    ['any IoT action', [statement('Allow', 'iot:*', '*')], 'iot:Publish', 'topic/a', 'allowed'],
    [
      'a star across levels',
      [statement('Allow', 'iot:Publish', `${TOPIC}a/*`)],
      'iot:Publish',
      'topic/a/b/c',
      'allowed',
    ],
    [
      'a star wants its prefix',
      [statement('Allow', 'iot:Publish', `${TOPIC}a/*`)],
      'iot:Publish',
      'topic/a',
      'unmentioned',
    ],
    ['a question mark', [statement('Allow', 'iot:Publish', `${TOPIC}a?c`)], 'iot:Publish', 'topic/abc', 'allowed'],
    [
      'a question mark is one',
      [statement('Allow', 'iot:Publish', `${TOPIC}a?c`)],
      'iot:Publish',
      'topic/ac',
      'unmentioned',
    ],
    ['a plus is a plus', [statement('Allow', 'iot:Publish', `${TOPIC}a/+`)], 'iot:Publish', 'topic/a/b', 'unmentioned'],
    [
      'a plus in a filter',
      [statement('Allow', 'iot:Subscribe', `${ARN}topicfilter/a/+`)],
      'iot:Subscribe',
      'topicfilter/a/+',
      'allowed',
    ],
    ['a dot is a dot', [statement('Allow', 'iot:Publish', `${TOPIC}a.c`)], 'iot:Publish', 'topic/abc', 'unmentioned'],
    [
      'deny wins, after',
      [statement('Allow', 'iot:*', '*'), statement('Deny', 'iot:Publish', `${TOPIC}a`)],
      'iot:Publish',
      'topic/a',
      'denied',
    ],
    [
      'deny wins, before',
      [statement('Deny', 'iot:Publish', `${TOPIC}a`), statement('Allow', 'iot:*', '*')],
      'iot:Publish',
      'topic/a',
      'denied',
    ],
    [
      'its own topic',
      [statement('Allow', 'iot:Publish', `${TOPIC}up/${own}`)],
      'iot:Publish',
      'topic/up/SLE-7115',
      'allowed',
    ],
    [
      "another's topic",
      [statement('Allow', 'iot:Publish', `${TOPIC}up/${own}`)],
      'iot:Publish',
      'topic/up/MWT-0256',
      'unmentioned',
    ],
    [
      'a thing attribute',
      [statement('Allow', 'iot:Publish', `${TOPIC}\${iot:Connection.Thing.Attributes[city]}/a`)],
      'iot:Publish',
      'topic/honolulu/a',
      'allowed',
    ],
    [
      'an attribute it lacks',
      [statement('Allow', 'iot:Publish', `${TOPIC}\${iot:Connection.Thing.Attributes[zip]}*`)],
      'iot:Publish',
      'topic/a',
      'unmentioned',
    ],
    [
      'a variable nobody knows',
      [statement('Deny', 'iot:Publish', `${TOPIC}\${iot:Weather}*`), statement('Allow', 'iot:Publish', '*')],
      'iot:Publish',
      'topic/a',
      'allowed',
    ],
    [
      'one of two resources',
      [statement('Allow', 'iot:Publish', [`${TOPIC}\${iot:Weather}`, `${TOPIC}a`])],
      'iot:Publish',
      'topic/a',
      'allowed',
    ],
    [
      'attached',
      [statement('Allow', 'iot:Connect', `${ARN}client/${own}`, attached)],
      'iot:Connect',
      'client/SLE-7115',
      'allowed',
    ],
    [
      'a condition that fails',
      [statement('Allow', 'iot:Connect', '*', { Bool: { 'iot:Connection.Thing.IsAttached': false } })],
      'iot:Connect',
      'client/x',
      'unmentioned',
    ],
    [
      'all conditions',
      [statement('Allow', 'iot:Connect', '*', { ...attached, StringEquals: { 'iot:ClientId': 'other' } })],
      'iot:Connect',
      'client/x',
      'unmentioned',
    ],
    [
      'one value of several',
      [statement('Allow', 'iot:Connect', '*', { StringEquals: { 'iot:ClientId': ['other', 'SLE-7115'] } })],
      'iot:Connect',
      'client/x',
      'allowed',
    ],
    [
      'equals takes no wildcard',
      [statement('Allow', 'iot:Connect', '*', { StringEquals: { 'iot:ClientId': 'SLE-*' } })],
      'iot:Connect',
      'client/x',
      'unmentioned',
    ],
    [
      'like takes wildcards',
      [statement('Allow', 'iot:Connect', '*', { StringLike: { 'iot:ClientId': 'SLE-*' } })],
      'iot:Connect',
      'client/x',
      'allowed',
    ],
    [
      'like takes variables',
      [statement('Allow', 'iot:Connect', '*', { StringLike: { 'iot:ClientId': own } })],
      'iot:Connect',
      'client/x',
      'allowed',
    ],
    [
      'not equal',
      [statement('Allow', 'iot:Connect', '*', { StringNotEquals: { 'iot:ClientId': 'other' } })],
      'iot:Connect',
      'client/x',
      'allowed',
    ],
    [
      'not equal to any',
      [statement('Allow', 'iot:Connect', '*', { StringNotEquals: { 'iot:ClientId': ['other', 'SLE-7115'] } })],
      'iot:Connect',
      'client/x',
      'unmentioned',
    ],
    [
      'an absent key equals nothing',
      [statement('Allow', 'iot:Connect', '*', { StringEquals: { 'aws:SourceIp': '*' } })],
      'iot:Connect',
      'client/x',
      'unmentioned',
    ],
    [
      'an absent key differs',
      [statement('Allow', 'iot:Connect', '*', { StringNotLike: { 'aws:SourceIp': '10.*' } })],
      'iot:Connect',
      'client/x',
      'allowed',
    ],
  ];
  it.each(cases)('%s', (_, statements, action, resource, decision) => {
    expect(ask(statements.length > 0 ? [policy(...statements)] : [], action, resource)).toBe(decision);
  });

  it('lets a Deny in one policy undo an Allow in another', () => {
    const allow = policy(statement('Allow', '*', '*'));
    const deny = policy(statement('Deny', 'iot:Publish', '*'));
    expect(ask([allow, deny], 'iot:Publish', 'topic/a')).toBe('denied');
    expect(ask([deny, allow], 'iot:Publish', 'topic/a')).toBe('denied');
    expect(ask([allow, deny], 'iot:Connect', 'client/a')).toBe('allowed');
  });

  it('takes a wildcard in a variable’s value as a character, whatever the value', () => {
    const rule = policy(statement('Allow', 'iot:Publish', `${TOPIC}\${iot:ClientId}`));
    fc.assert(
      fc.property(fc.string(), fc.string(), (clientId, topic) => {
        expect(ask([rule], 'iot:Publish', `topic/${topic}`, { 'iot:ClientId': clientId })).toBe(
          topic === clientId ? 'allowed' : 'unmentioned',
        );
      }),
    );
    expect(ask([rule], 'iot:Publish', 'topic/anything', { 'iot:ClientId': '*' })).toBe('unmentioned');
  });

  it('never widens: with a Deny of everything nothing is allowed, in any order', () => {
    const some = fc.array(
      fc.constantFrom(statement('Allow', '*', '*'), statement('Allow', 'iot:Publish', `${TOPIC}*`)),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(some, some, fc.string(), (before, after, topic) => {
        expect(ask([policy(...before, statement('Deny', '*', '*'), ...after)], 'iot:Publish', `topic/${topic}`)).toBe(
          'denied',
        );
      }),
    );
  });

  it('takes variables literally in the 2008 language', () => {
    const old = parsePolicy(
      JSON.stringify({ Version: '2008-10-17', Statement: statement('Allow', 'iot:Publish', `${TOPIC}${own}`) }),
    );
    expect(ask([old], 'iot:Publish', 'topic/SLE-7115')).toBe('unmentioned');
    expect(ask([old], 'iot:Publish', `topic/${own}`)).toBe('allowed');
  });
});

describe('parsePolicy', () => {
  const good = statement('Allow', 'iot:Publish', '*');
  it.each([
    ['not JSON', '{', /not JSON/],
    ['a list', '[]', /must be an object/],
    ['no version', JSON.stringify({ Statement: good }), /Version must be/],
    ['another version', JSON.stringify({ Version: '2020-01-01', Statement: good }), /Version must be/],
    ['no statement', JSON.stringify({ Version: '2012-10-17' }), /Statement 1 must be an object/],
    ['an empty list', JSON.stringify({ Version: '2012-10-17', Statement: [] }), /at least one/],
    ['a member of its own', JSON.stringify({ Version: '2012-10-17', Statement: good, Extra: 1 }), /member Extra/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parsePolicy(text)).toThrow(MalformedPolicy);
    expect(() => parsePolicy(text)).toThrow(message);
  });

  it.each([
    ['an effect', { ...good, Effect: 'Maybe' }, /Statement 2: Effect/],
    ['no action', { Effect: 'Allow', Resource: '*' }, /Statement 2: Action/],
    ['an empty action', { ...good, Action: [] }, /Statement 2: Action/],
    ["another service's action", { ...good, Action: 's3:GetObject' }, /"s3:GetObject" is not one of AWS IoT/],
    ["another service's resource", { ...good, Resource: 'arn:aws:s3:::bucket' }, /Resource "arn:aws:s3:::bucket"/],
    ['a principal', { ...good, Principal: '*' }, /member Principal/],
    ['an unknown operator', { ...good, Condition: { NumericLessThan: { a: '1' } } }, /operator NumericLessThan/],
    ['an inherited operator', { ...good, Condition: { toString: { a: '1' } } }, /operator toString/],
    ['a condition value', { ...good, Condition: { Bool: { a: 1 } } }, /Condition Bool a must be/],
    ['an open variable', { ...good, Resource: `${TOPIC}\${iot:ClientId` }, /not closed/],
  ])('names the member: %s', (_, bad, message) => {
    expect(() => policy(good, bad)).toThrow(message);
  });
});
