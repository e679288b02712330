import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scope } from '../../../src/local/rules/expression.ts';
import { parseExpression, parseSql } from '../../../src/local/rules/sql.ts';
import { SqlParseError } from '../../../src/local/rules/tokens.ts';

const payload = {
  payload: { deviceid: 'SLE-7115', timestamp: 1.5, location: { lat: 36.16, long: -86.78 }, seq: 3 },
  status: 'idle',
  flag: true,
  nothing: null,
  list: [1, 2],
  'odd name': 'x',
  number: '12',
};
const scope: Scope = {
  payload,
  levels: ['simUploadLocation', 'SLE-7115'],
  clientId: 'SLE-7115',
  principal: 'c0ffee',
  accountId: '000000000000',
  now: 1234,
};

describe('SELECT', () => {
  it.each<[string, unknown]>([
    ['*', payload],
    ['*, topic(2) AS device', { ...payload, device: 'SLE-7115' }],
    ["*, 'x' AS status", { ...payload, status: 'x' }],
    ['payload.location.lat', { lat: 36.16 }],
    ['payload.deviceid as id, payload.seq AS n', { id: 'SLE-7115', n: 3 }],
    ['topic()', { topic: 'simUploadLocation/SLE-7115' }],
    ['topic(1) AS a, topic(3) AS b', { a: 'simUploadLocation' }],
    [
      'clientid() AS c, principal() AS p, timestamp() AS t, accountid() AS a',
      { c: 'SLE-7115', p: 'c0ffee', t: 1234, a: '000000000000' },
    ],
    ['payload.missing.further AS m', {}],
    ['toString AS m, payload.constructor AS c', {}],
    [
      "'it''s' AS quoted, 2 AS two, -2 AS minus, true AS yes, null AS none",
      { quoted: "it's", two: 2, minus: -2, yes: true, none: null },
    ],
    ['payload.seq * 2 + 1 AS n, (payload.seq + 1) * 2 AS m, 7 % 4 AS r, 1 / 0 AS d', { n: 7, m: 8, r: 3 }],
    ["'a' + 1 AS s, number * 2 AS n", { s: 'a1', n: 24 }],
    ["get(*, 'odd name') AS odd, get(list, 1) AS second, get(*, 'hasOwnProperty') AS h", { odd: 'x', second: 2 }],
    [
      "upper(status) AS u, length(status) AS l, substring(topic(2), 4, 8) AS s, concat('a', 1, true) AS c",
      { u: 'IDLE', l: 4, s: '7115', c: 'a1true' },
    ],
    [
      'floor(1.7) AS f, ceil(1.2) AS c, abs(-1) AS a, round(2.5) AS r, floor(status) AS none',
      { f: 1, c: 2, a: 1, r: 3 },
    ],
  ])('%s', (fields, expected) => {
    expect(parseSql(`SELECT ${fields} FROM 'a'`).select(scope)).toEqual(expected);
  });

  it('hands on a payload that is no object, if that is all', () => {
    const statement = (fields: string) => parseSql(`SELECT ${fields} FROM 'a'`);
    expect(statement('*').select({ ...scope, payload: [1] })).toEqual([1]);
    expect(() => statement('*, 1 AS x').select({ ...scope, payload: [1] })).toThrow(/JSON object/);
  });
});

describe('WHERE', () => {
  it.each<[string, boolean]>([
    ["status = 'idle'", true],
    ["status <> 'idle'", false],
    ['payload.seq > 2 AND payload.seq < 4', true],
    ['payload.seq >= 3 and payload.seq <= 3', true],
    ['payload.seq = 3 OR missing = 1', true],
    ['missing = 1', false],
    ['missing <> 1', false],
    ['NOT missing = 1', false], // what is undefined stays so
    ["NOT status = 'busy'", true],
    ['NOT NOT flag', true],
    ['flag', true],
    ["'true'", true],
    ['1', false],
    ['number > 9', true], // a text that is a number, as one
    ["number > '9'", false], // two texts, as texts
    ['status > 1', false],
    ['nothing = null', true],
    ['isNull(nothing) AND isUndefined(missing)', true],
    ["status = 'x' OR flag AND payload.seq = 3", true], // AND binds tighter
    ["(status = 'idle' OR flag) AND payload.seq = 4", false],
    ['topic(2) = payload.deviceid', true],
    ["startswith(topic(2), 'SLE') AND endswith(topic(2), '15') AND indexof(status, 'le') = 2", true],
    ['payload.location = payload.location', true],
    ['status = 3', false],
    ['1 = 1.0', true],
  ])('%s is %s', (condition, expected) => {
    expect(parseSql(`SELECT * FROM 'a' WHERE ${condition}`).where(scope)).toBe(expected);
  });
});

describe('what is not in the subset', () => {
  it.each<[string, number, RegExp]>([
    ['', 0, /Expected SELECT, not the end/],
    ['UPDATE x', 0, /Expected SELECT/],
    ['SELECT FROM', 7, /Expected a value, not 'FROM'/],
    ['SELECT * FROM a', 14, /topic filter in single quotes/],
    ['SELECT * FROM "a"', 14, /'"' is not expected/],
    ["SELECT * FROM 'a", 14, /does not end/],
    ["SELECT * FROM 'a/#/b'", 14, /# must be the last level/],
    ["SELECT * FROM 'a+/b'", 14, /\+ must be alone/],
    ["SELECT * FROM ''", 14, /cannot be empty/],
    ["SELECT * FROM 'a' WHERE", 23, /Expected a value/],
    ["SELECT * FROM 'a' WHERE x =", 27, /Expected a value/],
    ["SELECT * FROM 'a' ORDER BY x", 18, /Expected the end, not 'ORDER'/],
    ["SELECT a b FROM 'a'", 9, /Expected FROM, not 'b'/],
    ["SELECT 1 FROM 'a'", 7, /needs a name/],
    ["SELECT CASE x WHEN 1 THEN 2 END AS y FROM 'a'", 7, /Expected a value, not 'CASE'/],
    ["SELECT (SELECT x FROM y) AS z FROM 'a'", 8, /Expected a value, not 'SELECT'/],
    ["SELECT machinelearning_predict() AS x FROM 'a'", 7, /no function machinelearning_predict/],
    ["SELECT hasOwnProperty('x') AS x FROM 'a'", 7, /no function/],
    ["SELECT topic(1, 2) AS x FROM 'a'", 7, /takes 0 to 1 arguments/],
    ["SELECT clientid(1) AS x FROM 'a'", 7, /takes 0 arguments/],
    [`SELECT ${'('.repeat(100)} FROM 'a'`, 71, /nested too deeply/],
  ])('%s', (sql, position, message) => {
    let thrown: unknown;
    try {
      parseSql(sql);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SqlParseError);
    expect(thrown).toMatchObject({ name: 'SqlParseException', position, message: expect.stringMatching(message) });
    expect((thrown as Error).message).toContain(`at character ${position + 1}`);
  });

  it('is never anything but a SqlParseException, whatever the text', () => {
    const words = fc.constantFrom(
      'SELECT',
      '*',
      'FROM',
      "'a/+'",
      'WHERE',
      'AND',
      'NOT',
      '(',
      ')',
      ',',
      '.',
      'x',
      '1',
      '=',
      'AS',
      'topic',
      '-',
      '<>',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((all) => all.join(' ')),
        ),
        (sql) => {
          for (const parse of [parseSql, parseExpression]) {
            try {
              parse(sql);
            } catch (error) {
              expect(error).toBeInstanceOf(SqlParseError);
            }
          }
        },
      ),
    );
  });
});
