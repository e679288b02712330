import { X509Certificate } from 'node:crypto';
import * as iot from '@aws-sdk/client-iot';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_SHELVES } from '../../src/local/data-dir/shelf.ts';
import { Catalogue } from '../../src/local/iot/catalogue.ts';
import { newCsr, OWN_TOPIC_ONLY } from '../support/devices.ts';
import { ACCOUNT, ARN, startIot } from '../support/stand-in-iot.ts';

let server: Awaited<ReturnType<typeof startIot>>;
// One registry a test, so that none depends on another.
beforeEach(async () => {
  server = await startIot();
  return () => server.close();
});

const send: iot.IoTClient['send'] = ((command: never) => server.client.send(command)) as never;

/** What the SDK throws for an error answer. */
function refusal(name: string, status: number, message?: RegExp) {
  return {
    name,
    $metadata: expect.objectContaining({ httpStatusCode: status }),
    ...(message ? { message: expect.stringMatching(message) } : {}),
  };
}

const thing = (thingName: string, more = {}) => send(new iot.CreateThingCommand({ thingName, ...more }));
const certificate = async (setAsActive = true) =>
  send(new iot.CreateCertificateFromCsrCommand({ certificateSigningRequest: newCsr('device').csr, setAsActive }));
const policy = (policyName: string, policyDocument = OWN_TOPIC_ONLY) =>
  send(new iot.CreatePolicyCommand({ policyName, policyDocument }));

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
    for await (const page of iot.paginateListThings({ client: server.client }, { maxResults: 7 })) {
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
    server.clock.now += 5 * 60_000;
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
    server.clock.now += 5 * 60_000;
    await expect(send(new iot.DeleteThingTypeCommand(type))).rejects.toMatchObject(
      refusal('InvalidRequestException', 400, /things of it/),
    );
  });
});

