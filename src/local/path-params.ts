import type { ApiRequest } from './http.ts';

/** Where an operation is: a method, and a path as the service models write it, `/things/{thingName}`, in its parts. */
export interface Route {
  readonly method: string;
  readonly path: readonly string[];
}

/** The values of the path's parameters, or undefined where the request is not for it. */
export function paramsOf({ method, path }: Route, request: ApiRequest): Record<string, string> | undefined {
  if (request.method !== method || request.path.length !== path.length) return undefined;
  const params: Record<string, string> = {};
  for (let i = 0; i < path.length; i++) {
    const wanted = path[i]!;
    const given = request.path[i]!;
    if (wanted.startsWith('{')) params[wanted.slice(1, -1)] = given;
    else if (wanted !== given) return undefined;
  }
  return params;
}
