import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Api, createDoor, type Door } from '../../src/local/http.ts';
import { locationApi } from '../../src/local/trackers/api.ts';
import { Trackers } from '../../src/local/trackers/trackers.ts';

const echo: Api = ({ path, query, body }) =>
  path[0] === 'echo' ? { status: 200, body: { path, query: [...query], bytes: body.length } } : undefined;
const faulty: Api = ({ path }) => {
  if (path[0] === 'faulty') throw new Error('a bug');
  return undefined;
};

let door: Door;
let errors: unknown[];
beforeEach(async () => {
  errors = [];
  const trackers = new Trackers({ region: 'eu-west-1', accountId: '0', now: Date.now });
  trackers.create('t');
  const onError = (error: unknown) => errors.push(error);
  door = await createDoor([echo, faulty, locationApi(trackers)], { host: '127.0.0.1', port: 0, onError });
  return () => door.close();
});

async function call(path: string, init?: RequestInit) {
  const response = await fetch(`http://127.0.0.1:${door.port}${path}`, init);
  return { status: response.status, type: response.headers.get('x-amzn-errortype'), body: await response.json() };
}
const post = (path: string, body: string | Buffer) => call(path, { method: 'POST', body });

describe('the HTTP door', () => {
  it('hands a request to the API whose path it is', async () => {
    expect(await post('/echo/a%2Fb/%C3%A9?x=1&x=2', 'body')).toEqual({
      status: 200,
      type: null,
      body: {
        path: ['echo', 'a/b', 'é'],
        query: [
          ['x', '1'],
          ['x', '2'],
        ],
        bytes: 4,
      },
    });
  });

  it.each<[string, () => ReturnType<typeof call>, number, string]>([
    ['a path of nobody', () => call('/nowhere'), 404, 'UnknownOperationException'],
    [
      'a method that is none of its path',
      () => call('/tracking/v0/trackers', { method: 'PUT' }),
      404,
      'UnknownOperationException',
    ],
    ['a path that is not well encoded', () => call('/echo/%FF'), 400, 'ValidationException'],
    ['a body that is no JSON', () => post('/tracking/v0/trackers', '{"TrackerName":'), 400, 'ValidationException'],
    ['a body that is a list', () => post('/tracking/v0/trackers', '[]'), 400, 'ValidationException'],
    [
      'a body that is not UTF-8',
      () => post('/tracking/v0/trackers', Buffer.from([0xff, 0xfe])),
      400,
      'ValidationException',
    ],
    [
      'JSON nested beyond reason',
      () => post('/tracking/v0/trackers/t/positions', `{"Updates":${'['.repeat(200_000)}`),
      400,
      'ValidationException',
    ],
    [
      'lists within lists',
      () => post('/tracking/v0/trackers/t/positions', `{"Updates":${'['.repeat(5000)}${']'.repeat(5000)}}`),
      400,
      'ValidationException',
    ],
    [
      'a path that climbs',
      () => post('/tracking/v0/trackers/..%2F..%2Fetc/positions', '{"Updates":[]}'),
      400,
      'ValidationException',
    ],
    [
      'a body that is too large',
      () => post('/echo', Buffer.alloc(1024 * 1024 + 1)),
      413,
      'RequestEntityTooLargeException',
    ],
    ['a bug', () => call('/faulty'), 500, 'InternalServerException'],
  ])('answers %s in the shape of AWS', async (_, ask, status, type) => {
    expect(await ask()).toEqual({ status, type, body: expect.objectContaining({ message: expect.any(String) }) });
    expect(errors).toHaveLength(status === 500 ? 1 : 0);
    expect((await call('/echo')).status).toBe(200);
  });

  it('says of JSON that cannot be parsed that it cannot', async () => {
    expect((await post('/tracking/v0/trackers', '{')).body).toMatchObject({ reason: 'CannotParse', fieldList: [] });
  });

  it('keeps connections for the next request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = [];
    for (let i = 0; i < 3; i++) {
      const sent = request({ port: door.port, path: '/echo', agent }).end();
      const [response] = await once(sent, 'response');
      ports.push(response.socket.localPort);
      response.resume();
      await once(response, 'end');
    }
    agent.destroy();
    expect(new Set(ports).size).toBe(1);
  });

  it('survives what is no HTTP, and those who leave in the middle', async () => {
    for (const bytes of [
      '\x16\x03\x01 no TLS here\r\n\r\n',
      'POST /echo HTTP/1.1\r\ncontent-length: 100\r\n\r\nhalf',
    ]) {
      const socket = connect(door.port, '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.end(bytes);
      socket.resume();
      await once(socket, 'close');
    }
    expect((await call('/echo')).status).toBe(200);
  });

  it('cannot be opened where another one is', async () => {
    await expect(createDoor([], { host: '127.0.0.1', port: door.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