describe('certificates', () => {
  it('are made from a signing request', async () => {
    const { csr } = newCsr('SLE-7115');
    const created = await send(
      new iot.CreateCertificateFromCsrCommand({ certificateSigningRequest: csr, setAsActive: true }),
    );
    const parsed = new X509Certificate(created.certificatePem!);
    expect(created.certificateId).toBe(parsed.fingerprint256.replaceAll(':', '').toLowerCase());
    expect(created.certificateArn).toBe(`${ARN}cert/${created.certificateId}`);
    expect(parsed.checkIssued(new X509Certificate(server.authority.caPem))).toBe(true);
    const { certificateDescription } = await send(
      new iot.DescribeCertificateCommand({ certificateId: created.certificateId! }),
    );
    expect(certificateDescription).toMatchObject({
      certificateId: created.certificateId,
      certificatePem: created.certificatePem,
      status: 'ACTIVE',
      ownedBy: ACCOUNT,
      creationDate: new Date(server.clock.now),
      validity: { notAfter: new Date('2049-12-31T23:59:59Z') },
    });
    await expect(
      send(new iot.CreateCertificateFromCsrCommand({ certificateSigningRequest: 'nonsense' })),
    ).rejects.toMatchObject(refusal('InvalidRequestException', 400, /signing request/));
  });

  it('are made with keys that fit', async () => {
    const created = await send(new iot.CreateKeysAndCertificateCommand({ setAsActive: false }));
    const parsed = new X509Certificate(created.certificatePem!);
    expect(parsed.subject).toBe('CN=AWS IoT Certificate');
    expect(created.keyPair!.PrivateKey).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/);
    expect(parsed.publicKey.export({ type: 'spki', format: 'pem' })).toBe(created.keyPair!.PublicKey);
    expect(
      (await send(new iot.DescribeCertificateCommand({ certificateId: created.certificateId! })))
        .certificateDescription!.status,
    ).toBe('INACTIVE');
  });

  it('are registered without an authority, once', async () => {
    const certificatePem = server.authority.issueFromCsr(newCsr('elsewhere').csr);
    const { certificateId } = await send(
      new iot.RegisterCertificateWithoutCACommand({ certificatePem, status: 'ACTIVE' }),
    );
    expect(
      (await send(new iot.DescribeCertificateCommand({ certificateId: certificateId! }))).certificateDescription,
    ).toMatchObject({ status: 'ACTIVE', certificateMode: 'SNI_ONLY' });
    await expect(
      send(new iot.RegisterCertificateWithoutCACommand({ certificatePem, status: 'ACTIVE' })),
    ).rejects.toMatchObject({
      ...refusal('ResourceAlreadyExistsException', 409),
      resourceId: certificateId,
    });
    await expect(send(new iot.RegisterCertificateWithoutCACommand({ certificatePem: 'x' }))).rejects.toMatchObject(
      refusal('CertificateValidationException', 400),
    );
  });

  it('are listed in pages, in both directions', async () => {
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push((await certificate()).certificateId!);
    const listed = async (ascendingOrder: boolean) => {
      const ids: string[] = [];
      let marker: string | undefined;
      do {
        const page = await send(new iot.ListCertificatesCommand({ pageSize: 2, ascendingOrder, marker }));
        ids.push(...page.certificates!.map(({ certificateId }) => certificateId!));
        marker = page.nextMarker;
      } while (marker !== undefined);
      return ids;
    };
    expect(await listed(true)).toEqual(made);
    expect(await listed(false)).toEqual(made.toReversed());
  });

  it('are deleted only inactive and detached', async () => {
    const { certificateId, certificateArn } = await certificate();
    await policy('p');
    await thing('t');
    await send(new iot.AttachPolicyCommand({ policyName: 'p', target: certificateArn! }));
    await send(new iot.AttachThingPrincipalCommand({ thingName: 't', principal: certificateArn! }));
    const remove = (forceDelete = false) =>
      send(new iot.DeleteCertificateCommand({ certificateId: certificateId!, forceDelete }));
    await expect(remove()).rejects.toMatchObject(
      refusal('CertificateStateException', 406, /must be deactivated \(not ACTIVE\)/),
    );
    await send(new iot.UpdateCertificateCommand({ certificateId: certificateId!, newStatus: 'INACTIVE' }));
    await expect(remove(true)).rejects.toMatchObject(
      refusal('DeleteConflictException', 409, /Things must be detached/),
    );
    await expect(send(new iot.DeleteThingCommand({ thingName: 't' }))).rejects.toMatchObject(
      refusal('InvalidRequestException', 400, /still attached to one or more principals/),
    );
    await send(new iot.DetachThingPrincipalCommand({ thingName: 't', principal: certificateArn! }));
    await expect(remove()).rejects.toMatchObject(refusal('DeleteConflictException', 409, /policies must be detached/));
    await remove(true);
    await send(new iot.DeleteThingCommand({ thingName: 't' }));
    await send(new iot.DeletePolicyCommand({ policyName: 'p' }));
    await expect(send(new iot.DescribeCertificateCommand({ certificateId: certificateId! }))).rejects.toMatchObject(
      refusal('ResourceNotFoundException', 404),
    );
  });

  it('are not set to what a request may not set', async () => {
    const { certificateId } = await certificate();
    await expect(
      send(new iot.UpdateCertificateCommand({ certificateId: certificateId!, newStatus: 'PENDING_TRANSFER' })),
    ).rejects.toMatchObject(refusal('InvalidRequestException', 400));
    await expect(
      send(new iot.UpdateCertificateCommand({ certificateId: 'f'.repeat(64), newStatus: 'ACTIVE' })),
    ).rejects.toMatchObject(refusal('ResourceNotFoundException', 404));
    await expect(
      send(new iot.UpdateCertificateCommand({ certificateId: 'short', newStatus: 'ACTIVE' })),
    ).rejects.toMatchObject(refusal('InvalidRequestException', 400));
  });
});

