/** Requests to an HTTP API that wants to know who asks: AWS Signature Version 4. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { SignatureV4 as Signing } from '@smithy/signature-v4';

type Credentials = ConstructorParameters<typeof Signing>[0]['credentials'];

/** The headers that a GET of `url` takes with it. */
export type Signer = (url: string) => Promise<Record<string, string>>;

/** `credentials`: by default those that the AWS CLI would use. */
export async function querySigner(region: string, credentials?: Credentials): Promise<Signer> {
  const [{ SignatureV4 }, provider] = await Promise.all([
    import('@smithy/signature-v4'),
    credentials ?? import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) => defaultProvider()),
  ]);
  const signer = new SignatureV4({ service: 'execute-api', region, credentials: provider, sha256: Sha256 });
  return async (url) => {
    const { protocol, hostname, host, pathname, searchParams } = new URL(url);
    const request = {
      method: 'GET',
      protocol,
      hostname,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: { host },
    };
    const { host: _, ...headers } = (await signer.sign(request)).headers;
    return headers;
  };
}

/** The path and query of a WebSocket for MQTT. `host` as the request will name it, with its port unless that is 443. */
export type WebSocketSigner = (host: string) => Promise<string>;

/** How long a signed address may be used; AWS IoT looks at it when the connection is made. */
const WEB_SOCKET_SECONDS = 300;

/** `credentials`: by default those that the AWS CLI would use, fetched anew where they have run out. */
export async function webSocketSigner(region: string, credentials?: Credentials): Promise<WebSocketSigner> {
  const [{ SignatureV4 }, given] = await Promise.all([
    import('@smithy/signature-v4'),
    credentials ?? import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) => defaultProvider()),
  ]);
  const provider = typeof given === 'function' ? given : async () => given;
  return async (host) => {
    const { accessKeyId, secretAccessKey, sessionToken } = await provider();
    const signer = new SignatureV4({
      service: 'iotdevicegateway',
      region,
      // Its token is no part of what AWS IoT signs (developer guide, "MQTT over the WebSocket protocol").
      credentials: { accessKeyId, secretAccessKey },
      sha256: Sha256,
    });
    const request = { method: 'GET', protocol: 'wss:', hostname: host, path: '/mqtt', query: {}, headers: { host } };
    const { query = {} } = await signer.presign(request, { expiresIn: WEB_SOCKET_SECONDS });
    const token = sessionToken === undefined ? {} : { 'X-Amz-Security-Token': sessionToken };
    const parameters = Object.entries({ ...query, ...token });
    return `/mqtt?${parameters.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`;
  };
}

/** Node's own, in the form that the signer wants. */
class Sha256 {
  #hash: Hash | Hmac;
  readonly #secret: string | Buffer | Uint8Array | undefined;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined || typeof secret === 'string' ? secret : bytesOf(secret);
    this.#hash = this.#begin();
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#begin();
  }

  #begin(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
  }
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Buffer {
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}
