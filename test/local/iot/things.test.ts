import * as iot from '@aws-sdk/client-iot';
import { describe, expect, it } from 'vitest';
import { controlPlane, refusal } from '../../support/control-plane.ts';
import { ARN } from '../../support/stand-in-iot.ts';

const plane = controlPlane();
const { send, thing } = plane;

describe('things', () => {
  it('are created, described and deleted', async () => {
    await send(new iot.CreateThingTypeCommand({ thingTypeName: 'courier' }));
    const created = await thing('SLE-7115', {
      thingTypeName: 'courier',
      attributePayload: { attributes: { city: 'honolulu' } },
    });
    expect(created).toMatchObject({
      thingName: 'SLE-7115',
      thingArn: `${ARN}thing/SLE-7115`,
      thingId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(await send(new iot.DescribeThingCommand({ thingName: 'SLE-7115' }))).toMatchObject({
      thingName: 'SLE-7115',
      defaultClientId: 'SLE-7115',
      thingTypeName: 'courier',
      attributes: { city: 'honolulu' },
      version: 1,
    });
    await send(new iot.DeleteThingCommand({ thingName: 'SLE-7115' }));
    await expect(send(new iot.DescribeThingCommand({ thingName: 'SLE-7115' }))).rejects.toMatchObject(
      refusal('ResourceNotFoundException', 404),
    );
    await expect(send(new iot.DeleteThingCommand({ thingName: 'SLE-7115' }))).resolves.toBeDefined();
  });

  it('are the same thing when created twice alike, and a conflict when not', async () => {
    const first = await thing('SLE-7115', { attributePayload: { attributes: { a: '1' } } });
    const second = await thing('SLE-7115', { attributePayload: { attributes: { a: '1' } } });
    expect(second.thingId).toBe(first.thingId);
    await expect(thing('SLE-7115')).rejects.toMatchObject({
      ...refusal('ResourceAlreadyExistsException', 409),
      resourceArn: `${ARN}thing/SLE-7115`,
    });
  });

  it.each([
    ['a space', 'no good'],
    ['too long', 'x'.repeat(129)],
    ['a letter of another script', 'dé'],
  ])('refuse a name with %s', async (_, name) => {
    await expect(thing(name)).rejects.toMatchObject(refusal('InvalidRequestException', 400, /thingName/));
  });

  it('take three attributes without a type, fifty with one', async () => {
    const attributes = (n: number) => ({
      attributePayload: { attributes: Object.fromEntries(Array.from({ length: n }, (_, i) => [`a${i}`, 'x'])) },
    });
    await send(new iot.CreateThingTypeCommand({ thingTypeName: 'courier' }));
    await thing('three', attributes(3));
    await expect(thing('four', attributes(4))).rejects.toMatchObject(
      refusal('InvalidRequestException', 400, /at most 3/),
    );
    await thing('fifty', { thingTypeName: 'courier', ...attributes(50) });
    await expect(thing('more', { thingTypeName: 'courier', ...attributes(51) })).rejects.toMatchObject(
      refusal('InvalidRequestException', 400),
    );
    await expect(thing('odd', { attributePayload: { attributes: { 'a b': 'x' } } })).rejects.toMatchObject(
      refusal('InvalidRequestException', 400),
    );
  });

  it('are changed, and count their versions', async () => {
    await thing('t', { attributePayload: { attributes: { a: '1', b: '2' } } });
    await send(
      new iot.UpdateThingCommand({ thingName: 't', attributePayload: { attributes: { b: '', c: '3' }, merge: true } }),
    );
    expect(await send(new iot.DescribeThingCommand({ thingName: 't' }))).toMatchObject({
      attributes: { a: '1', c: '3' },
      version: 2,
    });
    await expect(send(new iot.UpdateThingCommand({ thingName: 't', expectedVersion: 1 }))).rejects.toMatchObject(
      refusal('VersionConflictException', 409),
    );
    await expect(send(new iot.DeleteThingCommand({ thingName: 't', expectedVersion: 1 }))).rejects.toMatchObject(
      refusal('VersionConflictException', 409),
    );
  });

  it('are listed in pages, filtered, each once', async () => {
    await send(new iot.CreateThingTypeCommand({ thingTypeName: 'courier' }));
    for (let i = 0; i < 25; i++)
      await thing(
        `t${i}`,
        i % 5 === 0 ? { thingTypeName: 'courier', attributePayload: { attributes: { n: `${i}` } } } : {},
      );
    const names: string[] = [];
    for await (const page of iot.paginateListThings({ client: plane.server.client }, { maxResults: 7 })) {
      expect(page.things!.length).toBeLessThanOrEqual(7);
      names.push(...page.things!.map(({ thingName }) => thingName!));
    }
    expect(names).toEqual(Array.from({ length: 25 }, (_, i) => `t${i}`));
    const { things } = await send(
      new iot.ListThingsCommand({
        thingTypeName: 'courier',
        attributeName: 'n',
        attributeValue: '1',
        usePrefixAttributeValue: true,
      }),
    );
    expect(things!.map(({ thingName }) => thingName)).toEqual(['t10', 't15']);
    await expect(send(new iot.ListThingsCommand({ maxResults: 251 }))).rejects.toMatchObject(
      refusal('InvalidRequestException', 400),
    );
    await expect(send(new iot.ListThingsCommand({ nextToken: 'nonsense' }))).rejects.toMatchObject(
      refusal('InvalidRequestException', 400),
    );
  });
});

describe('thing types', () => {
  it('are deprecated, then after five minutes deleted', async () => {
    const type = { thingTypeName: 'courier' };
    const properties = { thingTypeDescription: 'A courier', searchableAttributes: ['city'] };
    const created = await send(new iot.CreateThingTypeCommand({ ...type, thingTypeProperties: properties }));
    expect(created.thingTypeArn).toBe(`${ARN}thingtype/courier`);
    expect((await send(new iot.CreateThingTypeCommand({ ...type, thingTypeProperties: properties }))).thingTypeId).toBe(
      created.thingTypeId,
    );
    await expect(send(new iot.CreateThingTypeCommand(type))).rejects.toMatchObject(
      refusal('ResourceAlreadyExistsException', 409),
    );
    await expect(send(new iot.DeleteThingTypeCommand(type))).rejects.toMatchObject(
      refusal('InvalidRequestException', 400, /not deprecated/),
    );
    await send(new iot.DeprecateThingTypeCommand(type));
    await expect(thing('late', type)).rejects.toMatchObject(refusal('InvalidRequestException', 400, /deprecated/));
    await expect(send(new iot.DeleteThingTypeCommand(type))).rejects.toMatchObject(
      refusal('InvalidRequestException', 400, /wait for 5 minutes/),
    );
    expect(await send(new iot.DescribeThingTypeCommand(type))).toMatchObject({
      thingTypeProperties: properties,
      thingTypeMetadata: { deprecated: true, deprecationDate: expect.any(Date) },
    });
    plane.server.clock.now += 5 * 60_000;
    await send(new iot.DeleteThingTypeCommand(type));
    expect((await send(new iot.ListThingTypesCommand({}))).thingTypes).toEqual([]);
  });

  it('come back from deprecation, and are not deleted under their things', async () => {
    const type = { thingTypeName: 'courier' };
    await send(new iot.CreateThingTypeCommand(type));
    await send(new iot.DeprecateThingTypeCommand(type));
    await send(new iot.DeprecateThingTypeCommand({ ...type, undoDeprecate: true }));
    await thing('t', type);
    await send(new iot.DeprecateThingTypeCommand(type));
    plane.server.clock.now += 5 * 60_000;
    await expect(send(new iot.DeleteThingTypeCommand(type))).rejects.toMatchObject(
      refusal('InvalidRequestException', 400, /things of it/),
    );
  });
});
