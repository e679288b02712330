/** Amazon Location's trackers behind the stand-in's HTTP door, as the AWS SDKs speak to it (REST-JSON). */
import type { Api, ApiRequest } from '../http.ts';
import { parseJson } from '../json.ts';
import { paramsOf, type Route } from '../path-params.ts';
import { invalid, LocationError } from './errors.ts';
import { OPERATIONS, type OperationName } from './model.ts';
import { positionOperations } from './position-operations.ts';
import { trackerOperations } from './tracker-operations.ts';
import type { Trackers } from './trackers.ts';
import { validate } from './validate.ts';

export interface LocationApiOptions {
  /** Whether the account may call this operation now; absent: always. */
  readonly admit?: (operation: OperationName) => boolean;
}

interface Called extends Route {
  readonly name: OperationName;
  readonly input: string;
}

export function locationApi(trackers: Trackers, { admit = () => true }: LocationApiOptions = {}): Api {
  // The model has checked each input before it gets here, which the compiler cannot see.
  const run = { ...trackerOperations(trackers), ...positionOperations(trackers) } as unknown as Record<
    OperationName,
    (input: Record<string, unknown>) => object
  >;
  const routes: Called[] = Object.entries(OPERATIONS).map(([name, { method, uri, input }]) => ({
    name: name as OperationName,
    method,
    path: uri.slice(1).split('/'),
    input,
  }));

  return (request) => {
    for (const route of routes) {
      const params = paramsOf(route, request);
      if (params === undefined) continue;
      try {
        const input = inputOf(params, request);
        validate(route.input, input);
        if (!admit(route.name)) throw new LocationError('ThrottlingException', 'Rate exceeded');
        return { status: 200, body: run[route.name](input) };
      } catch (error) {
        if (error instanceof LocationError) return error.reply();
        throw error;
      }
    }
    return undefined;
  };
}

/** Everything that a request states, as one object: body, then query, then path. A member that is null is absent. */
function inputOf(params: Record<string, string>, { body, query }: ApiRequest): Record<string, unknown> {
  const tagKeys = query.getAll('tagKeys');
  const input: Record<string, unknown> = {
    ...bodyOf(body),
    ...(tagKeys.length > 0 ? { TagKeys: tagKeys } : {}),
    ...params,
  };
  for (const name in input) if (input[name] === null) delete input[name];
  return input;
}

function bodyOf(bytes: Buffer): object {
  if (bytes.length === 0) return {};
  let value: unknown;
  try {
    value = parseJson(bytes);
  } catch {
    throw invalid('The body is not JSON', 'CannotParse');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('The body must be a JSON object', 'CannotParse');
  return value;
}
