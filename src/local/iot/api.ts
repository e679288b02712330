/** The IoT control plane behind the stand-in's HTTP door, as the AWS SDKs speak to it (REST-JSON). */
import type { Api } from '../http.ts';
import { paramsOf } from '../path-params.ts';
import { authorityOperations } from './authority-operations.ts';
import { certificateOperations } from './certificate-operations.ts';
import { IotError, invalid } from './errors.ts';
import { type Operation, operation, readCall } from './operation.ts';
import { policyOperations } from './policy-operations.ts';
import type { Registry } from './registry.ts';
import { templateOperations } from './template-operations.ts';
import { thingOperations } from './thing-operations.ts';

export interface IotApiOptions {
  /** Where devices connect: a bare host, without scheme or port. */
  readonly endpointAddress: () => string;
  /** Operations of the same API on what the registry does not hold. */
  readonly more?: readonly Operation[];
}

export function iotApi(registry: Registry, { endpointAddress, more = [] }: IotApiOptions): Api {
  const operations = [
    ...thingOperations(registry),
    ...certificateOperations(registry),
    ...policyOperations(registry),
    ...authorityOperations(registry),
    ...templateOperations(registry),
    ...more,
    operation('GET', '/endpoint', ({ query }) => {
      const type = query.get('endpointType') ?? 'iot:Data';
      if (type !== 'iot:Data-ATS' && type !== 'iot:Data') throw invalid(`The endpoint type ${type} is not known`);
      return { endpointAddress: endpointAddress() };
    }),
  ];

  return async (request) => {
    for (const candidate of operations) {
      const params = paramsOf(candidate, request);
      if (params === undefined) continue;
      try {
        return { status: 200, body: await candidate.run(readCall(params, request)) };
      } catch (error) {
        if (!(error instanceof IotError)) throw error;
        return {
          status: error.status,
          headers: { 'x-amzn-errortype': error.name },
          body: { message: error.message, ...error.detail },
        };
      }
    }
    return undefined;
  };
}
