import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One bucket of S3 over HTTP: as much of the service as a run's files need, by path-style requests. */
export interface Bucket {
  readonly endpoint: string;
  readonly name: string;
  /** By key. */
  readonly objects: Map<string, Buffer>;
  /** In the order in which they were put. */
  readonly puts: string[];
  /** From now on every request is refused. */
  refuse(): void;
  close(): Promise<void>;
}

export async function bucket(name = 'my-bucket', pageSize = 2): Promise<Bucket> {
  const objects = new Map<string, Buffer>();
  const puts: string[] = [];
  const parts = new Map<string, Buffer[]>();
  let refused = false;
  const put = (key: string, bytes: Buffer) => {
    objects.set(key, bytes);
    puts.push(key);
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const url = new URL(request.url!, 'http://s3');
      const [, found, ...rest] = decodeURIComponent(url.pathname).split('/');
      const key = rest.join('/');
      const query = url.searchParams;
      const upload = query.get('uploadId');
      const xml = (text: string, status = 200) => {
        response.writeHead(status, { 'content-type': 'application/xml' });
        response.end(`<?xml version="1.0" encoding="UTF-8"?>${text}`);
      };
      if (refused) return xml('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>', 403);
      if (found !== name) return xml('<Error><Code>NoSuchBucket</Code><Message>no such bucket</Message></Error>', 404);
      if (request.method === 'GET' && query.get('list-type') === '2') return xml(listing(query));
      if (request.method === 'GET' && !objects.has(key))
        return xml('<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>', 404);
      if (request.method === 'GET') return void response.end(objects.get(key));
      if (request.method === 'POST' && query.has('delete')) {
        const keys = [...String(body).matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, one]) => one!);
        // A thousand at most, and a digest of the list is asked for (API reference, DeleteObjects).
        const digest = Object.keys(request.headers).some((name) => /^(content-md5|x-amz-checksum-)/.test(name));
        if (keys.length === 0 || keys.length > 1000 || !digest)
          return xml('<Error><Code>MalformedXML</Code><Message>not a list of keys</Message></Error>', 400);
        for (const one of keys) objects.delete(one);
        return xml('<DeleteResult></DeleteResult>');
      }
      if (request.method === 'POST' && query.has('uploads')) {
        parts.set(key, []);
        return xml(`<InitiateMultipartUploadResult><UploadId>${key}</UploadId></InitiateMultipartUploadResult>`);
      }
      if (request.method === 'PUT' && upload !== null) {
        parts.get(upload)![Number(query.get('partNumber')) - 1] = body;
        response.setHeader('etag', `"${query.get('partNumber')}"`);
        return void response.end();
      }
      if (request.method === 'POST' && upload !== null) {
        put(key, Buffer.concat(parts.get(upload)!));
        return xml(`<CompleteMultipartUploadResult><Key>${key}</Key></CompleteMultipartUploadResult>`);
      }
      put(key, body);
      response.setHeader('etag', '"1"');
      response.end();
    });
  });

  /** Pages, so that whoever reads one alone is found out. */
  function listing(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? '';
    const below = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const delimiter = query.get('delimiter');
    // With a delimiter, all that have the same next part of their names are one entry, a common prefix.
    const entries = new Set(
      below.map((key) => {
        const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
        return end < 0 ? `<Contents><Key>${key}</Key></Contents>` : commonPrefix(key.slice(0, end + 1));
      }),
    );
    const from = Number(query.get('continuation-token') ?? 0);
    const contents = [...entries].slice(from, from + pageSize);
    const more = from + pageSize < entries.size;
    const next = more ? `<NextContinuationToken>${from + pageSize}</NextContinuationToken>` : '';
    return `<ListBucketResult><IsTruncated>${more}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`;
  }

  function commonPrefix(text: string): string {
    return `<CommonPrefixes><Prefix>${text}</Prefix></CommonPrefixes>`;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    name,
    objects,
    puts,
    refuse: () => {
      refused = true;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The payload, out of the chunks that a signed stream is sent in ("Signature calculations: chunked upload"). */
async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  if (!request.headers['content-encoding']?.includes('aws-chunked')) return bytes;
  const payload: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (!(size > 0)) return Buffer.concat(payload);
    payload.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
