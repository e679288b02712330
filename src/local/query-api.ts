/** The HTTP API (API Gateway) in front of the query function: a stage, its routes, CORS, and the event that Lambda gets. */
import { randomUUID } from 'node:crypto';
import type { Api, ApiReply, ApiRequest } from './http.ts';
import { TooManyRequests } from './lambda/lambda-function.ts';

export const STAGE = 'default';

export const ROUTES: readonly string[] = ['getLocation', 'get-device-without-tracker'];

/** Answered by the API itself, without the function, as API Gateway's CORS configuration does. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET,OPTIONS',
  'access-control-allow-headers': '*',
  'access-control-max-age': '300',
};

export interface QueryApiOptions {
  /** Runs the function on one event. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  /** Epoch ms. */
  readonly now: () => number;
}

export function queryApi({ invoke, now }: QueryApiOptions): Api {
  return async (request) => {
    const [stage, route, ...rest] = request.path;
    if (stage !== STAGE || route === undefined) return undefined;
    if (request.method === 'OPTIONS') return { status: 204, headers: CORS };
    if (request.method !== 'GET' || rest.length > 0 || !ROUTES.includes(route))
      return { status: 404, headers: CORS, body: { message: 'Not Found' } };
    try {
      return replyOf(await invoke(eventOf(request, route, now())));
    } catch (error) {
      // API Gateway's own words; the function's log has the rest.
      const [status, message] =
        error instanceof TooManyRequests ? [503, 'Service Unavailable'] : [500, 'Internal Server Error'];
      return { status, headers: CORS, body: { message } };
    }
  };
}

/** Payload format 2.0: a parameter given twice is joined with a comma. */
function eventOf({ method, query, headers }: ApiRequest, route: string, timeEpoch: number) {
  const parameters: Record<string, string> = {};
  for (const name of new Set(query.keys())) parameters[name] = query.getAll(name).join(',');
  const path = `/${STAGE}/${route}`;
  return {
    version: '2.0',
    routeKey: `${method} /${route}`,
    rawPath: path,
    rawQueryString: query.toString(),
    headers,
    ...(query.size > 0 ? { queryStringParameters: parameters } : {}),
    requestContext: {
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: headers['user-agent'] ?? '' },
      requestId: randomUUID(),
      routeKey: `${method} /${route}`,
      stage: STAGE,
      timeEpoch,
    },
    isBase64Encoded: false,
  };
}

function replyOf(result: unknown): ApiReply {
  const { statusCode, headers, body } = result as {
    statusCode: number;
    headers?: Record<string, string>;
    body?: string;
  };
  return { status: statusCode, ...(headers ? { headers } : {}), ...(body === undefined ? {} : { body }) };
}
