import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { createCsr, type EcKey, nameOf, toPem } from '../x509.ts';

/** A key that was kept as PEM. Reading one takes longer than making one. */
export function readKey(privateKeyPem: string): EcKey {
  const privateKey = createPrivateKey(privateKeyPem);
  return { privateKey, spki: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }), privateKeyPem };
}

/** A signing request for that key, PEM. */
export function signingRequest(deviceId: string, { spki, privateKey }: EcKey): string {
  return toPem('CERTIFICATE REQUEST', createCsr(nameOf(deviceId), spki, privateKey));
}

/** What tells keys apart: the public half, base64. */
export function publicKeyOf(privateKeyPem: string): string {
  return readKey(privateKeyPem).spki.toString('base64');
}

export function publicKeyOfCertificate(certificatePem: string): string {
  return new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}
