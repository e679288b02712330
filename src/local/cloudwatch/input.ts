/**
 * Members of a request, whichever protocol it came by: numbers may be text there, and times ISO 8601, epoch seconds or
 * CBOR's tagged ones.
 */
import { CloudWatchError, invalid } from './errors.ts';

export type Input = Readonly<Record<string, unknown>>;

export function missing(name: string): CloudWatchError {
  return new CloudWatchError('MissingRequiredParameterException', `The parameter ${name} is required.`);
}

export function optionalText(input: Input, name: string, path = name, max = 255): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value === '' || value.length > max)
    throw invalid(`The value for parameter ${path} is not a string of 1 to ${max} characters.`);
  return value;
}

export function text(input: Input, name: string, path = name): string {
  const value = optionalText(input, name, path);
  if (value === undefined) throw missing(path);
  return value;
}

/** A whole number of at least 1. */
export function optionalCount(input: Input, name: string, path = name): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (!Number.isSafeInteger(number) || (number as number) < 1)
    throw invalid(`The value for parameter ${path} is not a whole number of at least 1.`);
  return number as number;
}

export function flag(input: Input, name: string, absent: boolean): boolean {
  const value = input[name];
  if (value === undefined || value === null) return absent;
  return value === true || value === 'true';
}

/** Epoch ms. */
export function time(input: Input, name: string): number {
  const value = input[name];
  if (value === undefined || value === null) throw missing(name);
  const plain = typeof value === 'object' && 'value' in value ? value.value : value;
  const ms =
    typeof plain === 'number'
      ? plain * 1000
      : typeof plain === 'string'
        ? /^-?\d+(\.\d+)?$/.test(plain)
          ? Number(plain) * 1000
          : Date.parse(plain)
        : Number.NaN;
  if (!(Math.abs(ms) <= 8.64e15)) throw invalid(`The value for parameter ${name} is not a timestamp.`);
  return ms;
}

export function object(value: unknown, path: string): Input {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Input;
  throw invalid(`The value for parameter ${path} is not a structure.`);
}

export function list(input: Input, name: string, path = name): readonly unknown[] {
  const value = input[name] ?? [];
  if (Array.isArray(value)) return value;
  throw invalid(`The value for parameter ${path} is not a list.`);
}
