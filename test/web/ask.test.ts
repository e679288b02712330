import { describe, expect, test } from 'vitest';
import { AskFailure, queryApi, retryAfter } from '../../web/src/feed/ask.ts';

const going = new AbortController().signal;

/** An API of prepared answers, and what it was asked. */
function prepared(...answers: (Response | Error)[]) {
  const asked: { url: URL; headers: Headers }[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit) => {
    asked.push({ url: new URL(String(input)), headers: new Headers(init?.headers) });
    const answer = answers.shift();
    if (!(answer instanceof Response)) throw answer ?? new TypeError('no more answers');
    return answer;
  };
  let now = 0;
  const api = queryApi({
    config: { api: 'http://api/default', auth: { header: 'x-token' } },
    admit: async () => {},
    now: () => (now += 10),
    credential: () => 'secret',
    fetch,
  });
  return { api, asked };
}

const json = (body: object, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers });

describe('the query API', () => {
  test('a page of a list, with its token, its times and the header that the API asks for', async () => {
    const Entries = [{ DeviceId: 'a', SampleTime: '2026-01-01T00:00:00Z', Position: [1, 2] }];
    const { api, asked } = prepared(json({ Entries, NextToken: 'more' }));
    const page = await api.list('t0', 'here', going);
    expect(page).toEqual({ entries: Entries, token: 'more', askedAt: 10, answeredAt: 20 });
    expect(Object.fromEntries(asked[0]!.url.searchParams)).toEqual({
      type: 'list',
      trackername: 't0',
      nexttoken: 'here',
    });
    expect(asked[0]!.headers.get('x-token')).toBe('secret');
  });

  test('a token that leads back to its own page is a failure, not an endless list', async () => {
    const { api } = prepared(json({ Entries: [], NextToken: 'here' }));
    await expect(api.list('t0', 'here', going)).rejects.toThrow('no page');
  });

  test('a device id goes out escaped', async () => {
    const { api, asked } = prepared(json({ TrackerName: 't1' }));
    expect(await api.trackerOf('a&type=list <b>', going)).toBe('t1');
    expect(asked[0]!.url.pathname).toBe('/default/get-device-without-tracker');
    expect(asked[0]!.url.searchParams.get('deviceid')).toBe('a&type=list <b>');
    expect(asked[0]!.url.searchParams.get('type')).toBeNull();
  });

  test('a history is read to its last page, over the window that was stated', async () => {
    const fix = (second: number) => ({ SampleTime: `2026-01-01T00:00:0${second}Z`, Position: [second, 2] });
    const { api, asked } = prepared(
      json({ DevicePositions: [fix(3)], NextToken: 'n' }),
      json({ DevicePositions: [fix(1)] }),
    );
    const fixes = await api.history('t0', 'a', 0, 60_000, going);
    expect(fixes.map(({ position }) => position[0])).toEqual([1, 3]);
    expect(asked.map(({ url }) => [url.searchParams.get('start'), url.searchParams.get('nexttoken')])).toEqual([
      ['1970-01-01T00:00:00.000Z', null],
      ['1970-01-01T00:00:00.000Z', 'n'],
    ]);
    expect(asked[0]!.url.searchParams.get('end')).toBe('1970-01-01T00:01:00.000Z');
  });

  test('nothing stored of a device is an answer', async () => {
    const { api } = prepared(json({ message: 'records not found' }, 404), json({ message: 'records not found' }, 404));
    expect(await api.device('t0', 'a', going)).toBeUndefined();
    expect(await api.history('t0', 'a', 0, 1, going)).toEqual([]);
  });

  test.each([
    [
      json({ message: 'Too many' }, 429, { 'retry-after': '7' }),
      { status: 429, message: 'Too many', retryAfterMs: 7_000 },
    ],
    [json({}, 503), { status: 503 }],
    [new Response('<html>', { status: 502 }), { status: 502 }],
    [new TypeError('fetch failed'), { status: 0, message: 'The API cannot be reached' }],
    [json({ Entries: 'none' }), { status: 200 }],
  ])('failure %#', async (answer, expected) => {
    const failure = await prepared(answer)
      .api.list('t0', undefined, going)
      .catch((error) => error);
    expect(failure).toBeInstanceOf(AskFailure);
    expect(failure).toMatchObject(expected);
  });
});

test.each([
  ['3', 3_000],
  ['Thu, 01 Jan 1970 00:01:40 GMT', 40_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', undefined],
  [null, undefined],
])('Retry-After: %s', (text, ms) => {
  expect(retryAfter(text, 60_000)).toBe(ms);
});
