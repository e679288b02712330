import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OPERATIONS, SHAPES } from '../../../src/local/trackers/model.ts';
import { validate } from '../../../src/local/trackers/validate.ts';

const MODEL = '../shared/aws/location-trackers.model.json';

const LIMITS = ['min', 'max', 'pattern', 'enum', 'required'] as const;

/** A shape as the model file writes it, where references are objects, or as ours, where they are names. */
interface LooseShape<Reference> extends Partial<Record<(typeof LIMITS)[number], unknown>> {
  type: string;
  members?: Record<string, Reference>;
  member?: Reference;
  key?: Reference;
  value?: Reference;
}
interface Model {
  operations: Record<string, { http: { method: string; requestUri: string }; input: { shape: string } }>;
  shapes: Record<string, LooseShape<{ shape: string }>>;
}

describe('the service model', () => {
  it.skipIf(!existsSync(MODEL))(`is that of ${MODEL} (skipped where it is absent)`, () => {
    const theirs = JSON.parse(readFileSync(MODEL, 'utf8')) as Model;
    const routes = Object.entries(theirs.operations).map(([name, { http, input }]) => [
      name,
      { method: http.method, uri: http.requestUri, input: input.shape },
    ]);
    expect(OPERATIONS).toEqual(Object.fromEntries(routes));
    for (const [name, { members, member, key, value, ...ours }] of Object.entries(
      SHAPES as Record<string, LooseShape<string>>,
    )) {
      const shape = theirs.shapes[name]!;
      expect(shape, name).toMatchObject(ours);
      for (const limit of LIMITS) expect(ours[limit], name).toEqual(shape[limit]);
      for (const [name, of] of Object.entries(members ?? {})) expect(shape.members?.[name]?.shape).toBe(of);
      expect(Object.keys(shape.members ?? {})).toEqual(Object.keys(members ?? {}));
      expect([shape.member?.shape, shape.key?.shape, shape.value?.shape]).toEqual([member, key, value]);
    }
  });

  const update = { DeviceId: 'd', SampleTime: '2026-11-24T00:00:00Z', Position: [0, 0] };
  const faults = (input: object) => {
    try {
      validate('BatchUpdateDevicePositionRequest', { TrackerName: 't', Updates: [{ ...update, ...input }] });
    } catch (error) {
      return (error as { detail: { reason: string; fieldList: { name: string }[] } }).detail;
    }
    return undefined;
  };

  it.each<[string, object, string | undefined]>([
    ['as it should be', {}, undefined],
    ['null is absence', { Accuracy: null, PositionProperties: null }, undefined],
    ['unknown members are let pass', { More: 1 }, undefined],
    ['an id in any script', { DeviceId: 'dé.数-1_' }, undefined],
    ['an id of 100 astral letters', { DeviceId: '𝒜'.repeat(100) }, undefined],
    ['an id of 101', { DeviceId: '𝒜'.repeat(101) }, 'Updates[0].DeviceId'],
    ['an id with a space', { DeviceId: 'a b' }, 'Updates[0].DeviceId'],
    ['an id with a newline at its end', { DeviceId: 'a\n' }, 'Updates[0].DeviceId'],
    ['an id that is a number', { DeviceId: 7 }, 'Updates[0].DeviceId'],
    ['a time that is none', { SampleTime: 'yesterday' }, 'Updates[0].SampleTime'],
    ['a position of one', { Position: [1] }, 'Updates[0].Position'],
    ['a position of three', { Position: [1, 2, 3] }, 'Updates[0].Position'],
    ['a position of texts', { Position: ['1', 2] }, 'Updates[0].Position[0]'],
    ['an object for a list', { Position: { 0: 1, 1: 2 } }, 'Updates[0].Position'],
    ['a list for an object', { Accuracy: [5] }, 'Updates[0].Accuracy'],
    ['an accuracy below 0', { Accuracy: { Horizontal: -1 } }, 'Updates[0].Accuracy.Horizontal'],
    ['an accuracy of ten thousand kilometres', { Accuracy: { Horizontal: 1e7 } }, undefined],
    ['more than that', { Accuracy: { Horizontal: 1e7 + 1 } }, 'Updates[0].Accuracy.Horizontal'],
    ['an accuracy without its member', { Accuracy: {} }, 'Updates[0].Accuracy.Horizontal'],
    [
      'a name that every object inherits',
      { Accuracy: { __proto__: { Horizontal: 1 } } },
      'Updates[0].Accuracy.Horizontal',
    ],
  ])('checks a request: %s', (_, input, member) => {
    expect(faults(input)?.fieldList.map(({ name }) => name)).toEqual(member === undefined ? undefined : [member]);
  });

  it('tells what is missing from what is wrong', () => {
    expect(faults({ DeviceId: undefined })?.reason).toBe('Missing');
    expect(faults({ DeviceId: '' })?.reason).toBe('FieldValidationFailed');
  });
});
