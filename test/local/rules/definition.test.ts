import { expect, it } from 'vitest';
import { DefinitionError, ruleOf } from '../../../src/local/rules/definition.ts';

/** What no SDK would send, and anybody may. */
it.each([
  ['null', null, /An action is an object/],
  ['a text', 'lambda', /An action is an object/],
  ['a member that is null', { lambda: null }, /one of its members/],
  ['a number for a name', { kinesis: { streamName: 5 } }, /kinesis.streamName must be a string/],
  ['a list for a key', { kinesis: { streamName: 's', partitionKey: [] } }, /kinesis.partitionKey must be a string/],
])('an action that is %s makes no rule', (_, action, what) => {
  const make = () => ruleOf('r', { sql: "SELECT * FROM 'a'", actions: [action as never] }, {} as never);
  expect(make).toThrow(DefinitionError);
  expect(make).toThrow(what);
});
