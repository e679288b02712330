import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

export interface Presigning {
  readonly port: number;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly region?: string;
  readonly service?: string;
  readonly host?: string;
  readonly path?: string;
  readonly expiresIn?: number;
  readonly at?: number;
  readonly query?: Record<string, string>;
}

class Sha256 {
  readonly #hash;
  constructor(secret?: Parameters<typeof createHmac>[1]) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data: Uint8Array) {
    this.#hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.#hash.digest());
  }
  reset() {}
}

/** A URL for MQTT over WebSocket, signed by the SDK's own signer. */
export async function presign(options: Presigning): Promise<string> {
  const { port, accessKeyId = 'local', secretAccessKey = 'local', sessionToken, at, query = {} } = options;
  const { region = 'eu-west-1', service = 'iotdevicegateway', host = `localhost:${port}`, path = '/mqtt' } = options;
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    region,
    service,
    sha256: Sha256 as never,
    applyChecksum: false,
  });
  const hash = createHash('sha256').digest('hex');
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'wss:',
      hostname: host,
      path,
      query,
      headers: { host, 'x-amz-content-sha256': hash },
    },
    {
      expiresIn: options.expiresIn ?? 300,
      ...(at === undefined ? {} : { signingDate: new Date(at) }),
      unhoistableHeaders: new Set(['x-amz-content-sha256']),
      unsignableHeaders: new Set(['x-amz-content-sha256']),
    },
  );
  const parameters = new URLSearchParams(signed.query as Record<string, string>);
  return `wss://localhost:${port}${path}?${parameters.toString().replaceAll('+', '%20')}`;
}
