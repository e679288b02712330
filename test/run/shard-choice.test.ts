import { expect, test } from 'vitest';
import { chooseShard } from '../../src/run/shard-choice.ts';
import { checkAhead, parseStartAt } from '../../src/run/start-at.ts';

test.each([
  ['0/4', 0, 4],
  ['3/4', 3, 4],
  ['0/1', 0, 1],
])('--shard %s', (shard, index, of) => {
  expect(chooseShard({ shard }, {})).toEqual({ index, of, saidBy: '--shard' });
});

test.each(['AWS_BATCH_JOB_ARRAY_INDEX', 'JOB_COMPLETION_INDEX', 'SLURM_ARRAY_TASK_ID'])('--shards and %s', (name) => {
  expect(chooseShard({ shards: 20 }, { [name]: '19' })).toEqual({ index: 19, of: 20, saidBy: name });
  expect(() => chooseShard({ shards: 20 }, { [name]: '20' })).toThrow(`${name} says shard 20: the indices of 20`);
  expect(() => chooseShard({ shards: 20 }, { [name]: 'one' })).toThrow('no index');
});

test('neither flag: the whole fleet, whatever the environment says', () => {
  expect(chooseShard({}, { SLURM_ARRAY_TASK_ID: '3' })).toBeUndefined();
});

test('the flag goes before the environment', () => {
  expect(chooseShard({ shard: '1/2' }, { SLURM_ARRAY_TASK_ID: '0' })).toMatchObject({ index: 1, saidBy: '--shard' });
});

test.each<[string, Parameters<typeof chooseShard>, string]>([
  ['an index beyond', [{ shard: '4/4' }, {}], '--shard says shard 4: the indices of 4 shards are 0 to 3'],
  ['counted from 1', [{ shard: '1/1' }, {}], 'the only index of 1 shard is 0'],
  ['no fraction', [{ shard: '1' }, {}], '--shard is INDEX/NUMBER'],
  ['none', [{ shard: '0/0' }, {}], '--shard is INDEX/NUMBER'],
  ['negative', [{ shard: '-1/4' }, {}], '--shard is INDEX/NUMBER'],
  ['no variable', [{ shards: 4 }, {}], 'None of AWS_BATCH_JOB_ARRAY_INDEX'],
  ['an empty variable', [{ shards: 4 }, { JOB_COMPLETION_INDEX: '' }], 'None of'],
  [
    'two that disagree',
    [{ shards: 4 }, { JOB_COMPLETION_INDEX: '1', SLURM_ARRAY_TASK_ID: '2' }],
    'JOB_COMPLETION_INDEX is 1, and SLURM_ARRAY_TASK_ID is 2',
  ],
])('%s is refused', (_, args, text) => {
  expect(() => chooseShard(...args)).toThrow(text);
});

test.each([
  ['2026-03-01T12:00:00Z', Date.UTC(2026, 2, 1, 12)],
  ['2026-03-01T12:00+01:00', Date.UTC(2026, 2, 1, 11)],
  ['1772366400', 1_772_366_400_000],
  ['1772366400.5', 1_772_366_400_500],
])('--start-at %s', (text, ms) => {
  expect(parseStartAt(text)).toBe(ms);
});

test.each(['noon', '2026-03-01', '2026-03-01T12:00:00', '2026-13-01T12:00:00Z', '+60', ''])(
  '--start-at "%s" is refused: machines must not differ over it',
  (text) => {
    expect(() => parseStartAt(text)).toThrow('--start-at is a moment');
  },
);

test('a moment that has passed is refused', () => {
  expect(() => checkAhead(1000, 3500)).toThrow('was 2.5 s ago; nothing was sent');
  expect(() => checkAhead(1000, 999)).not.toThrow();
  expect(() => checkAhead(undefined, 999)).not.toThrow();
});