describe('policies', () => {
  it('are created once, read, listed and deleted', async () => {
    const created = await policy('own-topic');
    expect(created).toMatchObject({
      policyArn: `${ARN}policy/own-topic`,
      policyVersionId: '1',
      policyDocument: OWN_TOPIC_ONLY,
    });
    await expect(policy('own-topic')).rejects.toMatchObject({
      ...refusal('ResourceAlreadyExistsException', 409),
      resourceArn: created.policyArn,
    });
    expect(await send(new iot.GetPolicyCommand({ policyName: 'own-topic' }))).toMatchObject({
      policyDocument: OWN_TOPIC_ONLY,
      defaultVersionId: '1',
    });
    expect((await send(new iot.ListPoliciesCommand({}))).policies).toEqual([
      { policyName: 'own-topic', policyArn: created.policyArn },
    ]);
    await send(new iot.DeletePolicyCommand({ policyName: 'own-topic' }));
    await expect(send(new iot.GetPolicyCommand({ policyName: 'own-topic' }))).rejects.toMatchObject(
      refusal('ResourceNotFoundException', 404),
    );
  });

  it.each([
    ['no JSON', '{', /not JSON/],
    ['another service', '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}', /s3/],
    [
      'more than 2048 characters',
      JSON.stringify({ Version: '2012-10-17', Id: 'x'.repeat(2048), Statement: [] }),
      /2048/,
    ],
  ])('refuse a document: %s', async (_, document, message) => {
    await expect(policy('bad', document)).rejects.toMatchObject(refusal('MalformedPolicyException', 400, message));
  });

  it('are attached and detached, seen from both ends', async () => {
    await policy('a');
    await policy('b');
    const { certificateArn: target } = await certificate();
    for (const policyName of ['a', 'b', 'b']) await send(new iot.AttachPolicyCommand({ policyName, target: target! }));
    const attached = async () =>
      (await send(new iot.ListAttachedPoliciesCommand({ target: target! }))).policies!.map(
        ({ policyName }) => policyName,
      );
    expect(await attached()).toEqual(['a', 'b']);
    expect((await send(new iot.ListTargetsForPolicyCommand({ policyName: 'a' }))).targets).toEqual([target]);
    await expect(send(new iot.DeletePolicyCommand({ policyName: 'a' }))).rejects.toMatchObject(
      refusal('DeleteConflictException', 409, /attached to one or more principals/),
    );
    await send(new iot.DetachPolicyCommand({ policyName: 'a', target: target! }));
    expect(await attached()).toEqual(['b']);
  });

  it('refuse what they cannot be attached to, and an eleventh', async () => {
    await policy('p');
    const { certificateArn: target } = await certificate();
    await expect(
      send(new iot.AttachPolicyCommand({ policyName: 'p', target: `${ARN}thinggroup/g` })),
    ).rejects.toMatchObject(refusal('InvalidRequestException', 400));
    await expect(
      send(new iot.AttachPolicyCommand({ policyName: 'p', target: `${ARN}cert/${'0'.repeat(64)}` })),
    ).rejects.toMatchObject(refusal('ResourceNotFoundException', 404));
    await expect(send(new iot.AttachPolicyCommand({ policyName: 'q', target: target! }))).rejects.toMatchObject(
      refusal('ResourceNotFoundException', 404),
    );
    for (let i = 0; i < 10; i++) {
      await policy(`p${i}`);
      await send(new iot.AttachPolicyCommand({ policyName: `p${i}`, target: target! }));
    }
    await expect(send(new iot.AttachPolicyCommand({ policyName: 'p', target: target! }))).rejects.toMatchObject(
      refusal('LimitExceededException', 410),
    );
  });
});

