import { unlessMissing } from './control-plane.ts';
import { publicKeyOf, publicKeyOfCertificate } from './device-key.ts';
import type { Iot } from './groundwork.ts';
import type { MadeCertificate, Pending } from './journal.ts';

/** Clocks differ: a certificate may seem this much older than its key. */
const SKEW_MS = 15 * 60_000;

/**
 * Certificates that AWS made for keys whose request was never answered, by device id. They are found by their public
 * key, among the account's newest; `known` are the ids of those that need no look.
 */
export async function findInDoubt(
  { sdk, client, call }: Iot,
  inDoubt: readonly Pending[],
  known: ReadonlySet<string>,
): Promise<Map<string, MadeCertificate>> {
  const found = new Map<string, MadeCertificate>();
  const wanted = new Map(inDoubt.map(({ deviceId, privateKeyPem }) => [publicKeyOf(privateKeyPem), deviceId]));
  const oldest = Math.min(...inDoubt.map(({ at }) => at)) - SKEW_MS;
  let marker: string | undefined;
  while (wanted.size > 0) {
    const page = await call('ListCertificates', () =>
      client.send(new sdk.ListCertificatesCommand({ pageSize: 250, ascendingOrder: false, marker })),
    );
    for (const { certificateId, creationDate } of page.certificates ?? []) {
      if (creationDate !== undefined && creationDate.getTime() < oldest) return found;
      if (certificateId === undefined || known.has(certificateId)) continue;
      const described = await unlessMissing(
        call('DescribeCertificate', () => client.send(new sdk.DescribeCertificateCommand({ certificateId }))),
      );
      const { certificateArn, certificatePem } = described?.certificateDescription ?? {};
      if (!certificateArn || !certificatePem) continue;
      const publicKey = publicKeyOfCertificate(certificatePem);
      const deviceId = wanted.get(publicKey);
      if (deviceId === undefined) continue;
      found.set(deviceId, { certificateId, certificateArn, certificatePem });
      wanted.delete(publicKey);
    }
    marker = page.nextMarker;
    if (marker === undefined) break;
  }
  return found;
}
