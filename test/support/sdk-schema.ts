/** Requests and answers held to the models that the SDK's own clients are made from: members, required ones, types. */
import { NormalizedSchema } from '@smithy/core/schema';

type Schema = Parameters<typeof NormalizedSchema.of>[0];

/** As a client has it: name, HTTP binding, and the shapes of what goes in and out. */
export interface Operation {
  readonly name: string;
  readonly path: string;
  readonly input: Schema;
  readonly output: Schema;
}

/** All operations that a client's module has schemas of; each knows how many of its members are required. */
export function operationsOf(client: Readonly<Record<string, unknown>>): Operation[] {
  return Object.values(client).flatMap((schema) => {
    if (!Array.isArray(schema) || schema[0] !== 9) return [];
    const [, , name, traits, input, output] = schema;
    const [, path = '/'] = (traits as { http?: string[] }).http ?? [];
    return [{ name, path, input: input(), output: output() }];
  });
}

/** @returns what is wrong with a value, each with its place; nothing where it is of the shape */
export function problemsOf(schema: Schema, value: unknown, place = ''): string[] {
  const shape = NormalizedSchema.of(schema);
  const at = place === '' ? 'the request' : place;
  if (shape.isStructSchema()) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is no structure`];
    const members = shape.getMemberSchemas();
    const of = shape.getSchema() as readonly unknown[];
    const required = (of[4] as string[]).slice(0, (of[6] as number | undefined) ?? 0);
    const fields = value as Record<string, unknown>;
    return [
      ...required.filter((name) => fields[name] === undefined).map((name) => `${place}.${name} is missing`),
      ...Object.entries(fields).flatMap(([name, inner]) =>
        members[name] === undefined
          ? [`${place}.${name} is unknown`]
          : problemsOf(members[name] as Schema, inner, `${place}.${name}`),
      ),
    ];
  }
  if (shape.isListSchema()) {
    if (!Array.isArray(value)) return [`${at} is no list`];
    return value.flatMap((inner, i) => problemsOf(shape.getValueSchema() as Schema, inner, `${place}[${i}]`));
  }
  if (shape.isMapSchema()) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is no map`];
    return Object.entries(value).flatMap(([key, inner]) =>
      problemsOf(shape.getValueSchema() as Schema, inner, `${place}.${key}`),
    );
  }
  const wanted = shape.isBooleanSchema()
    ? 'boolean'
    : shape.isNumericSchema() || shape.isTimestampSchema()
      ? 'number'
      : 'string';
  const found = typeof value;
  return found === wanted ? [] : [`${at} is a ${found}, not a ${wanted}`];
}
