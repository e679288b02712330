import { invalid } from './errors.ts';
import * as names from './names.ts';
import { type Call, type Operation, operation, optionalText, pageOf, resultsRequest, seconds } from './operation.ts';
import type { Registry } from './registry.ts';
import type { Thing, ThingType } from './things.ts';

/** Things, thing types, and the certificates attached to things. */
export function thingOperations(registry: Registry): Operation[] {
  const { things } = registry;
  return [
    operation('POST', '/things/{thingName}', (call) => {
      const { name, arn, id } = things.create(thingRequest(call));
      return { thingName: name, thingArn: arn, thingId: id };
    }),
    operation('GET', '/things/{thingName}', ({ params }) => {
      const thing = things.thing(names.thingName(params.thingName));
      return {
        ...summary(thing),
        defaultClientId: thing.name,
        thingId: thing.id,
        billingGroupName: thing.billingGroupName,
      };
    }),
    operation('GET', '/things', (call) => {
      const wanted = thingFilter(call.query);
      const { items, next } = things.things.page(resultsRequest(call), wanted);
      return { things: items.map(summary), nextToken: next };
    }),
    operation('PATCH', '/things/{thingName}', (call) => {
      const payload = attributePayload(call);
      const expectedVersion = call.body.expectedVersion;
      things.update(names.thingName(call.params.thingName), {
        typeName: optionalText(call, 'thingTypeName', 128),
        removeType: call.body.removeThingType === true,
        attributes: payload && names.attributes(payload.attributes),
        merge: payload?.merge === true,
        expectedVersion: typeof expectedVersion === 'number' ? expectedVersion : undefined,
      });
      return {};
    }),
    operation('DELETE', '/things/{thingName}', ({ params, query }) => {
      const version = query.get('expectedVersion');
      things.delete(names.thingName(params.thingName), version === null ? undefined : Number(version));
      return {};
    }),

    operation('PUT', '/things/{thingName}/principals', ({ params, principal }) => {
      registry.attachThing(names.thingName(params.thingName), principal);
      return {};
    }),
    operation('DELETE', '/things/{thingName}/principals', ({ params, principal }) => {
      registry.detachThing(names.thingName(params.thingName), principal);
      return {};
    }),
    operation('GET', '/things/{thingName}/principals', (call) => {
      const { principals } = things.thing(names.thingName(call.params.thingName));
      const { items, next } = pageOf(principals, resultsRequest(call));
      return { principals: items.map((id) => registry.certificates.certificate(id).arn), nextToken: next };
    }),
    operation('GET', '/principals/things', (call) => {
      const { items, next } = pageOf(registry.certificateOf(call.principal).things, resultsRequest(call));
      return { things: items, nextToken: next };
    }),

    operation('POST', '/thing-types/{thingTypeName}', (call) => {
      const { name, arn, id } = things.createType(thingTypeRequest(call));
      return { thingTypeName: name, thingTypeArn: arn, thingTypeId: id };
    }),
    operation('GET', '/thing-types/{thingTypeName}', ({ params }) => {
      const type = things.type(names.thingTypeName(params.thingTypeName));
      return { ...typeDefinition(type), thingTypeId: type.id };
    }),
    operation('GET', '/thing-types', (call) => {
      const name = call.query.get('thingTypeName');
      const { items, next } = things.types.page(resultsRequest(call), (type) => name === null || type.name === name);
      return { thingTypes: items.map(typeDefinition), nextToken: next };
    }),
    operation('POST', '/thing-types/{thingTypeName}/deprecate', ({ params, body }) => {
      things.deprecateType(names.thingTypeName(params.thingTypeName), body.undoDeprecate === true);
      return {};
    }),
    operation('DELETE', '/thing-types/{thingTypeName}', ({ params }) => {
      things.deleteType(names.thingTypeName(params.thingTypeName));
      return {};
    }),
  ];
}

function thingRequest(call: Call) {
  const { thingTypeName, billingGroupName } = call.body;
  return {
    name: names.thingName(call.params.thingName),
    typeName: thingTypeName == null ? undefined : names.thingTypeName(thingTypeName),
    attributes: names.attributes(attributePayload(call)?.attributes),
    billingGroupName: billingGroupName == null ? undefined : names.billingGroupName(billingGroupName),
  };
}

function attributePayload({ body: { attributePayload: payload } }: Call): Record<string, unknown> | undefined {
  if (payload === undefined || payload === null) return undefined;
  if (typeof payload !== 'object' || Array.isArray(payload)) throw invalid('attributePayload must be an object');
  return payload as Record<string, unknown>;
}

function thingTypeRequest(call: Call) {
  const properties = (call.body.thingTypeProperties ?? {}) as Record<string, unknown>;
  const { thingTypeDescription: description = '', searchableAttributes = [] } = properties;
  if (typeof description !== 'string' || description.length > 2028)
    throw invalid('thingTypeDescription must be a string of at most 2028 characters');
  if (!Array.isArray(searchableAttributes) || searchableAttributes.length > 3)
    throw invalid('searchableAttributes must be a list of at most 3 names');
  return {
    name: names.thingTypeName(call.params.thingTypeName),
    description,
    searchableAttributes: Object.keys(
      names.attributes(Object.fromEntries(searchableAttributes.map((name) => [name, '']))),
    ),
  };
}

function thingFilter(query: URLSearchParams): (thing: Thing) => boolean {
  const type = query.get('thingTypeName');
  const name = query.get('attributeName');
  const value = query.get('attributeValue');
  const prefix = query.get('usePrefixAttributeValue') === 'true';
  return ({ typeName, attributes }) => {
    if (type !== null && typeName !== type) return false;
    if (name === null) return true;
    const held = attributes[name];
    return held !== undefined && (value === null || held === value || (prefix && held.startsWith(value)));
  };
}

function summary({ name, arn, typeName, attributes, version }: Thing) {
  return { thingName: name, thingArn: arn, thingTypeName: typeName, attributes, version };
}

function typeDefinition({ name, arn, description, searchableAttributes, createdAt, deprecatedAt }: ThingType) {
  return {
    thingTypeName: name,
    thingTypeArn: arn,
    thingTypeProperties: { thingTypeDescription: description, searchableAttributes },
    thingTypeMetadata: {
      deprecated: deprecatedAt !== undefined,
      creationDate: seconds(createdAt),
      ...(deprecatedAt === undefined ? {} : { deprecationDate: seconds(deprecatedAt) }),
    },
  };
}