describe('principals of things', () => {
  it('are attached and detached, seen from both ends', async () => {
    await thing('t');
    const { certificateArn: principal } = await certificate();
    const attach = new iot.AttachThingPrincipalCommand({ thingName: 't', principal: principal! });
    await send(attach);
    await send(attach);
    expect((await send(new iot.ListThingPrincipalsCommand({ thingName: 't' }))).principals).toEqual([principal]);
    expect((await send(new iot.ListPrincipalThingsCommand({ principal: principal! }))).things).toEqual(['t']);
    await send(new iot.DetachThingPrincipalCommand({ thingName: 't', principal: principal! }));
    expect((await send(new iot.ListThingPrincipalsCommand({ thingName: 't' }))).principals).toEqual([]);
    expect((await send(new iot.ListPrincipalThingsCommand({ principal: principal! }))).things).toEqual([]);
    await expect(
      send(new iot.AttachThingPrincipalCommand({ thingName: 'nobody', principal: principal! })),
    ).rejects.toMatchObject(refusal('ResourceNotFoundException', 404));
  });
});

describe('the endpoint', () => {
  it('is a bare host', async () => {
    expect(await send(new iot.DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }))).toMatchObject({
      endpointAddress: 'localhost',
    });
    await expect(send(new iot.DescribeEndpointCommand({ endpointType: 'iot:Jobs' }))).rejects.toMatchObject(
      refusal('InvalidRequestException', 400),
    );
  });
});

describe('bad requests', () => {
  it.each([
    ['a body that is no JSON', 'POST', '/things/t', 'x{', 400],
    ['a body that is no object', 'POST', '/things/t', '[]', 400],
    ['no principal', 'PUT', '/things/t/principals', '', 400],
    ['a name like an inherited member', 'GET', '/things/__proto__', '', 404],
    ['a path of no operation', 'GET', '/nothing/here', '', 404],
    ['a method of no operation', 'PATCH', '/certificates', '', 404],
    ['a path that climbs', 'GET', '/things/..%2F..%2Fetc%2Fpasswd', '', 400],
  ])('are answered: %s', async (_, method, path, body, status) => {
    const answer = await fetch(server.endpoint + path, { method, ...(body === '' ? {} : { body }) });
    expect(answer.status).toBe(status);
  });

  it('never bring an answer of 500, whatever the body', async () => {
    const paths = [
      '/things/t',
      '/thing-types/t',
      '/certificates',
      '/certificate/register-no-ca',
      '/policies/p',
      '/target-policies/p',
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.json(), async (path, body) => {
        const answer = await fetch(server.endpoint + path, { method: 'POST', body });
        expect([200, 400, 404, 409]).toContain(answer.status);
      }),
      { numRuns: 200, examples: [['/things/t', '{"thingTypeName":[{"toString":null}]}']] },
    );
  });
});

describe('Catalogue', () => {
  type Entry = { readonly name: string; readonly value: number };

  it('gives every entry that stays exactly once, while others come and go between the pages', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(99), { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (removed, limit, newestFirst) => {
          const form = {
            nameOf: ({ name }: Entry) => name,
            write: (entry: Entry) => entry,
            read: (entry: Entry) => entry,
          };
          const catalogue = new Catalogue<Entry>(NO_SHELVES(''), form);
          for (let i = 0; i < 100; i++) catalogue.add({ name: String(i), value: i });
          const leaving = [...removed];
          let late = 0;
          const seen: number[] = [];
          let token: string | undefined;
          do {
            const page = catalogue.page({ limit, token, newestFirst });
            seen.push(...page.items.map(({ value }) => value));
            token = page.next;
            const gone = leaving.pop();
            if (gone !== undefined) catalogue.delete(String(gone));
            catalogue.add({ name: `late-${late++}`, value: 1000 });
          } while (token !== undefined && seen.length < 500);
          const stayed = Array.from({ length: 100 }, (_, i) => i).filter((i) => !removed.includes(i));
          const old = seen.filter((value) => value < 1000);
          expect(new Set(old).size).toBe(old.length);
          expect(old).toEqual(expect.arrayContaining(stayed));
          expect(old).toEqual([...old].sort((a, b) => (newestFirst ? b - a : a - b)));
        },
      ),
    );
  });
});
