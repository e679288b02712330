/** Requests that no client of AWS's would send: each is answered or let go, and the next one is served. */
import { createConnection, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, createDoor, type Door, type DoorOptions } from '../../src/local/http.ts';

const seen: string[][] = [];
const echo: Api = ({ path, body }) => {
  seen.push([...path]);
  return path[0] === 'echo' ? { status: 200, body: { bytes: body.length } } : undefined;
};

let door: Door;
beforeEach(async () => {
  seen.length = 0;
  await open({});
});
afterEach(() => door.close());

async function open(options: Partial<DoorOptions>): Promise<void> {
  await door?.close();
  door = await createDoor([echo], { host: '127.0.0.1', port: 0, ...options });
}

/** All that comes back to these bytes, until the door ends the connection. */
function exchange(...pieces: (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: Socket = createConnection(door.port, '127.0.0.1', () => {
      for (const piece of pieces) socket.write(piece);
    });
    let answer = '';
    socket.on('data', (piece) => {
      answer += piece;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => resolve(answer));
  });
}

async function served(): Promise<void> {
  expect((await fetch(`http://127.0.0.1:${door.port}/echo`)).status).toBe(200);
}

const HEAD = 'POST /echo HTTP/1.1\r\nHost: a\r\n';

describe('a request that is no good', () => {
  it.each<[string, string, number]>([
    ['two lengths', `${HEAD}Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody!`, 400],
    ['two lengths that agree', `${HEAD}Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody`, 400],
    ['a length and chunks', `${HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['chunks that are not the last coding', `${HEAD}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`, 400],
    ['a length that is none', `${HEAD}Content-Length: 0x4\r\n\r\nbody`, 400],
    ['a length below nothing', `${HEAD}Content-Length: -1\r\n\r\n`, 400],
    ['a length that no number holds', `${HEAD}Content-Length: 99999999999999999999999\r\n\r\n`, 400],
    ['a chunk whose size is none', `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
    ['a name with a blank before its colon', `${HEAD}Content-Length : 4\r\n\r\nbody`, 400],
    ['a line that begins with a blank', `${HEAD} folded: 1\r\n\r\n`, 400],
    ['a NUL in a header', `${HEAD}x: a\0b\r\n\r\n`, 400],
    ['a NUL in its path', 'GET /echo\0 HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['no host', 'GET /echo HTTP/1.1\r\n\r\n', 400],
    ['headers of more than 16 KB', `${HEAD}x: ${'a'.repeat(17_000)}\r\n\r\n`, 431],
    ['ten thousand headers', `${HEAD}${'x: a\r\n'.repeat(10_000)}\r\n`, 431],
    ['a path of 17 KB', `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431],
    ['a body that it says is too large', `${HEAD}Content-Length: 2000000\r\n\r\n`, 413],
    ['a method of nobody', 'BREW /echo HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['the beginning of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['the beginning of TLS', '\x16\x03\x01\x02\x00\x01\x00', 400],
  ])('with %s is refused in the form of AWS, and nothing of it is taken for another', async (_, bytes, status) => {
    const answer = await exchange(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    // Node itself answers a request without a host, with nothing.
    if (!bytes.startsWith('GET /echo HTTP')) {
      expect(head).toMatch(/x-amzn-errortype: \w+/i);
      expect(JSON.parse(body)).toEqual({ message: expect.any(String) });
    }
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(seen).toEqual([]);
    await served();
  });

  it('that asks for another protocol, or a tunnel, gets none', async () => {
    const upgrade = 'Connection: upgrade, close\r\nUpgrade: websocket\r\n\r\n';
    expect(await exchange(`GET /echo HTTP/1.1\r\nHost: a\r\n${upgrade}`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await exchange('CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('');
    await served();
  });
});

describe('a path', () => {
  const get = (path: string) => exchange(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);

  it('may name a server, which is not looked at', async () => {
    expect(await get('http://elsewhere.example/echo')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await get('HTTPS://a:1/echo')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each<[string, string[]]>([
    ['/echo2', ['echo2']],
    ['/../echo', ['..', 'echo']],
    ['/x/../echo', ['x', '..', 'echo']],
    ['/x/..%2Fecho', ['x', '../echo']],
    ['/x%2F..%2Fecho', ['x/../echo']],
    ['/%2e%2e/echo', ['..', 'echo']],
    ['/echo%00', ['echo\0']],
    ['//echo', ['', 'echo']],
    ['/ECHO', ['ECHO']],
    ['http://echo', ['']],
    ['*', ['']],
  ])('is taken as it is, and climbs nowhere: %s', async (path, segments) => {
    const answer = await get(path);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).toMatch(/x-amzn-errortype: UnknownOperationException/);
    expect(seen).toEqual([segments]);
  });
});

describe('a client that takes its time', () => {
  it.each([
    ['over its headers', 'POST /echo HTTP/1.1\r\nHost: a\r\nx:'],
    ['over its body', `${HEAD}Content-Length: 10\r\n\r\nhalf`],
    ['over a chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nha`],
  ])('%s is let go with what AWS says, and holds up nobody', async (_, bytes) => {
    await open({ requestTimeoutMs: 100 });
    const slow = exchange(bytes);
    await served();
    const answer = await slow;
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toMatch(/x-amzn-errortype: RequestTimeoutException/);
  });

  it('is one of a bounded number', async () => {
    await open({ maxConnections: 10, requestTimeoutMs: 500 });
    const crowd = Array.from({ length: 50 }, () => exchange('GET /echo HTTP/1.1\r\n'));
    const answers = await Promise.all(crowd);
    expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 408'))).toHaveLength(10);
    expect(answers.filter((answer) => answer === '')).toHaveLength(40);
    await served();
  });
});

describe('a body', () => {
  it('may come a byte at a time', async () => {
    const bytes = 100_000;
    const answer = await exchange(
      `${HEAD}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n`,
      '1\r\nx\r\n'.repeat(bytes),
      '0\r\n\r\n',
    );
    expect(answer).toMatch(new RegExp(`{"bytes":${bytes}}$`));
  });

  it('that grows beyond the bound in chunks is refused', async () => {
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const answer = await exchange(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, chunk.repeat(17), '0\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 413 |^$/); // the door may end it before it is read
    await served();
  });

  it('whose client leaves in the middle is forgotten', async () => {
    for (let i = 0; i < 20; i++) {
      const socket = createConnection(door.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(`${HEAD}Content-Length: 1000000\r\n\r\n${'x'.repeat(1000)}`, () => socket.destroy());
      await new Promise((resolve) => socket.once('close', resolve));
    }
    await served();
    expect(seen).toEqual([['echo']]);
  });

  it('of each of a hundred requests in one write is read for itself', async () => {
    const one = `${HEAD}Content-Length: 4\r\n\r\nbody`;
    const answer = await exchange(one.repeat(99), one.replace('Host: a', 'Host: a\r\nConnection: close'));
    expect(answer.match(/{"bytes":4}/g)).toHaveLength(100);
  });
});
