/** The form in which the operations of the control plane are written down: a method, a path, and what it does. */
import type { ApiRequest } from '../http.ts';
import { parseJson } from '../json.ts';
import type { Route } from '../path-params.ts';
import type { Page } from './catalogue.ts';
import { IotError, invalid } from './errors.ts';
import { pageSize } from './names.ts';

export interface Call {
  /** The values of the path's `{…}`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON body; empty where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The header `x-amzn-principal`. */
  readonly principal: string;
}

export interface Operation extends Route {
  readonly run: (call: Call) => unknown;
}

/** `path` as the service model writes it, such as `/things/{thingName}`. What `run` returns is the JSON of the answer. */
export function operation(method: string, path: string, run: (call: Call) => unknown): Operation {
  return { method, path: path.slice(1).split('/'), run };
}

export function readCall(params: Record<string, string>, request: ApiRequest): Call {
  return {
    params,
    query: request.query,
    get body() {
      return bodyOf(request.body);
    },
    get principal() {
      const header = request.headers['x-amzn-principal'];
      if (typeof header !== 'string') throw invalid('The header x-amzn-principal is missing');
      return header;
    },
  };
}

function bodyOf(bytes: Buffer): Record<string, unknown> {
  if (bytes.length === 0) return {};
  let value: unknown;
  try {
    value = parseJson(bytes);
  } catch {
    throw invalid('The body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('The body must be a JSON object');
  return value as Record<string, unknown>;
}

export function flag(call: Call, name: string): boolean {
  return call.query.get(name) === 'true';
}

export function text(call: Call, name: string, max: number): string {
  const value = call.body[name];
  if (typeof value !== 'string' || value.length === 0 || value.length > max)
    throw invalid(`${name} must be a string of 1 to ${max} characters`);
  return value;
}

export function optionalText(call: Call, name: string, max: number): string | undefined {
  return call.body[name] === undefined || call.body[name] === null ? undefined : text(call, name, max);
}

/** Lists whose pages are asked for with maxResults and nextToken. */
export function resultsRequest({ query }: Call) {
  return { limit: pageSize(query.get('maxResults')), token: query.get('nextToken') ?? undefined };
}

/** Lists whose pages are asked for with pageSize and marker, newest first unless told otherwise. */
export function markerRequest({ query }: Call) {
  return {
    limit: pageSize(query.get('pageSize')),
    token: query.get('marker') ?? undefined,
    newestFirst: query.get('isAscendingOrder') !== 'true',
  };
}

/** A page of what is attached to something: at most ten or so, or one policy's many targets. */
export function pageOf(
  values: Iterable<string>,
  { limit, token }: { limit: number; token?: string | undefined },
): Page<string> {
  const all = [...values];
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString());
  if (!Number.isSafeInteger(from) || from < 0)
    throw new IotError('InvalidRequestException', 'The token is not one that a list gave');
  const items = all.slice(from, from + limit);
  const end = from + items.length;
  return end < all.length ? { items, next: Buffer.from(String(end)).toString('base64') } : { items };
}

/** Timestamps are epoch seconds in this API's JSON. */
export function seconds(epochMs: number): number {
  return epochMs / 1000;
}
