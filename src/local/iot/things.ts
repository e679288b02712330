import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Shelves } from '../data-dir/shelf.ts';
import { Catalogue, type Form } from './catalogue.ts';
import { IotError, invalid, notFound } from './errors.ts';

export interface ThingType {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly description: string;
  readonly searchableAttributes: readonly string[];
  readonly createdAt: number;
  deprecatedAt: number | undefined;
}

export interface Thing {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly billingGroupName: string | undefined;
  typeName: string | undefined;
  attributes: Readonly<Record<string, string>>;
  version: number;
  /** Ids of the certificates attached to it. */
  readonly principals: Set<string>;
}

export type ThingRequest = Pick<Thing, 'name' | 'typeName' | 'attributes' | 'billingGroupName'>;
export type ThingTypeRequest = Pick<ThingType, 'name' | 'description' | 'searchableAttributes'>;

export interface ThingChange {
  readonly typeName?: string | undefined;
  readonly removeType?: boolean;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  readonly merge?: boolean;
  readonly expectedVersion?: number | undefined;
}

const TYPE_FORM: Form<ThingType> = { nameOf: ({ name }) => name, write: (type) => type, read: (type) => type };

/** Without the certificates, which know what they are attached to. */
const THING_FORM: Form<Thing> = {
  nameOf: ({ name }) => name,
  write: ({ principals: _, ...thing }) => thing,
  read: (thing: Omit<Thing, 'principals'>) => ({ ...thing, principals: new Set() }),
};

export interface ThingsOptions {
  /** Names a resource such as `thing/SLE-7115`. */
  readonly arn: (resource: string) => string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly shelves: Shelves;
}

/** Things and their types. */
export function createThings({ arn, now, shelves }: ThingsOptions) {
  const types = new Catalogue<ThingType>(shelves('thing type'), TYPE_FORM);
  const things = new Catalogue<Thing>(shelves('thing'), THING_FORM);

  function type(name: string): ThingType {
    const found = types.get(name);
    if (!found) throw notFound('Thing type', name);
    return found;
  }

  function thing(name: string): Thing {
    const found = things.get(name);
    if (!found) throw notFound('Thing', name);
    return found;
  }

  /** Three attributes without a type, fifty with one (ThingTypeProperties in the service model). */
  function checkShape(typeName: string | undefined, attributes: Readonly<Record<string, string>>): void {
    if (typeName !== undefined && type(typeName).deprecatedAt !== undefined)
      throw invalid(`Can not create new thing with deprecated thing type:${typeName}`);
    const most = typeName === undefined ? 3 : 50;
    if (Object.keys(attributes).length > most) throw invalid(`A thing has at most ${most} attributes`);
  }

  function checkVersion({ name, version }: Thing, expected: number | undefined): void {
    if (expected !== undefined && expected !== version)
      throw new IotError('VersionConflictException', `The version for thing ${name} is ${version}, not ${expected}`);
  }

  return {
    types,
    things,
    type,
    thing,

    createType(request: ThingTypeRequest): ThingType {
      const existing = types.get(request.name);
      if (existing) {
        const { description, searchableAttributes } = existing;
        if (isDeepStrictEqual([description, searchableAttributes], [request.description, request.searchableAttributes]))
          return existing;
        throw alreadyExists('Thing type', existing);
      }
      const created = {
        ...request,
        id: randomUUID(),
        arn: arn(`thingtype/${request.name}`),
        createdAt: now(),
        deprecatedAt: undefined,
      };
      types.add(created);
      return created;
    },

    deprecateType(name: string, undo: boolean): void {
      const found = type(name);
      found.deprecatedAt = undo ? undefined : (found.deprecatedAt ?? now());
      types.changed(name);
    },

    deleteType(name: string): void {
      const { deprecatedAt } = type(name);
      if (deprecatedAt === undefined) throw invalid(`Cannot delete thing type ${name}: it is not deprecated`);
      // AWS wants five minutes between the two.
      if (now() - deprecatedAt < 5 * 60_000)
        throw invalid(`Cannot delete thing type ${name}: please wait for 5 minutes after deprecation and then retry`);
      for (const { typeName } of things.values())
        if (typeName === name) throw invalid(`Cannot delete thing type ${name}: there are things of it`);
      types.delete(name);
    },

    create(request: ThingRequest): Thing {
      const existing = things.get(request.name);
      if (existing) {
        const { name, typeName, attributes, billingGroupName } = existing;
        if (isDeepStrictEqual({ name, typeName, attributes, billingGroupName }, request)) return existing;
        throw alreadyExists('Thing', existing);
      }
      checkShape(request.typeName, request.attributes);
      const created = {
        ...request,
        id: randomUUID(),
        arn: arn(`thing/${request.name}`),
        version: 1,
        principals: new Set<string>(),
      };
      things.add(created);
      return created;
    },

    update(name: string, { typeName, removeType, attributes, merge, expectedVersion }: ThingChange): void {
      const found = thing(name);
      checkVersion(found, expectedVersion);
      const nextType = removeType ? undefined : (typeName ?? found.typeName);
      const merged =
        attributes === undefined ? found.attributes : merge ? { ...found.attributes, ...attributes } : attributes;
      const nextAttributes = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
      checkShape(nextType === found.typeName ? undefined : nextType, {});
      if (Object.keys(nextAttributes).length > (nextType === undefined ? 3 : 50))
        throw invalid(`Thing ${name} would have too many attributes`);
      found.typeName = nextType;
      found.attributes = nextAttributes;
      found.version++;
      things.changed(name);
    },

    /** Succeeds where there is no such thing (DeleteThing in the service model). */
    delete(name: string, expectedVersion?: number): void {
      const found = things.get(name);
      if (!found) return;
      checkVersion(found, expectedVersion);
      if (found.principals.size > 0)
        throw invalid(`Cannot delete. Thing ${name} is still attached to one or more principals`);
      things.delete(name);
    },
  };
}

export type Things = ReturnType<typeof createThings>;

function alreadyExists(what: string, { name, id, arn }: Thing | ThingType): IotError {
  return new IotError(
    'ResourceAlreadyExistsException',
    `${what} ${name} already exists in account with different properties`,
    {
      resourceId: id,
      resourceArn: arn,
    },
  );
}
