import { describe, expect, it } from 'vitest';
import {
  type LocationActionOptions,
  type LocationEntry,
  locationAction,
} from '../../../src/local/rules/actions/location.ts';
import { republishAction } from '../../../src/local/rules/actions/republish.ts';
import type { Triggered } from '../../../src/local/rules/engine.ts';
import { parseTemplate } from '../../../src/local/rules/template.ts';

const scope = {
  payload: { id: 'd', n: 1.5, on: true, at: { lat: 36.16, long: -86.78, when: 1_637_000_000.526 }, none: null },
  levels: ['up', 'AWS-7686'],
  clientId: 'c',
  principal: 'p',
  accountId: '0',
  now: 99,
};
const triggered: Triggered = {
  event: { selected: 1 },
  scope,
  message: { topic: 'up/AWS-7686', payload: Buffer.from('{}'), clientId: 'c', principal: 'p' },
};
/** `$` and a brace, which no plain text of a test may hold side by side. */
const $ = (expression: string) => `\${${expression}}`;

describe('a substitution template', () => {
  it.each<[string, string]>([
    ['plain', 'plain'],
    ['', ''],
    [`a/${$('topic(2)')}/b`, 'a/AWS-7686/b'],
    [`${$('id')}${$('n * 2')}-${$('on')}`, 'd3-true'],
    [$("'}'"), '}'],
    [$('at.lat'), '36.16'],
    [$('none'), 'null'],
    ['$x {y}', '$x {y}'],
  ])('%j is %j', (text, expected) => {
    expect(parseTemplate(text)(scope)).toBe(expected);
  });

  it('says where it is wrong, and what has no value', () => {
    expect(() => parseTemplate(`ab${$('x +')}`)).toThrow(/Expected a value, not the end, at character 8/);
    expect(() => parseTemplate('ab${x')).toThrow(/not closed, at character 3/);
    expect(() => parseTemplate($('missing'))(scope)).toThrow(`${$('missing')} has no value`);
  });
});

describe('the location action', () => {
  const run = (more: Partial<LocationActionOptions> = {}) => {
    const entries: LocationEntry[] = [];
    const action = locationAction(
      {
        trackerName: `t${$('floor(substring(topic(2), length(topic(2)) - 4) / 1000)')}`,
        deviceId: $('topic(2)'),
        latitude: $('at.lat'),
        longitude: $('at.long'),
        ...more,
      },
      (entry) => void entries.push(entry),
    );
    void action.run(triggered);
    return entries[0];
  };

  it('makes a position of a message', () => {
    expect(run()).toEqual({ trackerName: 't7', deviceId: 'AWS-7686', sampleTime: 99, position: [-86.78, 36.16] });
  });

  it.each([
    ['SECONDS', '1637000000', 1_637_000_000_000],
    ['MILLISECONDS', $('round(at.when * 1000)'), 1_637_000_000_526],
    ['MICROSECONDS', '1637000000526999', 1_637_000_000_526],
    ['NANOSECONDS', '1637000000526000000', 1_637_000_000_526],
    [undefined, '5', 5],
  ] as const)('reads a time in %s', (unit, value, expected) => {
    expect(run({ timestamp: { value, ...(unit ? { unit } : {}) } })?.sampleTime).toBe(expected);
  });

  it('fails where there is no number', () => {
    expect(() => run({ latitude: $('id') })).toThrow('latitude is no number: d');
    expect(() => run({ longitude: '' })).toThrow('longitude is no number');
    expect(() => run({ timestamp: { value: $('missing') } })).toThrow('has no value');
  });
});

describe('the republish action', () => {
  it.each([
    [`down/${$('topic(2)')}`, 'down/AWS-7686'],
    ['$$aws/things/x', '$aws/things/x'],
  ])('publishes the selection on %j', (topic, expected) => {
    const published: unknown[] = [];
    void republishAction({ topic, qos: 1 }, (...args) => published.push(args)).run(triggered);
    expect(published).toEqual([[expected, Buffer.from('{"selected":1}'), 1]]);
  });
});
