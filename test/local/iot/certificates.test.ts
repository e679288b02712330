import { X509Certificate } from 'node:crypto';
import * as iot from '@aws-sdk/client-iot';
import { describe, expect, it } from 'vitest';
import { controlPlane, refusal } from '../../support/control-plane.ts';
import { newCsr } from '../../support/devices.ts';
import { ACCOUNT, ARN } from '../../support/stand-in-iot.ts';

const plane = controlPlane();
const { send, thing, certificate, policy } = plane;

describe('certificates', () => {
  it('are made from a signing request', async () => {
    const { csr } = newCsr('SLE-7115');
    const created = await send(
      new iot.CreateCertificateFromCsrCommand({ certificateSigningRequest: csr, setAsActive: true }),
    );
    const parsed = new X509Certificate(created.certificatePem!);
    expect(created.certificateId).toBe(parsed.fingerprint256.replaceAll(':', '').toLowerCase());
    expect(created.certificateArn).toBe(`${ARN}cert/${created.certificateId}`);
    expect(parsed.checkIssued(new X509Certificate(plane.server.authority.caPem))).toBe(true);
    const { certificateDescription } = await send(
      new iot.DescribeCertificateCommand({ certificateId: created.certificateId! }),
    );
    expect(certificateDescription).toMatchObject({
      certificateId: created.certificateId,
      certificatePem: created.certificatePem,
      status: 'ACTIVE',
      ownedBy: ACCOUNT,
      creationDate: new Date(plane.server.clock.now),
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
    const certificatePem = plane.server.authority.issueFromCsr(newCsr('elsewhere').csr);
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
