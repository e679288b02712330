/**
 * CloudWatch behind the stand-in's HTTP door, in each of the three protocols of its service model: AWS JSON 1.0 (today's
 * SDK for JavaScript), Smithy RPC v2 CBOR (today's AWS CLI and boto3) and the query protocol (older ones).
 */
import { cbor, dateToTag } from '@smithy/core/cbor';
import type { Api, ApiReply, ApiRequest } from '../http.ts';
import { parseJson } from '../json.ts';
import { CloudWatchError } from './errors.ts';
import { getMetricData } from './get-metric-data.ts';
import { type Input, object } from './input.ts';
import { listMetrics } from './list-metrics.ts';
import type { Metrics } from './metrics.ts';
import { readForm, writeError, writeReply } from './query-protocol.ts';

const SERVICE = 'GraniteServiceVersion20100801';
const VERSION = '2010-08-01';

/** A call as it came, and how it is answered in the same protocol. */
interface Call {
  readonly operation: string;
  readonly input: () => Input;
  reply(output: object): ApiReply;
  refuse(error: CloudWatchError): ApiReply;
}

/** `now` gives epoch ms. */
export function cloudWatchApi(metrics: Metrics, now: () => number): Api {
  const operations: Readonly<Record<string, (input: Input) => object>> = {
    GetMetricData: (input) => getMetricData(metrics, input),
    ListMetrics: (input) => listMetrics(metrics, now, input),
  };

  return (request) => {
    const call = request.method === 'POST' ? (jsonCall(request) ?? cborCall(request) ?? queryCall(request)) : undefined;
    if (!call) return undefined;
    const { operation } = call;
    try {
      const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (!run)
        throw new CloudWatchError(
          'UnknownOperationException',
          `The stand-in has no operation ${operation.slice(0, 100)}`,
        );
      return call.reply(run(call.input()));
    } catch (error) {
      if (error instanceof CloudWatchError) return call.refuse(error);
      throw error;
    }
  };
}

function jsonCall({ headers, body }: ApiRequest): Call | undefined {
  const target = headers['x-amz-target'];
  if (typeof target !== 'string' || !target.startsWith(`${SERVICE}.`)) return undefined;
  const type = { 'content-type': 'application/x-amz-json-1.0' };
  return {
    operation: target.slice(SERVICE.length + 1),
    input: () => read('JSON', () => parseJson(body)),
    reply: (output) => ({ status: 200, headers: type, body: withTimes(output, (time) => time.getTime() / 1000) }),
    refuse: (error) => ({ status: 400, headers: { ...type, ...legacyCode(error) }, body: errorOf(error) }),
  };
}

function cborCall({ headers, path, body }: ApiRequest): Call | undefined {
  if (headers['smithy-protocol'] !== 'rpc-v2-cbor' || path[0] !== 'service' || path[1] !== SERVICE) return undefined;
  const type = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };
  const encode = (output: object) => Buffer.from(cbor.serialize(withTimes(output, dateToTag)));
  return {
    operation: path[3] ?? '',
    input: () => read('CBOR', () => (body.length === 0 ? {} : cbor.deserialize(body))),
    reply: (output) => ({ status: 200, headers: type, body: encode(output) }),
    refuse: (error) => ({ status: 400, headers: { ...type, ...legacyCode(error) }, body: encode(errorOf(error)) }),
  };
}

function queryCall({ headers, body }: ApiRequest): Call | undefined {
  if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return undefined;
  const form = body.toString('utf8');
  const parameters = new URLSearchParams(form);
  if (parameters.get('Version') !== VERSION) return undefined;
  const operation = parameters.get('Action') ?? '';
  const type = { 'content-type': 'text/xml' };
  return {
    operation,
    input: () => readForm(form),
    reply: (output) => ({ status: 200, headers: type, body: writeReply(operation, output) }),
    refuse: (error) => ({ status: 400, headers: type, body: writeError(error) }),
  };
}

function read(what: string, parse: () => unknown): Input {
  let value: unknown;
  try {
    value = parse();
  } catch {
    throw new CloudWatchError('SerializationException', `The body is not ${what}`);
  }
  return object(value, 'the request');
}

function errorOf({ type, message }: CloudWatchError) {
  return { __type: `com.amazonaws.cloudwatch#${type}`, message };
}

function legacyCode({ code }: CloudWatchError) {
  return { 'x-amzn-query-error': `${code};Sender` };
}

function withTimes(value: unknown, write: (time: Date) => unknown): unknown {
  if (value instanceof Date) return write(value);
  if (Array.isArray(value)) return value.map((member) => withTimes(member, write));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withTimes(member, write)]));
}
