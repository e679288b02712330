import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { embeddedMetrics } from '../../../src/local/cloudwatch/embedded-metrics.ts';

const line = (directive: object, members: object = {}, at: unknown = 1000) =>
  JSON.stringify({ _aws: { Timestamp: at, CloudWatchMetrics: [directive] }, ...members });
const stored = { Namespace: 'n', Dimensions: [['f']], Metrics: [{ Name: 'Stored', Unit: 'Count' }] };

describe('a line in the embedded metric format', () => {
  it('has a value for each metric, and for each set of dimensions', () => {
    const twice = { ...stored, Dimensions: [['f'], ['f', 'g'], []] };
    const all = embeddedMetrics(line(twice, { f: 'x', g: 'y', Stored: 3 }));
    const value = { namespace: 'n', metric: 'Stored', at: 1000, unit: 'Count', value: 3 };
    expect(all).toEqual([{ f: 'x' }, { f: 'x', g: 'y' }, {}].map((dimensions) => ({ ...value, dimensions })));
  });

  it('may give many values at once, and need no dimensions and no unit', () => {
    const { Dimensions: _, ...bare } = { ...stored, Metrics: [{ Name: 'Stored' }] };
    expect(
      embeddedMetrics(line(bare, { Stored: [1, 2] }))?.map(({ value, unit, dimensions }) => [value, unit, dimensions]),
    ).toEqual([
      [1, 'None', {}],
      [2, 'None', {}],
    ]);
  });
});

it.each([
  ['text', 'hello "_aws"'],
  ['other JSON', '{"a":1}'],
  ['no directive', '{"_aws":{"Timestamp":1}}'],
  ['no time', line(stored, { f: 'x', Stored: 1 }, 'now')],
  ['no namespace', line({ ...stored, Namespace: 1 }, { f: 'x', Stored: 1 })],
  ['no value', line(stored, { f: 'x' })],
  ['a value that is none', line(stored, { f: 'x', Stored: '1' })],
  ['too many values', line(stored, { f: 'x', Stored: Array(101).fill(1) })],
  ['no such dimension', line(stored, { Stored: 1 })],
  ['a dimension that is none', line(stored, { f: 1, Stored: 1 })],
  ['metrics that are none', line({ ...stored, Metrics: [1] }, { f: 'x' })],
  ['too many metrics', line({ ...stored, Metrics: Array(101).fill({ Name: 'Stored' }) }, { f: 'x', Stored: 1 })],
])('%s is an ordinary line of a log', (_, text) => {
  expect(embeddedMetrics(text)).toBeUndefined();
});

it('whatever a function prints is read or left, and never throws', () => {
  fc.assert(
    fc.property(fc.json(), fc.string(), (json, text) => {
      expect(embeddedMetrics(`{"_aws":${json}}`) ?? embeddedMetrics(`"_aws"${text}`) ?? []).toBeInstanceOf(Array);
    }),
  );
});
