import type { IncomingHttpHeaders } from 'node:http';

/** One request to the stand-in's HTTP door, read whole. */
export interface ApiRequest {
  readonly method: string;
  /** Percent-decoded path segments. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface ApiReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string or Buffer goes out as it is, anything else as JSON; absent: no body. */
  readonly body?: unknown;
}

/** One service behind the door. `undefined`: the path is not one of its own. */
export type Api = (request: ApiRequest) => ApiReply | undefined | Promise<ApiReply | undefined>;
