import { openCredentialStore } from '../src/fleet/credential-store.ts';
import { createCertificate, type Issuer, keyIdentifierOf, nameOf, newEcKey, toPem } from '../src/x509.ts';
import { deviceId } from './bench-fleet.ts';

const DAY_MS = 86_400_000;

/** An authority for the devices of a bench: thousands of certificates a second, where a test's makes hundreds. */
export function deviceAuthority(now: number): { caPem: string; fill(dir: string, devices: number): void } {
  const key = newEcKey();
  const name = nameOf('simctl bench devices');
  const issuer: Issuer = { name, key: key.privateKey, keyIdentifier: keyIdentifierOf(key.spki) };
  const dates = { notBefore: now - DAY_MS, notAfter: now + DAY_MS };
  const ca = createCertificate({ issuer, subject: name, spki: key.spki, ...dates, role: 'authority' });
  return {
    caPem: toPem('CERTIFICATE', ca),
    /** Makes the credential store of `dir`: a key and a certificate for each device. */
    fill(dir, devices) {
      const store = openCredentialStore(dir, { write: true });
      for (let i = 0; i < devices; i++) {
        const own = newEcKey();
        const certificate = createCertificate({
          issuer,
          subject: nameOf(deviceId(i)),
          spki: own.spki,
          ...dates,
          role: 'device',
        });
        store.append({
          deviceId: deviceId(i),
          thingName: deviceId(i),
          certificateId: 'bench',
          certificateArn: 'bench',
          certificatePem: toPem('CERTIFICATE', certificate),
          privateKeyPem: own.privateKeyPem,
        });
      }
      store.close();
    },
  };
}
